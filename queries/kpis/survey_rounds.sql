-- 量表施測 (次)
-- Each round of the indicator's scale, from its first day in the period. A round is its 次別, where that is blank its day.

with

rounds as (

    select
        periods.period,
        survey_rounds.school_id,
        coalesce(survey_rounds.round, survey_rounds.date::varchar) as round,
        survey_rounds.round is not null as is_numbered,
        survey_rounds.date

    from survey_rounds

    inner join words_of($kpi, 'scale') as scales
        on survey_rounds.scale = scales.word

    inner join periods_of($kpi) as periods
        on survey_rounds.date between periods.window_start and periods.window_end

)

select
    period,
    school_id,
    round as unit_id,
    case when is_numbered then '第 ' || round || ' 次' else '施測' end as unit_label,
    null::date as since,
    null::date as until,
    min(date) as attained_on,
    1 as amount,
    null as person

from rounds

group by period, school_id, round, is_numbered
