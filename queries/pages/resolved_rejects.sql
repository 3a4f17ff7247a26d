-- What the former snapshot refused and this one does not: mended, or taken away.

select
    resolved.file,
    resolved.line,
    reasons.label as reason_label,
    resolved.original,
    schools.name as school_name

from visible_resolved_rejects as resolved

left join reasons
    on resolved.reason = reasons.reason

left join visible_schools as schools
    on resolved.school_id = schools.school_id

where resolved.severity = 'rejected'
    and resolved.reason <> 'not_a_record'

order by
    resolved.file,
    resolved.line

limit $size::integer
