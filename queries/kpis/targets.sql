-- 量化目標達成 (項)
-- An item of a school's own targets is in the base of a period where the period's own cell is above 0. It counts on the
-- days on which the value reached since the first period's start is at least this period's target and those of the periods
-- before, added up. The value can fall again (a teacher leaves), so an item is a unit for each stretch of days on which it
-- is reached or not. An item whose table was not supplied has no amount; 其他, and an item that fits none, has 0.

with

windows as (

    select * from periods_of($kpi)

),

-- The tables that tell an item's value; an item that is not here is shown and never judged.
needs (item, table_name) as (

    values
        ('a1a2', 'staff'),
        ('a1a2', 'training'),
        ('b1', 'participants'),
        ('b1', 'training'),
        ('training_5g', 'participants'),
        ('training_5g', 'training'),
        ('students', 'participants'),
        ('lessons', 'class_lessons'),
        ('public_lessons', 'public_lessons'),
        ('lesson_plans', 'lesson_plans'),
        ('coaching', 'coaching')

),

measured as (

    select
        needs.item,
        bool_and(coalesce(tables.supplied, false)) as is_told

    from needs

    left join tables
        on needs.table_name = tables.table_name

    group by needs.item

),

-- 112年目標, 113年目標, ... as rows.
cells as (

    unpivot targets on columns('^goal_') into name goal_of value goal

),

goals as (

    select
        targets.school_id,
        targets.item,
        windows.period,
        windows.window_start,
        windows.window_end,
        coalesce(sum(cells.goal) filter (where told_for.period = windows.period), 0) as own_goal,
        sum(cells.goal) filter (where told_for.period is not null) as goal

    from targets

    cross join windows

    left join cells
        on targets.school_id = cells.school_id
        and targets.item = cells.item

    left join windows as told_for
        on cells.goal_of = 'goal_' || told_for.period
        and told_for.window_start <= windows.window_start

    group by all

),

named as (

    select
        goals.*,
        coalesce(labels.label, goals.item)
            || coalesce('（目標 ' || regexp_replace(goals.goal::varchar, '\.?0+$', '') || '）', '') as unit_label,
        measured.item is not null and goals.own_goal > 0 as in_base,
        measured.is_told

    from goals

    left join measured
        on goals.item = measured.item

    left join (select distinct item, label from item_words) as labels
        on goals.item = labels.item

),

-- The pupils of a semester's classes; a class that two teachers name has the larger number.
pupils as (

    select
        school_id,
        begins,
        coalesce(sum(students), 0) as students

    from (

        select
            participants.school_id,
            semesters.start as begins,
            participants.class_key,
            max(participants.students) as students

        from participants

        inner join periods as semesters
            on participants.semester = semesters.period

        group by all

    )

    group by all

),

most_pupils as (

    select
        school_id,
        begins,
        max(students) over (partition by school_id order by begins) as students

    from pupils

),

-- By how much an item's value changes on a day. People are those of the indicators of the same name.
steps as (

    select school_id, 'a1a2' as item, greatest(since, attained_on) as day, 1::decimal(24, 6) as step
    from units
    where kpi = 'a1a2' and greatest(since, attained_on) < coalesce(until, date 'infinity') and attained_on is not null

    union all

    select school_id, 'a1a2', until, -1
    from units
    where kpi = 'a1a2' and greatest(since, attained_on) < until and attained_on is not null

    union all

    select school_id, kpi, greatest(since, attained_on), 1
    from units
    where kpi in ('b1', 'training_5g') and attained_on is not null

    union all

    select school_id, 'students', begins, students - lag(students, 1, 0) over (partition by school_id order by begins)
    from most_pupils

    union all

    select school_id, 'lessons', date, lessons
    from class_lessons
    where date >= (select min(window_start) from windows)

    union all

    select school_id, 'public_lessons', date, 1
    from public_lessons
    where date >= (select min(window_start) from windows)

    union all

    select school_id, 'lesson_plans', date, 1
    from lesson_plans
    where date >= (select min(window_start) from windows)
        and lessons >= parameter_of($kpi, 'lessons')

    union all

    select school_id, 'coaching', date, 1
    from coaching
    where date >= (select min(window_start) from windows)

),

per_day as (

    select
        school_id,
        item,
        period,
        day,
        sum(step) as step

    from (

        select named.school_id, named.item, named.period, greatest(steps.day, named.window_start) as day, steps.step
        from named
        inner join steps using (school_id, item)
        where steps.day <= named.window_end

        union all

        select school_id, item, period, window_start, 0
        from named

    )

    group by all

),

reached as (

    select
        per_day.school_id,
        per_day.item,
        per_day.period,
        per_day.day,
        coalesce(sum(per_day.step) over days >= named.goal, false) as is_reached

    from per_day

    inner join named
        using (school_id, item, period)

    where named.in_base
        and named.is_told

    window days as (partition by per_day.school_id, per_day.item, per_day.period order by per_day.day)

),

turns as (

    select *

    from reached

    qualify is_reached is distinct from lag(is_reached) over (partition by school_id, item, period order by day)

),

stretches as (

    select
        *,
        lead(day) over (partition by school_id, item, period order by day) as next_day

    from turns

)

select
    named.period,
    named.school_id,
    named.item as unit_id,
    named.unit_label,
    coalesce(stretches.day, named.window_start) as since,
    stretches.next_day as until,
    case when stretches.is_reached then stretches.day end as attained_on,
    case
        when not named.in_base then 0
        when named.is_told then 1
    end as amount

from named

left join stretches
    using (school_id, item, period)
