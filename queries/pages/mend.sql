-- What each school is asked to send again or to mend, its files first, then its rows: those that the figures of the day may
-- lack, and the others. A file of many schools is none of theirs to mend.

with

lacking as (

    select distinct
        flags.school_id,
        flags.file,
        flags.line

    from visible_flags_on($on::date) as flags

    inner join kpis
        using (kpi, period)

    where not kpis.closed
        and flags.flag in ('base_rejected', 'rows_rejected')

),

asked as (

    select distinct
        flags.school_id,
        flags.table_name,
        flags.file,
        flags.message,
        true as matters,
        1 as ord

    from visible_flags as flags

    inner join inputs
        on flags.file = inputs.file
        and flags.school_id = inputs.school_id

    inner join kpis
        on flags.kpi = kpis.kpi
        and flags.period = kpis.period

    where flags.flag in ('unreadable_source', 'stale_source')
        and not kpis.closed

    union all by name

    select
        rejects.school_id,
        rejects.table_name,
        rejects.file,
        rejects.line,
        rejects.severity,
        rejects.sentence,
        rejects.places,
        rejects.suggestion,
        rejects.cell,
        rejects.link,
        lacking.line is not null and rejects.severity = 'rejected' as matters,
        case
            when rejects.severity = 'warning' then 4
            when lacking.line is null then 3
            else 2
        end as ord

    from visible_to_mend as rejects

    left join lacking
        on rejects.school_id = lacking.school_id
        and rejects.file = lacking.file
        and rejects.line = lacking.line

    where rejects.school_id is not null

)

select
    asked.* exclude (ord),
    asked.ord = 1 as is_file,
    schools.name as school_name

from asked

inner join visible_schools as schools
    using (school_id)

where $school_id::integer is null
    or asked.school_id = $school_id::integer

order by
    schools.ord,
    asked.ord,
    asked.file,
    asked.line
