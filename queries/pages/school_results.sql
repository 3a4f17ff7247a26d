-- Each indicator of each school, of one group or of one school: figures, gap, and how far the pace would be.
-- With `by_default`, of the indicators shown by default that day.

with

judged as (

    select
        results.*,
        kpis.pace_start,
        case when kpis."require" = 'ceiling' then results.required - results.counted end as room,
        gap_of(results.status, results.required, results.counted) as gap,
        results.deadline - $on::date as days_left

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
    pace_on($on::date, judged.required, judged.pace_start, judged.deadline) as pace,
    weekly_of(judged.gap, judged.days_left) as weekly

from judged

inner join visible_schools as schools
    on judged.school_id = schools.school_id

order by
    schools.role = 'lead' desc,
    schools.ord,
    judged.kpi_ord
