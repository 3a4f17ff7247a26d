-- What a school that cannot be judged on an indicator should send or mend, and whether that is asked for on the day
-- (queries/models/7_no_data.sql says what each `what` means).

select
    reasons.school_id,
    reasons.kpi,
    reasons.what,
    reasons.table_label,
    reasons.period_label,
    reasons.header,
    reasons.file,
    reasons.line,
    reasons.words,
    reasons.problem,
    reasons.asked_from <= $on::date as is_asked

from visible_no_data_reasons as reasons

inner join visible_schools as schools
    on reasons.school_id = schools.school_id

where reasons.period = $period
    and reasons.since <= $on::date
    and $on::date < reasons.until
    and ($group_id::integer is null or schools.group_id = $group_id::integer)

order by
    reasons.school_id,
    reasons.kpi
