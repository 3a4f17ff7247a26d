-- The steps of a school's figures, from the start of the pace (or of the window) to the chosen day: for the curves.

with

begun as (

    select
        kpi,
        period,
        coalesce(pace_start, window_start) as start

    from kpis

)

select
    states.kpi,
    greatest(states.since, begun.start) as since,
    states.counted

from visible_states as states

inner join begun
    on states.kpi = begun.kpi
    and states.period = begun.period

where states.school_id = $school_id::integer
    and states.period = $period
    and states.since <= $on::date
    and (states.until is null or states.until > begun.start)
    and states.counted is not null

order by
    states.kpi,
    states.since
