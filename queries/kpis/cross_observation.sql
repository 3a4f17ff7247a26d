-- 跨校觀課 (人)
-- The largest team at one event of another school: unit k is attained on the first day on which any event had k
-- different teachers of the school. Teachers at different events never add up, nor do those at the school's own lesson.
-- 三(三)

with

teams as (

    select
        periods.period,
        observations.school_id,
        observations.event,
        observations.date,
        any_value(observations.host_label) as host_label,
        count(distinct observations.person_id) as size

    from observations

    inner join periods_of($kpi) as periods
        on observations.date between periods.window_start and periods.window_end

    where observations.host_school_id is distinct from observations.school_id

    group by all

),

places as (

    select
        period,
        school_id,
        unnest(range(1, size + 1)) as place,
        date,
        event,
        host_label

    from teams

)

select
    period,
    school_id,
    place::varchar as unit_id,
    '同行第 ' || place || ' 人（' || arg_min(host_label, (date, event)) || '）' as unit_label,
    null::date as since,
    null::date as until,
    min(date) as attained_on,
    1 as amount,
    null as person

from places

group by period, school_id, place
