-- A school's figures of the indicators that rest on one table, in every period.

select
    results.kpi,
    results.level,
    results.period,
    periods.label as period_label,
    kpis.label as kpi_label,
    kpis.short,
    kpis.unit,
    kpis."require",
    kpis.opens,
    kpis.table_name,
    results.counted,
    results.base,
    results.required,
    results.status,
    results.flags,
    results.school_name,
    case when kpis."require" = 'ceiling' then results.required - results.counted end as room

from visible_results_on($on::date) as results

inner join kpis
    on results.kpi = kpis.kpi
    and results.period = kpis.period

inner join periods
    on results.period = periods.period

where results.level = 'school'
    and results.school_id = $school_id::integer
    and kpis.table_name = $table

order by
    results.kpi_ord,
    results.period_ord
