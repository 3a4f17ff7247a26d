-- How many of a school's rows that were not taken, or not wholly, could still count in an indicator: each adds at most one
-- unit. Only where a row belongs to one unit, so neither money nor indicators with a query of their own; and not the
-- register's teachers, since a row of the register also tells apart those whom others name. When such a row happened is
-- unknown, so any day is possible. A blanked number or day decides of no unit, a blanked choice only where one is asked for.

with

possible as (

    select
        kpis.kpi,
        rejects.file,
        rejects.line

    from visible_to_mend as rejects

    inner join kpis
        on rejects.table_name = kpis.table_name
        and kpis.period = $period

    inner join kpi_queries
        on kpis.kpi = kpi_queries.kpi
        and not kpi_queries.own

    inner join evidence_rules as rules
        on kpi_queries.name = rules.name
        and rules.name <> 'teachers'

    where rejects.school_id = $school_id::integer
        and (
            rejects.severity = 'rejected'
            or rejects.reason = 'bad_character'
            or (rejects.reason = 'bad_choice' and (rules.link <> 'person' or rules.needs = 'certified'))
        )

)

select
    kpi,
    count(distinct (file, line)) filter (where line is not null) + count(*) filter (where line is null) as rows

from possible

group by kpi

order by kpi
