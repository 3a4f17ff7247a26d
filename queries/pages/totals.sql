-- The two figures of every group and of the city, with how many schools stand where.

select
    results.kpi,
    results.level,
    results.period,
    results.group_id,
    groups.name as group_name,
    results.counted,
    results.base,
    results.required,
    results.status,
    results.schools_met,
    results.schools_judged,
    results.schools_no_data,
    results.schools_on_track,
    results.schools_behind,
    results.schools_overdue,
    results.schools_exempt,
    results.deadline,
    date_diff('day', $on::date, results.deadline) as days_left

from visible_results_on($on::date) as results

left join groups
    on results.group_id = groups.group_id

where results.level in ('group', 'city')
    and results.period = $period

order by
    results.kpi_ord,
    results.level,
    results.group_ord
