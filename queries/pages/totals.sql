-- The two figures of every group and of the city, with how many schools are where, and where the pace is:
-- floor(required x elapsed / total), as it is for a school. With `by_default`, of the indicators shown by default that day.

with

judged as (

    select
        results.*,
        date_diff('day', kpis.pace_start, results.deadline) as total_days,
        greatest(date_diff('day', kpis.pace_start, $on::date), 0) as elapsed_days

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
    judged.schools_met,
    judged.schools_judged,
    judged.schools_no_data,
    judged.schools_on_track,
    judged.schools_behind,
    judged.schools_overdue,
    judged.schools_exempt,
    judged.deadline,
    date_diff('day', $on::date, judged.deadline) as days_left,
    case when judged.total_days > 0
        then least(floor(judged.required * judged.elapsed_days / judged.total_days), judged.required)
    end as pace

from judged

left join groups
    on judged.group_id = groups.group_id

order by
    judged.kpi_ord,
    judged.level,
    judged.group_ord
