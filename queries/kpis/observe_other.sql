-- 參與他校公開授課 (場)
-- Each event hosted by another school, in any county, that somebody of the school attended; however many went.

select
    periods.period,
    observations.school_id,
    observations.event as unit_id,
    any_value(observations.host_label) as unit_label,
    null::date as since,
    null::date as until,
    min(observations.date) as attained_on,
    1 as amount,
    null as person

from observations

inner join periods_of($kpi) as periods
    on observations.date between periods.window_start and periods.window_end

where observations.host_school_id is distinct from observations.school_id

group by periods.period, observations.school_id, observations.event
