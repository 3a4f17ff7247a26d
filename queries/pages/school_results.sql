-- Each indicator of each school, of one group or of one school: figures, gap, and how far the pace would be.
-- pace: floor(required x elapsed / total), the figure below which a school is behind. With `by_default`, of the indicators
-- shown by default that day.

with

judged as (

    select
        results.*,
        kpis.pace_start,
        case when kpis."require" = 'ceiling' then results.required - results.counted end as room,
        case when results.status in ('met', 'exempt') then 0 else greatest(results.required - results.counted, 0) end as gap,
        date_diff('day', $on::date, results.deadline) as days_left,
        date_diff('day', kpis.pace_start, results.deadline) as total_days,
        greatest(date_diff('day', kpis.pace_start, $on::date), 0) as elapsed_days

    from visible_results_on($on::date) as results

    inner join kpis
        on results.kpi = kpis.kpi
        and results.period = kpis.period

    semi join listed_on($by_default::date) as listed
        on results.kpi = listed.kpi
        and results.period = listed.period

    where results.level = 'school'
        and results.period = $period
        and ($group_id::integer is null or results.group_id = $group_id::integer)
        and ($school_id::integer is null or results.school_id = $school_id::integer)

)

select
    judged.kpi,
    judged.level,
    judged.period,
    judged.school_id,
    schools.name as school_name,
    schools.role,
    schools.role_label,
    judged.counted,
    judged.base,
    judged.required,
    judged.status,
    judged.flags,
    judged.deadline,
    judged.gap,
    judged.room,
    judged.days_left,
    case when judged.total_days > 0
        then least(floor(judged.required * judged.elapsed_days / judged.total_days), judged.required)
    end as pace,
    case when judged.gap > 0 and judged.days_left > 0
        then judged.gap * 7.0 / judged.days_left
    end as weekly

from judged

inner join visible_schools as schools
    on judged.school_id = schools.school_id

order by
    schools.role = 'lead' desc,
    schools.ord,
    judged.kpi_ord
