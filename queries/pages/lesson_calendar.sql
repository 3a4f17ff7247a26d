-- The public lessons of each school of a group on the days that the indicators of the periods take, those after the day too;
-- a row a lesson, and one without a date for a school without any. Who came from other schools is known up to the day.

with

days as (

    select
        min(coalesce(window_start, date '-infinity')) as first_day,
        max(coalesce(window_end, date 'infinity')) as last_day

    from kpis

    where table_name = 'public_lessons'
        and list_contains($periods::varchar[], period)

),

held as (

    select lessons.*

    from visible_lessons as lessons

    inner join days
        on lessons.date between days.first_day and days.last_day

),

came as (

    select
        visitors.school_id,
        visitors.date,
        list(
            {'school': schools.name, 'people': visitors.people}
            order by schools.ord nulls last
        ) as visitors

    from visible_visitors as visitors

    left join visible_schools as schools
        on visitors.visitor_id = schools.school_id

    where visitors.date <= $on::date

    group by
        visitors.school_id,
        visitors.date

)

select
    hosts.school_id,
    hosts.name as school_name,
    hosts.short,
    held.date as day,
    date_trunc('week', held.date)::date as week,
    held.date > $on::date as is_ahead,
    held.class as class_name,
    held.subject,
    held.digital,
    came.visitors

from visible_schools as hosts

left join held
    on hosts.school_id = held.school_id

left join came
    on held.school_id = came.school_id
    and held.date = came.date

where $group_id::integer is null
    or hosts.group_id = $group_id::integer

order by
    hosts.ord,
    held.date,
    held.class,
    held.subject
