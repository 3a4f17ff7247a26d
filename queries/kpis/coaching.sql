-- 入校輔導 (次)
-- Each visit in the window; shown, never judged.
-- 三(一)

select
    periods.period,
    coaching.school_id,
    strftime(coaching.date, '%Y-%m-%d') || coalesce(' ' || coaching.adviser, '') as unit_id,
    coalesce(coaching.topic, '入校輔導') as unit_label,
    null::date as since,
    null::date as until,
    coaching.date as attained_on,
    1 as amount,
    coaching.adviser as person

from coaching

inner join periods_of($kpi) as periods
    on coaching.date between periods.window_start and periods.window_end
