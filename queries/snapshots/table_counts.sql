-- What became of the rows of each table.
select
    table_name,
    label,
    supplied,
    read,
    accepted,
    duplicate,
    rejected,
    no_record,
    warnings

from tables

order by ord;
