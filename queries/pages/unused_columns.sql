-- 沒有用到的欄
-- The filled columns of each file that are none of its table's, those that probably are one first. A file of one school
-- belongs to that school; one of many schools, or of none, is for who may see them all.
select
    inputs.file,
    inputs.sheet,
    inputs.link,
    inputs.table_name,
    inputs.label,
    unused_columns.letters,
    unused_columns.header,
    unused_columns.filled,
    unused_columns.likely,
    unused_columns.likely_header

from unused_columns

inner join inputs
    using (file_id)

where in_scope(inputs.school_id)
    or getvariable('every_school')

order by
    unused_columns.likely is null,
    inputs.file_id,
    unused_columns.place;
