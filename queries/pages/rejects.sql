-- Rows that were not taken, or taken with a warning: one page of what the filters leave. Those that are no records are of a
-- kind of their own, which is nobody's to mend.

select
    $severity as severity,
    tables.label as table_label,
    rejects.file,
    rejects.line,
    reasons.label as reason_label,
    rejects.sentence,
    rejects.places,
    rejects.suggestion,
    rejects.original,
    inputs.header_row,
    could_change.could,
    schools.name as school_name,
    rejects.cell,
    rejects.link,
    rejects.first_seen = snapshot.built_at and snapshot.former_built_at is not null as is_new

from visible_rejects as rejects

cross join snapshot

left join tables
    on rejects.table_name = tables.table_name

left join inputs
    using (file_id)

left join could_change_on($on::date) as could_change
    using (file_id, line)

left join reasons
    on rejects.reason = reasons.reason

left join visible_schools as schools
    on rejects.school_id = schools.school_id

where case when rejects.reason = 'not_a_record' then 'no_record' else rejects.severity end = $severity
    and ($table::varchar is null or rejects.table_name = $table::varchar)
    and ($reason::varchar is null or rejects.reason = $reason::varchar)
    and ($school::varchar is null or schools.name = $school::varchar)
    and ($fresh::varchar is null or rejects.first_seen = snapshot.built_at)

order by
    rejects.file,
    rejects.line,
    rejects.reason

limit $size::integer

offset $skip::integer
