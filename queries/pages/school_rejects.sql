-- A school's own rows that were not taken, or taken with a warning: they may be why a figure is low.

select
    rejects.severity,
    rejects.table_name,
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
    rejects.cell,
    rejects.link,
    schools.name as school_name

from visible_to_mend as rejects

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

where rejects.school_id = $school_id::integer

order by
    rejects.table_name,
    rejects.severity,
    rejects.file,
    rejects.line
