-- Which of `suspects` are no records: totals, examples and instructions, signatures, repeated headers, and rows that say
-- that there was nothing to record. `said` is the text by which it is known, `kind` what it is.
insert into no_records

with

rows as (

    select
        suspects.table_name,
        suspects.n,
        -- As the file has them in order.
        list_concat(
            flatten(list_transform(files.known, lambda place, i: list_append(
                list_transform(
                    coalesce(suspects.extra[coalesce(files.before[i - 1], 0) + 1:files.before[i]], []),
                    lambda text: {ord: null::bigint, text: text}
                ),
                {ord: place::bigint, text: suspects.cells[place]}
            ))),
            list_transform(
                coalesce(suspects.extra[files.before[-1] + 1:], []), lambda text: {ord: null::bigint, text: text}
            )
        ) as cells

    from suspects

    inner join files
        using (file_id)

),

named as (

    select
        table_name,
        n,
        place,
        cell.ord as ord,
        cell.text as text,
        squeeze(cell.text) as name

    from (select table_name, n, unnest(cells) as cell, generate_subscripts(cells, 1) as place from rows)

),

judged as materialized (

    select
        *,
        is_total(name) as total,
        is_example(name) as example,
        is_remark(name) as remark,
        is_signature(name) as signature,
        lag(name) over (partition by table_name, n order by place) as former,
        is_none(name) as nothing,
        lower(regexp_replace(without_remark(name), '^(?:[*※:、]|\d+[.、])+|[*※:、]+$', '', 'g')) as header

    from named

    where name <> ''

),

by_row as (

    select
        judged.table_name,
        judged.n,
        count(distinct judged.place) as texts,
        arg_min(
            {said: judged.text, total: judged.total, example: judged.example, remark: judged.remark}, judged.place
        ) as first,
        arg_min(judged.text, judged.ord) filter (where judged.total and (needed or is_person)) as total,
        arg_min(judged.text, judged.ord) filter (where judged.example and (needed or is_person)) as example,
        -- Beside 承辦人： may stand who it is, or a number or day.
        bool_and(
            judged.signature
            or coalesce(
                regexp_full_match(judged.former, '\p{Han}+:')
                    and is_signature(judged.former)
                    and regexp_full_match(judged.name, '\p{Han}{2,4}|[\d/.()#年月日-]+'),
                false
            )
        ) as signed,
        arg_min(judged.text, judged.ord) filter (where header_words.word is not null) as header,
        count(header_words.word) as headers,
        arg_min(judged.text, judged.ord) filter (
            where judged.nothing
                and needed
                and type in ('person', 'date', 'timestamp', 'name', 'course')
                and coalesce(given.nothing, true)
        ) as nothing

    from judged

    left join column_types as columns
        on judged.table_name = columns.table_name
        and judged.ord = columns.ord

    left join judged as given
        on judged.table_name = given.table_name
        and judged.n = given.n
        and columns.given_by = given.ord

    left join header_words
        on judged.table_name = header_words.table_name
        and columns.column_name = header_words.column_name
        and judged.header = header_words.word

    group by
        judged.table_name,
        judged.n

),

recognised as (

    select
        table_name,
        n,
        case
            when total is not null then {said: total, kind: 'total'}
            when first.total then {said: first.said, kind: 'total'}
            when example is not null then {said: example, kind: 'example'}
            when first.example then {said: first.said, kind: 'example'}
            when signed then {said: first.said, kind: 'signature'}
            when texts = 1 and first.remark then {said: first.said, kind: 'example'}
            when headers > 1 or (headers = 1 and texts = 1) then {said: header, kind: 'header'}
            when nothing is not null then {said: nothing, kind: 'nothing'}
        end as sign

    from by_row

)

select
    table_name,
    n,
    sign.said,
    sign.kind

from recognised

where sign is not null;
