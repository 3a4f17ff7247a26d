-- Every file and worksheet that was looked at, those that could not be read first. A file of one school belongs to that
-- school; one of many schools, or of none, is for who may see them all.

select
    inputs.file,
    inputs.sheet,
    inputs.link,
    inputs.table_name,
    inputs.label,
    inputs.size,
    inputs.modified_at,
    inputs.encoding,
    inputs.read,
    inputs.accepted,
    inputs.duplicate,
    inputs.rejected,
    inputs.no_record,
    inputs.warnings,
    inputs.note,
    inputs.problem,
    inputs.stale_because,
    inputs.left_out,
    inputs.likely,
    inputs.likely_label

from inputs

where in_scope(inputs.school_id)
    or getvariable('every_school')

order by
    inputs.problem is null,
    inputs.stale_because is null,
    inputs.left_out is null,
    inputs.likely is null,
    inputs.table_name is null,
    inputs.file,
    inputs.sheet
