-- 自主學習工作坊 B1 (人)
-- A participating teacher counts from the first certificate of the category, earned at any school, in any year.
-- Who took part in an earlier semester of the period stays in the base; who took part at two schools counts at both.

with

\ir steps/participating.sql

certified as (

    select
        training.person_id,
        min(training.date) as attained_on

    from training

    where training.certified
        and is_of(training.categories, $kpi)

    group by training.person_id

)

select
    participating.period,
    participating.school_id,
    participating.unit_id,
    participating.unit_label,
    participating.since,
    null::date as until,
    certified.attained_on,
    1 as amount,
    participating.unit_label as person

from participating

left join certified
    using (person_id)
