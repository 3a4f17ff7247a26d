-- 辦理公開授課 (場)
-- Each public lesson of the school, digital or not, whoever gave it.

select
    periods.period,
    public_lessons.school_id,
    concat_ws('|', public_lessons.date, public_lessons.person_id, public_lessons.class_key) as unit_id,
    public_lessons.teacher || coalesce('，' || class_label(public_lessons.class_key), '') as unit_label,
    null::date as since,
    null::date as until,
    public_lessons.date as attained_on,
    1 as amount,
    public_lessons.teacher as person

from public_lessons

inner join periods_of($kpi) as periods
    on public_lessons.date between periods.window_start and periods.window_end
