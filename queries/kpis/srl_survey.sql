-- 學生自主學習量表前後測 (班)
-- A class counts from the day it has both a pre-test and a post-test answer in the window, by whichever pupils.
-- Only a pre-test, or only a post-test, does not count; such a class is a unit all the same, which lacks the other. The
-- base is 學校名冊's 班級數.
-- 三(五)1

with

tested as (

    select
        periods.period,
        srl_survey.school_id,
        srl_survey.class_key,
        (min(timestamp) filter (where phase = 'pre'))::date as pre_on,
        (min(timestamp) filter (where phase = 'post'))::date as post_on

    from srl_survey

    inner join periods_of($kpi) as periods
        on srl_survey.timestamp::date between periods.window_start and periods.window_end

    group by all

)

select
    period,
    school_id,
    class_key as unit_id,
    class_label(class_key) as unit_label,
    null::date as since,
    null::date as until,
    case when pre_on is not null and post_on is not null then greatest(pre_on, post_on) end as attained_on,
    1 as amount,
    null as person,
    [part('前測', pre_on), part('後測', post_on)] as parts

from tested
