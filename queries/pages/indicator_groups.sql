-- One indicator of every group, in the definition's order.

select
    totals.kpi,
    totals.level,
    totals.group_name,
    totals.counted,
    totals.base,
    totals.required,
    totals.status,
    totals.flags,
    columns('^schools_')

from published_totals as totals

where totals.level = 'group'
    and totals.kpi = $kpi
    and totals.period = $period
    and totals.since <= $on::date
    and $on::date < totals.until

order by totals.group_ord
