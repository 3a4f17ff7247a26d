-- 每校每項都有狀態: every expected school has exactly one state for every indicator and period on any day.
select
    kpis.kpi,
    kpis.period,
    all_schools.name,
    all_schools.school_id

from kpis

cross join all_schools

cross join (select unnest([date '2000-01-01', current_date, (select max("end") from periods) + 1]) as day) as days

left join results
    on kpis.kpi = results.kpi
    and kpis.period = results.period
    and all_schools.school_id = results.school_id
    and results.since <= days.day
    and days.day < results.until

group by all

having count(results.kpi) <> 3;
