-- What is known to be wrong with the data behind a school's figures of a day, a line a cause: files first, then rows.

select
    flags.kpi,
    flags.period,
    flags.flag,
    flags.table_name,
    tables.label as table_label,
    flags.file,
    flags.line,
    flags.message

from visible_flags_on($on::date) as flags

inner join tables
    using (table_name)

where flags.school_id = $school_id::integer

order by
    flags.ord,
    flags.file,
    flags.line,
    flags.kpi,
    flags.period
