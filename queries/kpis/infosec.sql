-- 資通安全 3 小時 (人)
-- One of the staff counts from the day the hours of general infosec training in the window reach 3, certified or not.
-- A course named 專業職能 is no infosec course: professional hours do not offset the general ones.
-- 三(四)3

with

added_up as (

    select
        periods.period,
        training.person_id,
        training.date,
        sum(training.minutes) over (
            partition by periods.period, training.person_id order by training.date
            range between unbounded preceding and current row
        ) as minutes

    from training

    inner join periods_of($kpi) as periods
        on training.date between periods.window_start and periods.window_end

    where is_of(training.categories, $kpi)

),

progress as (

    select
        period,
        person_id,
        min(date) filter (where minutes >= parameter_of($kpi, 'minutes')) as attained_on,
        list(so_far(date, minutes / 60)) as days

    from added_up

    group by all

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
    [amount_part(null, '小時', parameter_of($kpi, 'minutes') / 60, progress.days)] as parts

from base_of($kpi) as spells

cross join periods_of($kpi) as periods

left join progress
    on periods.period = progress.period
    and spells.person_id = progress.person_id
