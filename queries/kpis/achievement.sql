-- 學習領域學力觀察 (班)
-- A class counts from its first form in the window, whichever of the two forms it is.
-- The base is 學校名冊's 班級數.
-- 三(五)2

select
    periods.period,
    achievement.school_id,
    achievement.class_key as unit_id,
    class_label(achievement.class_key) as unit_label,
    null::date as since,
    null::date as until,
    min(timestamp)::date as attained_on,
    1 as amount,
    null as person

from achievement

inner join periods_of($kpi) as periods
    on achievement.timestamp::date between periods.window_start and periods.window_end

group by periods.period, achievement.school_id, achievement.class_key

