-- One indicator of every school: most missing first, then those without data, then those that are done; or by a column.
-- gap: what is missing, or what is above a ceiling. before: counted on the day to compare with.

with

judged as (

    select
        results.*,
        kpis.pace_start,
        case
            when results.status in ('info', 'upcoming', 'no_data') then null
            when results.status = 'overdue' and results.required < results.counted then results.counted - results.required
            else gap_of(results.status, results.required, results.counted)
        end as gap

    from visible_results_on($on::date) as results

    inner join kpis
        on results.kpi = kpis.kpi
        and results.period = kpis.period

    where results.level = 'school'
        and results.kpi = $kpi
        and results.period = $period

),

listed as (

    select
        judged.kpi,
        judged.level,
        judged.period,
        schools.school_id,
        schools.name as school_name,
        schools.short,
        schools.group_name,
        schools.role,
        judged.counted,
        judged.base,
        judged.required,
        judged.rate,
        judged.status,
        judged.flags,
        judged.gap,
        judged.required < judged.counted as is_over,
        pace_on($on::date, judged.required, judged.pace_start, judged.deadline) as pace,
        before.counted as before,
        schools.ord,
        judged.group_ord

    from judged

    inner join visible_schools as schools
        on judged.school_id = schools.school_id

    left join visible_results_on($versus::date) as before
        on judged.school_id = before.school_id
        and before.level = 'school'
        and before.kpi = $kpi
        and before.period = $period

)

select *

from listed

order by
    case $sort::varchar
        when 'school' then ord
        when 'group' then group_ord
        when 'status' then urgency_of(status)
        when 'counted' then counted
        when 'rate' then rate
        when 'gap' then gap
        when 'change' then counted - before
    end * case when $falling::boolean then -1 else 1 end nulls last,
    gap > 0 desc nulls last,
    gap desc nulls last,
    status = 'no_data' desc,
    status = 'met' desc,
    ord
