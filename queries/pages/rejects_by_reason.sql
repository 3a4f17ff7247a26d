-- Rejected rows that are somebody's to mend by reason, of the chosen table and school if any: asked of each kept snapshot.

with

rejects as (

    select
        rejects.reason,
        rejects.table_name,
        schools.name as school_name

    from visible_to_mend as rejects

    left join visible_schools as schools
        on rejects.school_id = schools.school_id

    where rejects.severity = 'rejected'

)

select
    rejects.reason,
    any_value(reasons.label) as label,
    count(*) as rows

from rejects

left join reasons
    on rejects.reason = reasons.reason

where ($table::varchar is null or rejects.table_name = $table::varchar)
    and ($school::varchar is null or rejects.school_name = $school::varchar)

group by rejects.reason

order by
    count(*) desc,
    rejects.reason
