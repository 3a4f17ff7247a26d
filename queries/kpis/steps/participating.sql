-- The teachers who took part in the period, each at every school of theirs, from the first semester there on.

participating as (

    select
        periods.period,
        participants.school_id,
        participants.person_id,
        coalesce(people.staff_id, people.name) as unit_id,
        people.name as unit_label,
        min(semesters.start) as since

    from participants

    inner join people
        using (person_id)

    inner join periods as semesters
        on participants.semester = semesters.period

    inner join periods_of($kpi) as periods
        on semesters.start between periods.window_start and periods.window_end

    group by all

),
