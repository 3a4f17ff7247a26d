-- 5G 應用培訓 (人)
-- A participating teacher counts from the day the hours of the category add up to the required ones, in any year,
-- certified or not.

with

participating as (

    select
        periods.period,
        participants.school_id,
        participants.person_id,
        coalesce(people.staff_id, people.name) as unit_id,
        people.name as unit_label,
        min(semesters.start) as since

    from participants

    inner join people
        using (person_id)

    inner join periods as semesters
        on participants.semester = semesters.period

    inner join periods_of($kpi) as periods
        on semesters.start between periods.window_start and periods.window_end

    group by all

),

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

completed as (

    select
        person_id,
        min(date) as attained_on

    from added_up

    where minutes >= parameter_of($kpi, 'minutes')

    group by person_id

)

select
    participating.period,
    participating.school_id,
    participating.unit_id,
    participating.unit_label,
    participating.since,
    null::date as until,
    completed.attained_on,
    1 as amount,
    participating.unit_label as person

from participating

left join completed
    using (person_id)
