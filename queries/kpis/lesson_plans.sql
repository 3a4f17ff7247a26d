-- 教材教案 (份)
-- Each plan of at least the required number of lessons that was handed in in the period, whoever wrote it.

select
    periods.period,
    lesson_plans.school_id,
    concat_ws('|', lesson_plans.semester, lesson_plans.person_id, lesson_plans.class_key, lesson_plans.title) as unit_id,
    lesson_plans.title || '（' || lesson_plans.name || '）' as unit_label,
    null::date as since,
    null::date as until,
    lesson_plans.date as attained_on,
    1 as amount,
    lesson_plans.name as person

from lesson_plans

inner join periods_of($kpi) as periods
    on lesson_plans.date between periods.window_start and periods.window_end

where lesson_plans.lessons >= parameter_of($kpi, 'lessons')
