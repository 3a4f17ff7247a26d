-- Which of a school's rows that were not taken, or not wholly, could count in an indicator on a day: the rejected ones that
-- the flags name, each with the unit that it would complete, and those of which a cell was blanked. What they could add at
-- most is known only where a row belongs to one unit, so neither of money nor of indicators with a query of their own; and
-- not of the register's teachers, since a row of the register also decides whom others name. A blanked number or
-- day decides of no unit, a blanked choice only where one is asked for.

with

bounded as (

    select
        kpi_queries.kpi,
        rules.link,
        rules.needs

    from kpi_queries

    inner join evidence_rules as rules
        on kpi_queries.name = rules.name

    where not kpi_queries.own
        and rules.name <> 'teachers'

),

possible as (

    select
        fits.kpi,
        inputs.file,
        fits.line,
        fits.unit_id

    from visible_refused_fits as fits

    inner join inputs
        using (file_id)

    where fits.school_id = $school_id::integer
        and fits.period = $period
        and fits.since <= $on::date
        and $on::date < fits.until

    union

    select
        kpis.kpi,
        rejects.file,
        rejects.line,
        null as unit_id

    from visible_to_mend as rejects

    inner join kpis
        on rejects.table_name = kpis.table_name
        and kpis.period = $period

    inner join bounded
        on kpis.kpi = bounded.kpi

    where rejects.school_id = $school_id::integer
        and rejects.severity = 'warning'
        and (
            rejects.reason = 'bad_character'
            or (rejects.reason = 'bad_choice' and (bounded.link <> 'person' or bounded.needs = 'certified'))
        )

)

select
    possible.*,
    possible.kpi in (select bounded.kpi from bounded) as is_bounded

from possible

order by
    possible.kpi,
    possible.file,
    possible.line
