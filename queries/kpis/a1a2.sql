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

progress as (

    select
        person_id,
        case when count(*) = (select count(*) from categories_of($kpi)) then max(earned_on) end as attained_on,
        map(list(category), list(earned_on)) as earned

    from earned

    group by person_id

)

select
    periods.period,
    spells.school_id,
    spells.staff_id as unit_id,
    spells.name as unit_label,
    spells.since,
    spells.until,
    progress.attained_on,
    1 as amount,
    spells.name as person,
    list_transform(
        (select list(category order by ord) from categories_of($kpi)), lambda one: part(one, progress.earned[one])
    ) as parts

from base_of($kpi) as spells

cross join periods_of($kpi) as periods

left join progress
    on spells.person_id = progress.person_id
