-- A1、A2 研習完成 (人)
-- A formal teacher counts from the day the later of a certified A1 and a certified A2 was earned, at any school, in any
-- year. Without a certificate nobody counts; substitutes, hourly teachers, clerks and principals are not in the base.
-- 三(四)1

with

earned as (

    select
        person_id,
        wanted.category,
        min(date) as earned_on

    from training

    inner join categories_of($kpi) as wanted
        on list_contains(training.categories, wanted.category)

    where certified

    group by all

),

completed as (

    select
        person_id,
        max(earned_on) as attained_on

    from earned

    group by person_id

    having count(*) = (select count(*) from categories_of($kpi))

)

select
    periods.period,
    spells.school_id,
    spells.staff_id as unit_id,
    spells.name as unit_label,
    spells.since,
    spells.until,
    completed.attained_on,
    1 as amount,
    spells.name as person

from base_of($kpi) as spells

cross join periods_of($kpi) as periods

left join completed
    on spells.person_id = completed.person_id
