-- A school's own rows that were not taken, or taken with a warning: they may be why a figure is low.

select
    severity,
    table_name,
    file,
    line,
    message,
    suggestion,
    original,
    cell,
    link

from visible_rejects

where school_id = $school_id::integer

order by
    table_name,
    severity,
    file,
    line
