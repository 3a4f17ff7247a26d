-- 每校每項都有狀態: every expected school has exactly one state for every indicator and period on any day.
select
    kpis.kpi,
    kpis.period,
    all_schools.school_id,
    count(states.kpi) as states

from kpis

cross join all_schools

left join states
    on kpis.kpi = states.kpi
    and kpis.period = states.period
    and all_schools.school_id = states.school_id
    and states.since <= current_date
    and current_date < states.until

group by all

having count(states.kpi) <> 1;
