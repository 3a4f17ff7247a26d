-- The steps of a school's figures, from the start of the pace to the chosen day: for the small curves.

select
    states.kpi,
    greatest(states.since, kpis.pace_start) as since,
    states.counted

from visible_states as states

inner join kpis
    on states.kpi = kpis.kpi
    and states.period = kpis.period

where states.school_id = $school_id::integer
    and states.period = $period
    and states.since <= $on::date
    and (states.until is null or states.until > kpis.pace_start)
    and states.counted is not null

order by
    states.kpi,
    states.since
