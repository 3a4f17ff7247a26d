-- One indicator of every school: most missing first, then those without data, then those that are done.

with

judged as (

    select
        results.*,
        case
            when results.status in ('met', 'exempt') then 0
            when results.status in ('info', 'upcoming') then null
            when results.required < results.counted then results.counted - results.required
            else results.required - results.counted
        end as gap

    from visible_results_on($on::date) as results

    where results.level = 'school'
        and results.kpi = $kpi
        and results.period = $period
        and ($status::varchar is null or results.status = $status::varchar)

)

select
    judged.kpi,
    judged.level,
    schools.school_id,
    schools.name as school_name,
    schools.group_name,
    schools.role,
    judged.counted,
    judged.base,
    judged.required,
    judged.status,
    judged.gap,
    judged.required < judged.counted as is_over,
    count(*) over () as rows_in_all

from judged

inner join visible_schools as schools
    on judged.school_id = schools.school_id

order by
    judged.gap > 0 desc nulls last,
    judged.gap desc nulls last,
    judged.status = 'no_data' desc,
    judged.status = 'met' desc,
    schools.ord

limit $size::integer

offset $skip::integer
