-- One indicator of the whole programme: its figures of the day, the pace, and what the last four weeks added.

with

today as (

    select
        totals.*,
        kpis.pace_start,
        kpis."require",
        totals.deadline - $on::date as days_left,
        case when kpis."require" = 'all' then gap_of(totals.status, totals.required, totals.counted) end as gap

    from published_totals as totals

    inner join kpis
        on totals.kpi = kpis.kpi
        and totals.period = kpis.period

    where totals.level = 'city'
        and totals.kpi = $kpi
        and totals.period = $period
        and totals.since <= $on::date
        and $on::date < totals.until

),

before as (

    select counted

    from published_totals

    where level = 'city'
        and kpi = $kpi
        and period = $period
        and since <= $on::date - 28
        and $on::date - 28 < until

)

select
    today.kpi,
    today.level,
    today.counted,
    today.base,
    today.required,
    today.status,
    today.flags,
    columns('^schools_'),
    today.deadline,
    today.days_left,
    today.gap,
    pace_on($on::date, today.required, today.pace_start, today.deadline) as pace,
    weekly_of(today.gap, today.days_left) as weekly,
    (today.counted - before.counted) / 4.0 as lately

from today

left join before
    on true
