-- 公開授課 (位)
-- A teacher counts once, from the first public lesson in digital mode in the window; employed there or not.
-- A lesson without digital mode does not count. 四學 and the invitation are shown, not counted.
-- 三(二)

select
    periods.period,
    public_lessons.school_id,
    any_value(people.staff_id) as unit_id,
    any_value(people.name) as unit_label,
    null::date as since,
    null::date as until,
    min(public_lessons.date) as attained_on,
    1 as amount,
    any_value(people.name) as person

from public_lessons

inner join people
    using (person_id)

inner join periods_of($kpi) as periods
    on public_lessons.date between periods.window_start and periods.window_end

where public_lessons.digital

group by periods.period, public_lessons.school_id, public_lessons.person_id
