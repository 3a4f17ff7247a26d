-- Rows in and out of each table: read = accepted + duplicate + rejected.

select
    table_name,
    label,
    supplied,
    files,
    read,
    accepted,
    duplicate,
    rejected,
    no_record,
    warnings,
    changed_at

from tables

order by ord
