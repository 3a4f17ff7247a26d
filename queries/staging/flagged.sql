-- Every fault to report, rejections and warnings, with the text that it is about and the whole row: its cells in the
-- order of its file's columns: before each known one the extra ones that stand there, and behind the last the others.
create temp table flagged as

with

-- A rejected row is told by its fault, any other by each of its warnings, and by what it says otherwise than another.
coded as (

    select
        flaws.*,
        coalesce(flaws.fault, flaws.contradicts) as code

    from flaws

    where coalesce(flaws.fault, flaws.contradicts) is not null

    union all

    select
        flaws.*,
        fault_codes.code

    from flaws

    inner join fault_codes
        on flaws.table_name = fault_codes.table_name
        and flaws.warned & fault_codes.bit <> 0

    where flaws.fault is null

),

named as (

    select
        flaws.* exclude (code),
        fault_codes.reason,
        fault_codes.column_name,
        fault_codes.header,
        -- Where a school's name is blank it is the code that no school has.
        case
            when fault_codes.column_name = 'school' and trim(flaws.cells[columns.ord]) = '' then codes.ord
            else columns.ord
        end as place

    from coded as flaws

    inner join fault_codes
        on flaws.table_name = fault_codes.table_name
        and flaws.code = fault_codes.code

    inner join column_types as columns
        on flaws.table_name = columns.table_name
        and fault_codes.column_name = columns.column_name

    left join column_types as codes
        on flaws.table_name = codes.table_name
        and codes.column_name = 'school_code'

    -- A row without any value is no row.
    where fault_codes.reason <> 'missing_value'
        or squeeze(array_to_string(flaws.cells, '') || coalesce(array_to_string(flaws.extra, ''), '')) <> ''

)

select
    case when named.fault is null then 'warning' else 'rejected' end as severity,
    named.table_name,
    named.file_id,
    named.line,
    named.school_id,
    named.reason,
    named.column_name,
    named.header,
    -- What the sentence is about: the words by which a row is no record, or whom of several persons nobody knows.
    coalesce(
        case when named.reason in ('not_a_record', 'ambiguous_person', 'unknown_person') then named.said end,
        named.cells[named.place],
        ''
    ) as value,
    named.other_file_id,
    named.other_line,
    squeeze(named.staff_id) as staff_id,
    person_name(named.person) as person,
    array_to_string(
        list_concat(
            flatten(list_transform(files.known, lambda place, i: list_concat(
                list_transform(
                    coalesce(named.extra[coalesce(files.before[i - 1], 0) + 1:files.before[i]], []),
                    lambda cell: csv_cell(cell)
                ),
                [csv_cell(named.cells[place])]
            ))),
            list_transform(coalesce(named.extra[files.before[-1] + 1:], []), lambda cell: csv_cell(cell))
        ),
        ','
    ) as original

from named

inner join files
    using (file_id);
