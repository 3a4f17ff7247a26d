-- What is known to be wrong with the data of one period, a row a kind and table: files that cannot be read, files for which
-- former rows are kept, rosters with refused rows, and tables in which schools have no row; with how many schools and rows it
-- is about, and the first of these schools. With `by_default`, of the indicators shown by default that day; never of a
-- closed period.

with

causes as (

    select distinct
        flags.ord,
        flags.flag,
        flags.table_name,
        flags.file,
        flags.line,
        schools.name as school_name,
        schools.ord as school_ord

    from visible_flags_on($on::date) as flags

    inner join visible_schools as schools
        using (school_id)

    inner join kpis
        on flags.kpi = kpis.kpi
        and flags.period = kpis.period

    semi join listed_on($by_default::date) as listed
        on flags.kpi = listed.kpi
        and flags.period = listed.period

    where flags.period = $period
        and not kpis.closed
        and flags.flag <> 'rows_rejected'

)

select
    causes.flag,
    tables.label,
    count(distinct causes.school_name) as schools,
    count(distinct (causes.file, causes.line)) as rows,
    string_agg(distinct causes.file, '|' order by causes.file) as files,
    array_to_string(
        list_transform(
            list_sort(list(distinct {'ord': causes.school_ord, 'name': causes.school_name}))[:5], lambda one: one.name
        ),
        '|'
    ) as school_names

from causes

inner join tables
    using (table_name)

group by
    causes.ord,
    causes.flag,
    tables.ord,
    tables.label

order by
    causes.ord,
    tables.ord
