-- One indicator of the whole programme: its figures of the day, the pace, and what the last four weeks added.

with

today as (

    select
        totals.*,
        kpis.pace_start,
        kpis."require",
        date_diff('day', $on::date, totals.deadline) as days_left,
        date_diff('day', kpis.pace_start, totals.deadline) as total_days,
        greatest(date_diff('day', kpis.pace_start, $on::date), 0) as elapsed_days

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
    today.schools_met,
    today.schools_judged,
    today.schools_no_data,
    today.schools_on_track,
    today.schools_behind,
    today.schools_overdue,
    today.schools_exempt,
    today.deadline,
    today.days_left,
    case when today."require" = 'all' then greatest(today.required - today.counted, 0) end as gap,
    case when today.total_days > 0
        then least(floor(today.required * today.elapsed_days / today.total_days), today.required)
    end as pace,
    case when today."require" = 'all' and today.required > today.counted and today.days_left > 0
        then (today.required - today.counted) * 7.0 / today.days_left
    end as weekly,
    (today.counted - before.counted) / 4.0 as lately

from today

left join before
    on true
