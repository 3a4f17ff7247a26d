-- One indicator of every school: most missing first, then those without data, then those that are done; or by a column.
-- pace: floor(required x elapsed / total), the figure below which a school is behind. before: counted on the day to
-- compare with.

with

judged as (

    select
        results.*,
        kpis.pace_start,
        date_diff('day', kpis.pace_start, results.deadline) as total_days,
        greatest(date_diff('day', kpis.pace_start, $on::date), 0) as elapsed_days,
        case
            when results.status in ('met', 'exempt') then 0
            when results.status in ('info', 'upcoming') then null
            when results.required < results.counted then results.counted - results.required
            else results.required - results.counted
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
        case when judged.total_days > 0
            then least(floor(judged.required * judged.elapsed_days / judged.total_days), judged.required)
        end as pace,
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
        when 'status' then list_position(['overdue', 'behind', 'on_track', 'no_data', 'met', 'exempt', 'info'], status)
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
