-- Which of `suspects` are no records: totals, examples and instructions, signatures, repeated headers, and rows that say
-- that there was nothing to record. `said` is the text by which it is known.
insert into no_records

with

rows as (

    select
        suspects.table_name,
        suspects.n,
        -- As the file has them in order, blank ones left out.
        list_filter(
            list_concat(
                flatten(list_transform(files.known, lambda place, i: list_append(
                    coalesce(suspects.extra[coalesce(files.before[i - 1], 0) + 1:files.before[i]], []),
                    suspects.cells[place]
                ))),
                coalesce(suspects.extra[files.before[-1] + 1:], [])
            ),
            lambda cell: squeeze(cell) <> ''
        ) as texts

    from suspects

    inner join files
        using (file_id)

),

cells as (

    select
        suspects.table_name,
        suspects.n,
        columns.* exclude (table_name),
        suspects.cells[columns.ord] as text,
        squeeze(suspects.cells[columns.ord]) as name,
        case when columns.given_by is not null then squeeze(suspects.cells[columns.given_by]) end as given

    from suspects

    inner join column_types as columns
        using (table_name)

),

by_cell as (

    select
        cells.table_name,
        cells.n,
        arg_min(text, ord) filter (where (needed or is_person) and is_total(name)) as total,
        arg_min(text, ord) filter (where (needed or is_person) and is_example(name)) as example,
        arg_min(text, ord) filter (
            where needed
                and type in ('person', 'date', 'timestamp', 'name', 'course')
                and is_none(name)
                and (given is null or given = '' or is_none(given))
        ) as nothing,
        arg_min(text, ord) filter (where header_words.word is not null) as header,
        count(header_words.word) as headers

    from cells

    left join header_words
        on cells.table_name = header_words.table_name
        and cells.column_name = header_words.column_name
        and header_words.word = lower(
            regexp_replace(without_remark(cells.name), '^(?:[*※:、]|\d+[.、])+|[*※:、]+$', '', 'g')
        )

    group by
        cells.table_name,
        cells.n

),

told as (

    select
        rows.table_name,
        rows.n,
        coalesce(
            by_cell.total,
            case when is_total(squeeze(rows.texts[1])) then rows.texts[1] end,
            by_cell.example,
            case when is_example(squeeze(rows.texts[1])) then rows.texts[1] end,
            -- Beside 承辦人： may stand who it is, or a number or day.
            case
                when len(list_filter(
                    rows.texts,
                    lambda text, i: not is_signature(squeeze(text)) and not coalesce(
                        regexp_full_match(squeeze(rows.texts[i - 1]), '\p{Han}+:')
                            and is_signature(squeeze(rows.texts[i - 1]))
                            and regexp_full_match(squeeze(text), '\p{Han}{2,4}|[\d/.()#年月日-]+'),
                        false
                    )
                )) = 0 then rows.texts[1]
            end,
            case when len(rows.texts) = 1 and is_remark(squeeze(rows.texts[1])) then rows.texts[1] end,
            case when by_cell.headers > 1 or (by_cell.headers = 1 and len(rows.texts) = 1) then by_cell.header end,
            by_cell.nothing
        ) as said

    from rows

    inner join by_cell
        using (table_name, n)

)

select
    table_name,
    n,
    said

from told

where said is not null;
