-- 每師每班教案 (對)
-- A pair of a participating teacher and class of the semester counts from its first plan of at least the required number
-- of lessons. A plan belongs to its own 學期, else to the semester in which it was handed in.

with

pairs as (

    select distinct
        periods.period,
        participants.school_id,
        participants.person_id,
        participants.class_key,
        periods.window_start

    from participants

    inner join periods_of($kpi) as periods
        on participants.semester = periods.period

),

planned as (

    select
        school_id,
        semester,
        person_id,
        class_key,
        min(date) as attained_on

    from lesson_plans

    where lessons >= parameter_of($kpi, 'lessons')

    group by all

)

select
    pairs.period,
    pairs.school_id,
    coalesce(people.staff_id, people.name) || ' ' || pairs.class_key as unit_id,
    people.name || '，' || class_label(pairs.class_key) as unit_label,
    pairs.window_start as since,
    null::date as until,
    planned.attained_on,
    1 as amount,
    people.name as person

from pairs

inner join people
    using (person_id)

left join planned
    on pairs.school_id = planned.school_id
    and pairs.period = planned.semester
    and pairs.person_id = planned.person_id
    and pairs.class_key = planned.class_key
