-- The steps of the whole programme's figures in one indicator, from the start of the pace, else of the window, to the
-- chosen day. An indicator without a sum has the schools that have met it.

select
    greatest(totals.since, coalesce(kpis.pace_start, kpis.window_start)) as since,
    totals.counted,
    totals.schools_met

from published_totals as totals

inner join kpis
    on totals.kpi = kpis.kpi
    and totals.period = kpis.period

where totals.level = 'city'
    and totals.kpi = $kpi
    and totals.period = $period
    and totals.since <= $on::date
    and totals.until > coalesce(kpis.pace_start, kpis.window_start)

order by totals.since
