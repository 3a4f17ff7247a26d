-- 沒有讀入、沒有用到或有缺損的檔案
-- What of the files and worksheets was not read or not used, and what to do, the likely harm first: what cannot be read, what
-- was left out and is a table by its header, a column that is probably one of its table's, what else was left out, and
-- remarks on what was read. A file of one school belongs to that school; one of many schools, or of none, is for who may
-- see them all.
with

remarks as (

    select
        file_id,
        case
            when problem is not null or stale_because is not null then 1
            when likely is not null then 2
            when left_out is not null then 4
            else 5
        end as harm,
        0 as place,
        case
            when problem is not null then 'unreadable'
            when left_out is not null then 'left_out'
            when stale_because is not null then 'stale'
            else 'note'
        end as kind,
        coalesce(problem, stale_because, left_out, note) as message

    from inputs

    where coalesce(problem, stale_because, left_out, note) is not null

    union all

    select
        file_id,
        3 as harm,
        place,
        'unused' as kind,
        format(
            '「{}」欄（{} 欄，{} 格有填）沒有用到，可能是「{}」；若是，請把欄名改成「{}」。',
            header, letters, filled, likely_header, likely_header
        ) as message

    from unused_columns

    where likely is not null

)

select
    inputs.file,
    remarks.kind,
    remarks.message

from remarks

inner join inputs
    using (file_id)

where in_scope(inputs.school_id)
    or getvariable('every_school')

order by
    remarks.harm,
    remarks.file_id,
    remarks.place;
