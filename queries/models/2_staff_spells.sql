-- Where each person belongs on each day: one school at a time.
-- Of the rows that cover a day an open one goes before a closed one, then the later 到職日, then the first read.

create temp table staff_spells as

with

rows_of as (

    select
        people.person_id,
        staff.*,
        coalesce(staff.end_date, date 'infinity') as until,
        count(*) over (partition by people.person_id) as rows_in_all,
        row_number() over (
            partition by people.person_id
            order by staff.end_date is not null, staff.start_date desc, staff.file_id, staff.line
        ) as preference

    from staff

    inner join people
        using (staff_id)

    where staff.end_date is null
        or staff.end_date > staff.start_date

),

several as (

    select * from rows_of where rows_in_all > 1

),

days as (

    select person_id, start_date as day from several

    union

    select person_id, until from several

),

pieces as (

    select
        person_id,
        day as since,
        lead(day) over (partition by person_id order by day) as until

    from days

),

chosen as (

    select
        pieces.since,
        pieces.until,
        arg_min(several, several.preference) as spell

    from pieces

    inner join several
        on pieces.person_id = several.person_id
        and several.start_date <= pieces.since
        and pieces.until <= several.until

    where pieces.until is not null

    group by pieces.person_id, pieces.since, pieces.until

)

select
    person_id,
    school_id,
    staff_id,
    name,
    employment,
    duty,
    start_date as since,
    nullif(until, date 'infinity') as until

from rows_of

where rows_in_all = 1

union all

select
    spell.person_id,
    spell.school_id,
    spell.staff_id,
    spell.name,
    spell.employment,
    spell.duty,
    since,
    nullif(until, date 'infinity') as until

from chosen;
