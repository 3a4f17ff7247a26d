-- How many schools of the whole programme had met each indicator, over the days from the start of its pace (else of its
-- window, else of the period) to the chosen day. Of each 40th of the time the last step stands for all: the line is
-- 86 pixels wide.

with

begun as (

    select
        kpis.kpi,
        coalesce(kpis.pace_start, kpis.window_start, periods.start) as start,
        greatest(kpis.deadline, $on::date) as last

    from kpis

    inner join periods
        on kpis.period = periods.period

    where kpis.period = $period
        and kpis.deadline is not null
        and kpis."require" not in ('ceiling', 'none')

),

steps as (

    select
        begun.kpi,
        begun.start,
        begun.last,
        greatest(totals.since, begun.start) as since,
        totals.schools_met

    from published_totals as totals

    inner join begun
        on totals.kpi = begun.kpi

    where totals.level = 'city'
        and totals.period = $period
        and begun.start <= $on::date
        and totals.since <= $on::date
        and totals.until > begun.start

)

select
    kpi,
    start,
    max(since) as since,
    arg_max(schools_met, since) as schools_met

from steps

group by
    kpi,
    start,
    (since - start) * 40 // greatest(last - start, 1)

order by
    kpi,
    since
