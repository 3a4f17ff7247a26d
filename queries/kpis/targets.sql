-- 量化目標達成 (項)
-- An item of a school's own targets is in the base of a period where the period's own cell is above 0. It counts on the
-- days on which the value reached since the first period's start (queries/values/targets.sql) is at least this period's
-- target and those of the periods before, added up. The value can fall again (a teacher leaves), so an item is a unit for
-- each stretch of days on which it is reached or not. An item whose table was not supplied has no amount; 其他, and an item
-- that fits none, has 0.

with

named as (

    select
        school_id,
        item,
        period,
        any_value(label) || coalesce(
            '（目標 ' || regexp_replace(any_value(goal)::varchar, '\.?0+$', '') || '）', ''
        ) as unit_label,
        any_value(in_base) as in_base,
        any_value(is_supplied) as is_supplied,
        min(day) as first_day,
        amount_part(null, coalesce(any_value(unit), ''), any_value(goal), list(so_far(day, value))) as reached

    from targets_values

    where kpi = $kpi

    group by all

),

reached as (

    select
        school_id,
        item,
        period,
        day,
        coalesce(value >= goal, false) as is_reached

    from targets_values

    where kpi = $kpi
        and in_base
        and is_supplied

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
    coalesce(stretches.day, named.first_day) as since,
    stretches.next_day as until,
    case when stretches.is_reached then stretches.day end as attained_on,
    case
        when not named.in_base then 0
        when named.is_supplied then 1
    end as amount,
    null as person,
    case when named.in_base and named.is_supplied then [named.reached] end as parts

from named

left join stretches
    using (school_id, item, period)
