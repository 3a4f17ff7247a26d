-- Every fault to report, rejections and warnings, with the text that it is about and the whole row: its cells in the
-- order of its file's columns: before each known one the extra ones there, and behind the last the others. Both
-- once more with the names masked.
create temp table flagged as

with

-- A rejected row is listed by its fault, any other by each of its warnings and contradictions.
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

-- Of each table the types of its columns, in their order.
columns_of_tables as (

    select
        table_name,
        list(case when column_name = 'staff_id' then 'person_id' else type end order by ord) as types

    from column_types

    group by table_name

),

-- Cells that are a known name, in whichever column: of a refused row the columns are often shifted.
known_names as (

    select
        table_name,
        file_id,
        line,
        list(cell) as cells

    from (select table_name, file_id, line, unnest(cells) as cell from flaws)

    where cell in (
        select cell
        from (select distinct unnest(cells) as cell from flaws)
        where regexp_matches(cell, '[^\x00-\x40\x5B-\x60\x7B-\x7F]') and person_name(squeeze(cell)) in (select name from bearers)
    )

    group by all

),

named as (

    select
        flaws.* exclude (code),
        list_transform(
            flaws.cells,
            lambda cell, i: case
                when columns_of_tables.types[i] = 'person' or list_contains(known_names.cells, cell) then masked_person(cell)
                when columns_of_tables.types[i] = 'person_id' then masked_id(cell)
                when flaws.kind is not null then masked_signature(cell)
                when contains(cell, '@') or contains(cell, '＠') then masked_mail(cell)
                else cell
            end
        ) as masked_cells,
        list_transform(flaws.extra, lambda cell: masked_extra(cell)) as masked_extra,
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

    inner join columns_of_tables
        on flaws.table_name = columns_of_tables.table_name

    left join known_names
        on flaws.table_name = known_names.table_name
        and flaws.file_id = known_names.file_id
        and flaws.line = known_names.line

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
    -- Masked as its cell; what is in none is one of a cell's persons.
    coalesce(
        case when named.said is not null and named.reason in ('not_a_record', 'ambiguous_person', 'unknown_person') then coalesce(
            named.masked_cells[list_position(named.cells, named.said)],
            named.masked_extra[list_position(named.extra, named.said)],
            masked_person(named.said)
        ) end,
        named.masked_cells[named.place],
        ''
    ) as masked_value,
    named.kind,
    named.other_file_id,
    named.other_line,
    case when not is_no_id(squeeze(named.staff_id)) then answer(squeeze(named.staff_id)) else '' end as staff_id,
    person_name(named.person) as person,
    csv_row(named.cells, named.extra, files.known, files.before) as original,
    csv_row(named.masked_cells, named.masked_extra, files.known, files.before) as masked_original

from named

inner join files
    using (file_id);
