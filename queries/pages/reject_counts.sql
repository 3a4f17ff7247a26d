-- How many rows each choice of a filter leaves, the other filters as they are; of schools the twelve with most. Whoever
-- chooses another severity sees all its tables and reasons. Rows that are no records are of a kind of their own.

with

rejects as (

    select
        case when rejects.reason = 'not_a_record' then 'no_record' else rejects.severity end as severity,
        rejects.table_name,
        rejects.reason,
        rejects.first_seen = snapshot.built_at as is_new,
        snapshot.former_built_at is not null as has_former,
        schools.name as school_name,
        tables.label as table_label,
        tables.ord as table_ord,
        reasons.label as reason_label

    from visible_rejects as rejects

    cross join snapshot

    left join tables
        on rejects.table_name = tables.table_name

    left join reasons
        on rejects.reason = reasons.reason

    left join visible_schools as schools
        on rejects.school_id = schools.school_id

),

most_rejected as (

    select
        'school',
        school_name,
        school_name,
        -count(*),
        count(*)

    from rejects

    where severity = $severity
        and school_name is not null
        and ($table::varchar is null or table_name = $table::varchar)
        and ($reason::varchar is null or reason = $reason::varchar)
        and ($fresh::varchar is null or is_new)

    group by school_name

    order by
        school_name = $school::varchar desc nulls last,
        count(*) desc,
        school_name

    limit 12

)

select
    'severity' as facet,
    severity as value,
    severity as label,
    0 as ord,
    count(*) as rows

from rejects

where ($school::varchar is null or school_name = $school::varchar)
    and ($fresh::varchar is null or is_new)

group by all

union all

select
    'table',
    table_name,
    any_value(table_label),
    any_value(table_ord),
    count(*)

from rejects

where severity = $severity
    and ($reason::varchar is null or reason = $reason::varchar)
    and ($school::varchar is null or school_name = $school::varchar)
    and ($fresh::varchar is null or is_new)

group by table_name

union all

select
    'reason',
    reason,
    any_value(reason_label),
    -count(*),
    count(*)

from rejects

where severity = $severity
    and ($table::varchar is null or table_name = $table::varchar)
    and ($school::varchar is null or school_name = $school::varchar)
    and ($fresh::varchar is null or is_new)

group by reason

union all

select
    'fresh',
    'new',
    '新出現',
    0,
    count(*) filter (where is_new)

from rejects

where severity = $severity
    and ($table::varchar is null or table_name = $table::varchar)
    and ($reason::varchar is null or reason = $reason::varchar)
    and ($school::varchar is null or school_name = $school::varchar)

having bool_and(has_former)

union all

select *

from most_rejected

order by
    1,
    4,
    3
