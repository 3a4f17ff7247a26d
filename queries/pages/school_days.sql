-- One school's figures in one indicator on each day from the start of its pace (or of its window) to the chosen day, and
-- what each day added. A day without a figure is blank and adds nothing that is known.

with

begun as (

    select coalesce(pace_start, window_start) as start

    from kpis

    where kpi = $kpi
        and period = $period

),

days as (

    -- At most 1100 points, back from the chosen day.
    select
        unnest(generate_series($on::date, start, -to_days(step)))::date as day,
        step

    from (
        select
            start,
            greatest(($on::date - start) // 1100, 0)::int + 1 as step

        from begun
    )

),

known as (

    select *

    from visible_states

    where kpi = $kpi
        and period = $period
        and school_id = $school_id::integer

)

select
    days.day,
    known.counted,
    known.base,
    known.required,
    case when days.step = 1 then known.counted - lag(known.counted) over (order by days.day) end as added

from days

left join known
    on known.since <= days.day
    and days.day < known.until

order by days.day
