-- 5G 應用培訓 (人)
-- A participating teacher counts from the day the hours of the category add up to the required ones, in any year,
-- certified or not.

with

\ir steps/participating.sql

added_up as (

    select
        training.person_id,
        training.date,
        sum(training.minutes) over (
            partition by training.person_id order by training.date
            range between unbounded preceding and current row
        ) as minutes

    from training

    where is_of(training.categories, $kpi)

),

progress as (

    select
        person_id,
        min(date) filter (where minutes >= parameter_of($kpi, 'minutes')) as attained_on,
        list(so_far(date, minutes / 60)) as days

    from added_up

    group by person_id

)

select
    participating.period,
    participating.school_id,
    participating.unit_id,
    participating.unit_label,
    participating.since,
    null::date as until,
    progress.attained_on,
    1 as amount,
    participating.unit_label as person,
    [amount_part(null, '小時', parameter_of($kpi, 'minutes') / 60, progress.days)] as parts

from participating

left join progress
    using (person_id)
