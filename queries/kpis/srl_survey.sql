-- 學生自主學習量表前後測 (班)
-- A class counts from the day it has both a pre-test and a post-test answer in the window, by whichever pupils.
-- Only a pre-test, or only a post-test, does not count. The base is 學校名冊's 班級數.
-- 三(五)1

select
    periods.period,
    srl_survey.school_id,
    srl_survey.class_key as unit_id,
    class_label(srl_survey.class_key) as unit_label,
    null::date as since,
    null::date as until,
    greatest(min(timestamp) filter (where phase = 'pre'), min(timestamp) filter (where phase = 'post'))::date as attained_on,
    1 as amount,
    null as person

from srl_survey

inner join periods_of($kpi) as periods
    on srl_survey.timestamp::date between periods.window_start and periods.window_end

group by periods.period, srl_survey.school_id, srl_survey.class_key

having count(distinct phase) = 2
