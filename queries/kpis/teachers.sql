-- 參與教師 (人)
-- A teacher of 參與名單 counts once a period, from the first of its semesters in which the school names them.
-- A semester belongs to the period in which it begins. Nobody needs to be on the roster.

select
    periods.period,
    participants.school_id,
    any_value(coalesce(people.staff_id, people.name)) as unit_id,
    any_value(people.name) as unit_label,
    null::date as since,
    null::date as until,
    min(semesters.start) as attained_on,
    1 as amount,
    any_value(people.name) as person

from participants

inner join people
    using (person_id)

inner join periods as semesters
    on participants.semester = semesters.period

inner join periods_of($kpi) as periods
    on semesters.start between periods.window_start and periods.window_end

group by periods.period, participants.school_id, participants.person_id
