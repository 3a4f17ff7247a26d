-- Why a school cannot be judged, and what would mend it: the cell, the table or the duty that is missing, from what the
-- indicator itself lacks (`lack` of 3_states.sql). `what`:
-- cell    a cell of 學校名冊 is blank; `file` and `line` say where
-- column  the file that was sent lacks the column
-- word    nobody of the school's staff has one of `words` in the column
-- away    the school's staff were sent, but nobody of them is employed on that day
-- unread  a file of the table was sent and cannot be read; `problem` says why
-- refused all rows that the school sent of the table were refused
-- rows    the table has rows of the school, but none of this period
-- school  學校名冊 has no row of the school
-- table   nothing of the table was sent
-- From `asked_from` on it is asked for: not in the first quarter of the period, nor a period's own rows before any school
-- counts in it; after the deadline always.

create table no_data_reasons as

with

silent as (

    select
        states.kpi,
        states.period,
        states.school_id,
        states.since,
        states.until,
        states.lack,
        kpis.base,
        kpis.deadline,
        coalesce(kpis.pace_start, kpis.begins) as begins,
        kpis."require" <> 'none' and not kpis.closed as is_asked,
        periods.label as period_label,
        case
            when states.lack in ('condition', 'classes') then 'schools'
            when states.lack = 'people' or (states.lack = 'base' and kpis.base = 'staff') then 'staff'
            when states.lack = 'base' then kpis.base_table
            when states.lack = 'amount' then coalesce(missing.table_name, kpis.table_name)
            else kpis.table_name
        end as table_name

    from states

    inner join kpis
        using (kpi, period)

    inner join periods
        on states.period = periods.period

    -- Of the tables of an amount, one that was not supplied.
    left join (
        select
            kpi_reads.kpi,
            arg_min(tables.table_name, tables.ord) as table_name

        from kpi_reads

        inner join tables
            on kpi_reads.name = tables.table_name

        where kpi_reads.what = 'table'
            and not tables.supplied

        group by all
    ) as missing
        on states.kpi = missing.kpi

    where states.unjudged = 'no_data'

),

-- The items of a school's own targets say which table they want.
wanted as (

    select
        silent.* replace (coalesce(items.wants, silent.table_name) as table_name),
        tables.supplied as is_supplied

    from silent

    left join (
        select
            kpi,
            period,
            school_id,
            min(wants) as wants

        from targets_values

        where in_base
            and not is_supplied

        group by all
    ) as items
        on silent.lack = 'amount'
        and silent.kpi = items.kpi
        and silent.period = items.period
        and silent.school_id = items.school_id

    inner join tables
        on coalesce(items.wants, silent.table_name) = tables.table_name

),

-- The first blank cell of 學校名冊 that the indicator reads.
cells as (

    select
        kpi_reads.kpi,
        blank_cells.school_id,
        arg_min(blank_cells, kpi_reads.ord) as cell,
        arg_min(list_contains(files.known, column_types.ord), kpi_reads.ord) as has_column

    from kpi_reads

    inner join blank_cells
        on kpi_reads.name = blank_cells.column_name

    inner join column_types
        on column_types.table_name = 'schools'
        and blank_cells.column_name = column_types.column_name

    inner join files
        on blank_cells.file_id = files.file_id

    where kpi_reads.what = 'column'

    group by all

),

sent as (

    select distinct
        table_name,
        school_id

    from row_days

),

refused as (

    select distinct
        table_name,
        school_id

    from rejects

    where severity = 'rejected'
        and reason <> 'not_a_record'

),

-- A file that is named after a school is that school's.
unread as (

    select
        table_name,
        school_id,
        arg_min(file, file_id) as file,
        arg_min(problem, file_id) as problem

    from files

    where problem is not null
        and table_name is not null

    group by all

),

-- What of a person the base asks for, and whether the school's files say it.
asked_of_staff as (

    select
        kpi,
        case when len(any_value(duties)) > 0 then 'duty' else 'employment' end as column_name,
        case
            when len(any_value(duties)) > 0 then array_to_string(any_value(duties), '、')
            else string_agg(word, '、')
        end as words

    from kpi_staff

    inner join (
        select
            employment,
            arg_min(word, rowid) as word

        from employment_words

        group by employment
    ) as called
        on kpi_staff.employment = called.employment

    group by kpi

),

columns_sent as (

    select
        staff.school_id,
        column_types.column_name,
        bool_or(list_contains(files.known, column_types.ord)) as has_column

    from staff

    inner join files
        on staff.file_id = files.file_id

    inner join column_types
        on column_types.table_name = 'staff'

    where column_types.column_name in ('duty', 'employment')

    group by all

),

reasons as (

    select
        wanted.*,
        wanted.lack in ('units', 'base') and wanted.base is distinct from 'staff' as is_of_period,
        case
            when cells.cell is not null and wanted.lack not in ('table', 'people') and wanted.base is distinct from 'staff'
                then case when cells.has_column then 'cell' else 'column' end
            when wanted.lack = 'base' and wanted.base = 'staff'
                then case when columns_sent.has_column then 'word' else 'column' end
            when sent.school_id is not null and wanted.lack = 'people' then 'away'
            when sent.school_id is not null and wanted.lack in ('units', 'base') then 'rows'
            when coalesce(own_file.file, any_file.file) is not null then 'unread'
            when refused.school_id is not null then 'refused'
            when wanted.table_name = 'schools' and wanted.is_supplied then 'school'
            else 'table'
        end as what,
        case when cells.cell is not null then cells.cell.column_name else asked_of_staff.column_name end as column_name,
        cells.cell.file_id as cell_file_id,
        cells.cell.line as line,
        asked_of_staff.words,
        coalesce(own_file.file, any_file.file) as unread_file,
        coalesce(own_file.problem, any_file.problem) as problem

    from wanted

    left join cells
        on wanted.kpi = cells.kpi
        and wanted.school_id = cells.school_id

    left join sent
        on wanted.table_name = sent.table_name
        and wanted.school_id = sent.school_id

    left join refused
        on wanted.table_name = refused.table_name
        and wanted.school_id = refused.school_id

    left join unread as own_file
        on wanted.table_name = own_file.table_name
        and wanted.school_id = own_file.school_id

    left join unread as any_file
        on wanted.table_name = any_file.table_name
        and any_file.school_id is null

    left join asked_of_staff
        on wanted.kpi = asked_of_staff.kpi
        and wanted.base = 'staff'

    left join columns_sent
        on wanted.school_id = columns_sent.school_id
        and asked_of_staff.column_name = columns_sent.column_name

),

first_counts as (

    select
        kpi,
        period,
        min(since) as day

    from states

    where counted > 0
        and unjudged is distinct from 'no_data'

    group by all

)

select
    reasons.kpi,
    reasons.period,
    reasons.school_id,
    reasons.since,
    reasons.until,
    reasons.what,
    tables.label as table_label,
    reasons.period_label,
    headers.header,
    coalesce(cell_files.file, reasons.unread_file) as file,
    reasons.line,
    reasons.words,
    reasons.problem,
    case
        when not reasons.is_asked then date 'infinity'
        else coalesce(
            least(
                reasons.deadline + 1,
                greatest(
                    reasons.begins + ((reasons.deadline - reasons.begins) // 4)::int,
                    case when reasons.is_of_period then coalesce(first_counts.day, date 'infinity') end
                )
            ),
            date '-infinity'
        )
    end as asked_from

from reasons

left join tables
    on case when reasons.what in ('cell', 'column') and reasons.base is distinct from 'staff' then 'schools' else reasons.table_name end
    = tables.table_name

left join column_headers as headers
    on tables.table_name = headers.table_name
    and reasons.column_name = headers.column_name

left join files as cell_files
    on reasons.cell_file_id = cell_files.file_id
    and reasons.what = 'cell'

left join first_counts
    on reasons.kpi = first_counts.kpi
    and reasons.period = first_counts.period

order by
    reasons.kpi,
    reasons.period,
    reasons.school_id,
    reasons.since;

create view visible_no_data_reasons as select * from no_data_reasons where in_scope(school_id);
