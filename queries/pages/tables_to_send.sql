-- What a school of a group that cannot be judged on an indicator should send: the table that tells its base where that
-- is blank, else the indicator's own.

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
        end as table_name

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

)

select
    lacking.school_id,
    lacking.kpi,
    coalesce(asked.label, own.label) as table_label

from lacking

inner join tables as own
    on lacking.own_table = own.table_name

left join tables as asked
    on lacking.table_name = asked.table_name

order by
    lacking.school_id,
    lacking.kpi_ord
