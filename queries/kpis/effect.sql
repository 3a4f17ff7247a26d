-- 學習成效評估 (次)
-- Each assessment by one of the indicator's methods, on the day it was completed.

select
    periods.period,
    effect_assessments.school_id,
    concat_ws(
        '|', effect_assessments.date, effect_assessments.method, effect_assessments.grade, effect_assessments.class_key
    ) as unit_id,
    methods_named.label || coalesce('，' || class_label(effect_assessments.class_key), '') as unit_label,
    null::date as since,
    null::date as until,
    effect_assessments.date as attained_on,
    1 as amount,
    null as person

from effect_assessments

inner join words_of($kpi, 'methods') as methods
    on effect_assessments.method = methods.word

inner join choices_of('effect_assessments', 'method') as methods_named
    on effect_assessments.method = methods_named.value

inner join periods_of($kpi) as periods
    on effect_assessments.date between periods.window_start and periods.window_end
