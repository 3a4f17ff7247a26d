-- The staff of the base, each from the first course of the indicator's categories in the window, of any length.

with

attended as (

    select
        periods.period,
        training.person_id,
        min(training.date) as attained_on

    from training

    inner join periods_of($kpi) as periods
        on training.date between periods.window_start and periods.window_end

    where is_of(training.categories, $kpi)

    group by all

)

select
    periods.period,
    spells.school_id,
    spells.staff_id as unit_id,
    spells.name as unit_label,
    spells.since,
    spells.until,
    attended.attained_on,
    1 as amount,
    spells.name as person

from base_of($kpi) as spells

cross join periods_of($kpi) as periods

left join attended
    on periods.period = attended.period
    and spells.person_id = attended.person_id
