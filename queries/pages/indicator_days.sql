-- One indicator of the whole programme and of its groups on each day from the start of its pace (else of its window, else
-- of the period) to the chosen day.

with

begun as (

    select
        kpis.kpi,
        coalesce(kpis.pace_start, kpis.window_start, periods.start) as start

    from kpis

    inner join periods
        on kpis.period = periods.period

    where kpis.kpi = $kpi
        and kpis.period = $period

),

days as (

    -- At most 1100 points, back from the chosen day.
    select
        unnest(generate_series($on::date, start, -to_days(step)))::date as day,
        step

    from (
        select
            start,
            greatest(($on::date - start) // 1100, 0)::int + 1 as step

        from begun
    )

)

select
    days.day,
    totals.kpi,
    totals.level,
    totals.period,
    totals.group_id,
    totals.group_name,
    totals.group_ord,
    totals.counted,
    totals.base,
    totals.required,
    totals.status,
    columns('^schools_')

from days

inner join published_totals as totals
    on totals.since <= days.day
    and days.day < totals.until
    and totals.kpi = $kpi
    and totals.period = $period

order by
    totals.level,
    totals.group_ord,
    days.day
