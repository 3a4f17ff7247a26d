-- Who is meant by each text of `person_texts` that names a person.

create or replace temp table person_words as

with

read as (

    select
        person_texts.*,
        nullif(squeeze(person_texts.staff_raw), '') as staff_id,
        nullif(squeeze(person_texts.name_raw), '') as name,
        school_map.school_id,
        coalesce(school_map.blank, true) as school_blank

    from person_texts

    left join school_map
        on person_texts.school_raw = school_map.name_raw
        and person_texts.code_raw = school_map.code_raw
        and school_map.district_raw = ''

),

fits as (

    select
        read.staff_id,
        read.name,
        coalesce(bool_or(same_name(id_names.name, read.name)), true) as same

    from (select distinct staff_id, name from read where staff_id is not null) as read

    inner join id_names
        on read.staff_id = id_names.staff_id

    group by all

),

-- A register tells by itself, too, who bears a name.
namesakes as (

    select
        school_id,
        name,
        count(distinct identity) as persons,
        any_value(identity) as identity

    from (

        select school_id, name, identity from bearers

        union all

        select school_id, name, 'id:' || staff_id from read where kind = 'register' and staff_id is not null

    )

    group by all

),

-- By 教師編號 where given (the row's school then plays no part), else by the one known person of that school with that
-- name. In a table of `roster` persons nobody is guessed: an id with another's name, or a name that two people bear, is
-- refused. Other tables take who is not known by school and name. So does any without a roster.
decided as (

    select
        read.*,
        case
            when read.staff_id is not null then 'id:' || read.staff_id
            when namesakes.persons = 1 then namesakes.identity
            when read.name is not null and read.school_id is not null then 'name:' || read.school_id || ':' || read.name
        end as identity,
        case
            when read.kind <> 'roster' then null
            when read.staff_id is null and read.school_blank then {reason: 'missing_value', column_name: 'school'}
            when read.staff_id is null and read.name is null then {reason: 'missing_value', column_name: 'name'}
            when read.staff_id is null and read.school_id is null then {reason: 'unknown_school', column_name: 'school'}
            when read.staff_id is not null and not fits.same then {reason: 'ambiguous_person', column_name: 'name'}
            when read.staff_id is null and namesakes.persons > 1 then {reason: 'ambiguous_person', column_name: 'name'}
            when not getvariable('staff_supplied') then null
            when read.staff_id is not null and fits.staff_id is null
                then {reason: 'unknown_person', column_name: 'staff_id'}
            when read.staff_id is null and namesakes.persons is null then {reason: 'unknown_person', column_name: 'name'}
        end as refused

    from read

    left join fits
        on read.staff_id = fits.staff_id
        and read.name is not distinct from fits.name

    left join namesakes
        on read.staff_id is null
        and read.school_id = namesakes.school_id
        and read.name = namesakes.name

)

select
    decided.table_name,
    decided.school_raw,
    decided.code_raw,
    decided.staff_raw,
    decided.name_raw,
    decided.staff_id,
    decided.name,
    decided.identity,
    fault_codes.code as fault

from decided

left join fault_codes
    on decided.table_name = fault_codes.table_name
    and decided.refused.reason = fault_codes.reason
    and decided.refused.column_name = fault_codes.column_name;

insert into people
select
    (select coalesce(max(person_id), 0) from people) + row_number() over (order by identity),
    identity,
    min(staff_id),
    min(name)

from person_words

where fault is null
    and identity is not null
    and identity not in (select identity from people)

group by identity;

create or replace temp table person_map as
select
    person_words.table_name,
    person_words.school_raw,
    person_words.code_raw,
    person_words.staff_raw,
    person_words.name_raw,
    people.person_id,
    person_words.fault

from person_words

left join people
    using (identity);
