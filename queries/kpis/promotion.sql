-- 成果推廣活動 (場)
-- Each activity on each date, however many of the school went.

select
    periods.period,
    promotion.school_id,
    promotion.date || ' ' || promotion.activity as unit_id,
    promotion.activity as unit_label,
    null::date as since,
    null::date as until,
    promotion.date as attained_on,
    1 as amount,
    null as person

from promotion

inner join periods_of($kpi) as periods
    on promotion.date between periods.window_start and periods.window_end
