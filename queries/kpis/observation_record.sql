-- 公開授課觀課紀錄表 (份)
-- Each record in the period, one a teacher and day.

select
    periods.period,
    observation_records.school_id,
    observation_records.date || ' ' || observation_records.teacher as unit_id,
    observation_records.teacher as unit_label,
    null::date as since,
    null::date as until,
    observation_records.date as attained_on,
    1 as amount,
    observation_records.teacher as person

from observation_records

inner join periods_of($kpi) as periods
    on observation_records.date between periods.window_start and periods.window_end
