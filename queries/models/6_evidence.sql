-- Which accepted rows are behind a unit. A row belongs to a unit of its indicator's table by the person, by the class,
-- or by the day on which the unit was attained, as the rules of evidence say; the indicator's categories and choices hold
-- for it as they do in its query.

-- Of one indicator, period and school: the rows of all of them together would be sought at every question.
create macro visible_evidence(of_kpi, in_period, at_school) as table

with

-- A unit's person is known by 教師編號, or by name at the school; one that is a person and a class has the class behind it.
asked as (

    select
        units.*,
        rules.link,
        rules.in_window,
        rules.needs,
        rules.at_least,
        kpis.table_name,
        kpis.window_start,
        kpis.window_end,
        case
            when rules.link = 'pair' then regexp_extract(units.unit_id, '^(.*) [^ ]+$', 1)
            else coalesce(units.unit_id, units.unit_label)
        end as who

    from (
        from units where kpi = of_kpi and period = in_period and school_id = at_school and in_scope(school_id)
    ) as units

    inner join kpis
        using (kpi, period)

    inner join kpi_queries
        on units.kpi = kpi_queries.kpi
        and not kpi_queries.own

    inner join evidence_rules as rules
        on kpi_queries.name = rules.name

),

who as (

    select
        asked.*,
        unnest(['id:' || asked.who, 'name:' || asked.school_id || ':' || asked.who]) as identity

    from asked

    where asked.link in ('person', 'pair')

),

teams as (

    select
        school_id,
        event,
        day,
        count(distinct person_id) as size

    from accepted_rows

    where event is not null
        and school_id = at_school

    group by all

),

linked as (

    select who.* exclude (identity, who), accepted.* exclude (school_id, table_name), accepted.school_id as row_school_id
    from who
    inner join persons using (identity)
    inner join accepted_rows as accepted
        on persons.person_id = accepted.person_id
        and who.table_name = accepted.table_name
    where (accepted.anywhere or accepted.school_id = who.school_id)
        and (who.link = 'person' or ends_with(who.unit_id, ' ' || accepted.class_key) and accepted.semester = who.period)

    union all

    select asked.* exclude (who), accepted.* exclude (school_id, table_name), accepted.school_id as row_school_id
    from asked
    inner join accepted_rows as accepted
        on asked.table_name = accepted.table_name
        and asked.school_id = accepted.school_id
        and asked.unit_id = accepted.class_key
    where asked.link = 'class'

    union all

    select asked.* exclude (who), accepted.* exclude (school_id, table_name), accepted.school_id as row_school_id
    from asked
    inner join accepted_rows as accepted
        on asked.table_name = accepted.table_name
        and asked.school_id = accepted.school_id
        and asked.attained_on = accepted.day
    left join teams
        on accepted.school_id = teams.school_id
        and accepted.event = teams.event
        and accepted.day = teams.day
    where asked.link = 'day'
        or asked.link = 'team' and teams.size >= try_cast(asked.unit_id as int)

),

counted as (

    select *

    from linked

    where (needs is null or list_contains(flags, needs))
        and (
            not in_window
            or day between coalesce(window_start, date '-infinity') and coalesce(window_end, date 'infinity')
        )
        and (
            not exists (from kpi_categories as c where c.kpi = linked.kpi)
            or exists (from kpi_categories as c where c.kpi = linked.kpi and list_contains(linked.words, c.category))
        )
        and (
            not exists (from kpi_parameters as p where p.kpi = linked.kpi and p.word is not null)
            or exists (from kpi_parameters as p where p.kpi = linked.kpi and list_contains(linked.words, p.word))
        )
        and (
            not at_least
            or lessons >= (select any_value(p.value) from kpi_parameters as p where p.kpi = linked.kpi and p.name = 'lessons')
        )

)

-- A row that another school wrote about one's own teacher is there, but what it says stays with that school.
select
    counted.kpi,
    counted.period,
    counted.school_id,
    case when getvariable('names_shown') then counted.unit_id else counted.masked_id end as unit_id,
    case when getvariable('names_shown') then counted.unit_label else counted.masked_label end as unit_label,
    hash(counted.unit_id, counted.unit_label) as unit_key,
    counted.attained_on,
    counted.day,
    counted.file_id,
    counted.line,
    counted.row_school_id is null or in_scope(counted.row_school_id) as is_visible,
    array_to_string(counted.words, ' ') as kind,
    concat_ws('，', case when getvariable('names_shown') then counted.person else counted.masked_person end, counted.details) as details,
    counted.row_school_id

from counted;

-- The sums of groups and of the city are published whole, whatever a viewer's scope.
create view published_totals as
select * from results where school_id is null;
