-- 每班實施節數 (班)
-- A participating class of the semester counts from the day its lessons in that semester add up to the required number.
-- Lessons of a class that does not take part count for nothing here.

with

taking_part as (

    select distinct
        periods.period,
        participants.school_id,
        participants.class_key,
        periods.window_start

    from participants

    inner join periods_of($kpi) as periods
        on participants.semester = periods.period

),

added_up as (

    select
        periods.period,
        class_lessons.school_id,
        class_lessons.class_key,
        class_lessons.date,
        sum(class_lessons.lessons) over (
            partition by periods.period, class_lessons.school_id, class_lessons.class_key order by class_lessons.date
            range between unbounded preceding and current row
        ) as lessons

    from class_lessons

    inner join periods_of($kpi) as periods
        on class_lessons.date between periods.window_start and periods.window_end

),

progress as (

    select
        period,
        school_id,
        class_key,
        min(date) filter (where lessons >= parameter_of($kpi, 'lessons')) as attained_on,
        list(so_far(date, lessons)) as days

    from added_up

    group by all

)

select
    taking_part.period,
    taking_part.school_id,
    taking_part.class_key as unit_id,
    class_label(taking_part.class_key) as unit_label,
    taking_part.window_start as since,
    null::date as until,
    progress.attained_on,
    1 as amount,
    null as person,
    [amount_part(null, '節', parameter_of($kpi, 'lessons'), progress.days)] as parts

from taking_part

left join progress
    using (period, school_id, class_key)
