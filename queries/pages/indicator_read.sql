-- What was read of each table: two snapshots with the same contents were made from the same rows.

select
    tables.table_name,
    tables.label,
    tables.accepted,
    md5(string_agg(inputs.sha256, ' ' order by inputs.sha256)) as contents

from tables

left join inputs
    on tables.table_name = inputs.table_name

group by
    tables.table_name,
    tables.label,
    tables.accepted,
    tables.ord

order by tables.ord
