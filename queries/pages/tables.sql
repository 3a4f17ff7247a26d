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
    warnings

from tables

order by ord
