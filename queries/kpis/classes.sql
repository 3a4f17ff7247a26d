-- 實施班級 (班)
-- The participating classes of the semester that has most: the k-th class is attained with the first semester that has
-- k of them. Classes of different semesters never add up.

with

taking_part as (

    select
        periods.period,
        participants.school_id,
        semesters.period as semester,
        semesters.start as begins,
        count(distinct participants.class_key) as classes

    from participants

    inner join periods as semesters
        on participants.semester = semesters.period

    inner join periods_of($kpi) as periods
        on semesters.start between periods.window_start and periods.window_end

    group by all

),

places as (

    select
        * exclude (classes),
        unnest(range(1, classes + 1)) as place

    from taking_part

)

select
    period,
    school_id,
    place::varchar as unit_id,
    '第 ' || place || ' 班（' || arg_min(semester, begins) || '）' as unit_label,
    null::date as since,
    null::date as until,
    min(begins) as attained_on,
    1 as amount,
    null as person

from places

group by period, school_id, place
