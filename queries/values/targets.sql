-- What the items of a school's own targets have reached: the value from each day on which it changes.
-- Kept as `targets_values`, so that the indicator and a school's page rest on the same reckoning. An item is compared in
-- a period with that period's target and those of the periods before, added up; values are cumulative from the first
-- period's start, and those of a period end with it. An item whose table (`wants`) was not supplied has no value, nor has
-- one that is never judged: 其他 (`other`), or one that fits none (`unknown`).

with

windows as (

    select * from periods_of($kpi)

),

-- The tables that an item's value is reckoned from; an item that is not here is listed and never judged.
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
        bool_and(coalesce(tables.supplied, false)) as is_supplied,
        arg_min(needs.table_name, tables.ord) filter (where tables.supplied is not true) as wants

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
        targets.unit,
        targets.current,
        targets.file_id,
        targets.line,
        windows.period,
        windows.window_start,
        windows.window_end,
        sum(cells.goal) filter (where goal_windows.period = windows.period) as own_goal,
        sum(cells.goal) filter (where goal_windows.period is not null) as goal

    from targets

    cross join windows

    left join cells
        on targets.school_id = cells.school_id
        and targets.item = cells.item

    left join windows as goal_windows
        on cells.goal_of = 'goal_' || goal_windows.period
        and goal_windows.window_start <= windows.window_start

    group by all

),

named as (

    select
        goals.*,
        coalesce(labels.label, goals.item) as label,
        labels.ord,
        case
            when measured.item is not null then 'measured'
            when labels.item is not null then 'other'
            else 'unknown'
        end as kind,
        measured.item is not null and coalesce(goals.own_goal, 0) > 0 as in_base,
        measured.is_supplied,
        measured.wants

    from goals

    left join measured
        on goals.item = measured.item

    left join (
        select
            item,
            any_value(label) as label,
            min(rowid) as ord

        from item_words

        group by item
    ) as labels
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

)

select
    $kpi as kpi,
    named.school_id,
    named.item,
    named.label,
    named.kind,
    named.unit,
    named.current,
    row_number() over (partition by named.school_id, named.period, per_day.day order by named.ord nulls last, named.file_id, named.line) as place,
    named.period,
    named.own_goal,
    named.goal,
    named.in_base,
    named.is_supplied,
    named.wants,
    per_day.day,
    case
        when named.is_supplied then sum(per_day.step) over (
            partition by named.school_id, named.item, named.period
            order by per_day.day
        )
    end as value

from named

inner join per_day
    using (school_id, item, period)
