-- What a school of a group that cannot be judged on an indicator should send: the table that tells its base where that
-- is blank, else the indicator's own. `lack` is what that table lacks: 'table' (all of it), 'classes' (their number), or
-- 'people' (the school's staff are there, but nobody of the indicator's).

with

lacking as (

    select
        results.school_id,
        results.kpi,
        results.kpi_ord,
        kpis.table_name as own_table,
        case
            when not own.supplied then kpis.table_name
            when kpis.base = 'classes' and schools.classes is null then 'schools'
            when kpis.base = 'staff' then 'staff'
            else kpis.table_name
        end as table_name,
        own.supplied and kpis.base = 'classes' as lacks_classes,
        own.supplied and kpis.base = 'staff' as lacks_people

    from visible_results_on($on::date) as results

    inner join kpis
        on results.kpi = kpis.kpi
        and results.period = kpis.period

    inner join tables as own
        on kpis.table_name = own.table_name

    inner join visible_schools as schools
        on results.school_id = schools.school_id

    where results.level = 'school'
        and results.status = 'no_data'
        and results.period = $period
        and ($group_id::integer is null or results.group_id = $group_id::integer)

),

-- A school is on the roster if anybody of it is in the base of any indicator.
on_roster as (

    select distinct units.school_id

    from visible_units as units

    inner join kpis
        using (kpi, period)

    where kpis.base = 'staff'
        and units.school_id in (select school_id from lacking)
        and units.since <= $on::date

)

select
    lacking.school_id,
    lacking.kpi,
    coalesce(asked.label, own.label) as table_label,
    case
        when lacking.lacks_classes then 'classes'
        when lacking.lacks_people and on_roster.school_id is not null then 'people'
        else 'table'
    end as lack

from lacking

inner join tables as own
    on lacking.own_table = own.table_name

left join tables as asked
    on lacking.table_name = asked.table_name

left join on_roster
    on lacking.school_id = on_roster.school_id

order by
    lacking.school_id,
    lacking.kpi_ord
