-- How many schools lack something in any of the periods that are shown: one row for the lead sentence of a page.
-- With `by_default`, of the indicators shown by default that day; never of a closed period.

with

per_school as (

    select
        school_id,
        count(*) filter (where is_judged(status)) as judged,
        count(*) filter (where status = 'met') as met,
        count(*) filter (where status = 'behind' and not closed) as behind,
        count(*) filter (where status = 'overdue' and not closed) as overdue,
        count(*) filter (where status = 'no_data' and not closed) as no_data,
        count(*) filter (where flags <> '') as flagged

    from visible_results_on($on::date)

    inner join listed_on($by_default::date)
        using (kpi, period)

    where level = 'school'
        and list_contains($periods::varchar[], period)
        and ($group_id::integer is null or group_id = $group_id::integer)

    group by all

)

select
    count(*) as schools,
    count(*) filter (where behind > 0) as behind,
    count(*) filter (where overdue > 0) as overdue,
    count(*) filter (where behind + overdue > 0) as late,
    count(*) filter (where no_data > 0) as no_data,
    count(*) filter (where flagged > 0) as flagged,
    count(*) filter (where judged > 0 and met = judged and no_data = 0) as done

from per_school
