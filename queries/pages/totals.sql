-- The two figures of every group and of the city, with how many schools are where, and where the pace is.
-- With `by_default`, of the indicators shown by default that day.

with

judged as (

    select
        results.*,
        kpis.pace_start

    from visible_results_on($on::date) as results

    inner join kpis
        on results.kpi = kpis.kpi
        and results.period = kpis.period

    semi join listed_on($by_default::date) as listed
        on results.kpi = listed.kpi
        and results.period = listed.period

    where results.level in ('group', 'city')
        and results.period = $period

)

select
    judged.kpi,
    judged.level,
    judged.period,
    judged.group_id,
    groups.name as group_name,
    judged.counted,
    judged.base,
    judged.required,
    judged.status,
    judged.flags,
    columns('^schools_'),
    judged.deadline,
    judged.deadline - $on::date as days_left,
    pace_on($on::date, judged.required, judged.pace_start, judged.deadline) as pace

from judged

left join groups
    on judged.group_id = groups.group_id

order by
    judged.kpi_ord,
    judged.level,
    judged.group_ord
