-- Who is meant by each text of `person_cells`. A cell may name several: each is a person of its own.

create or replace temp table person_words as

with

cut as (

    select
        person_cells.* exclude (names, may_be_several),
        coalesce(person_parts.part, person_cells.names[1], '') as part,
        coalesce(person_parts.staff_part, person_cells.staff_raw) as staff_part,
        person_parts.place

    from person_cells

    left join person_parts
        using (cell)

),

squeezed as (

    select
        *,
        nullif(answer(squeeze(staff_part)), '') as staff_text,
        nullif(squeeze(part), '') as written

    from cut

),

read as materialized (

    select
        * exclude (staff_part, part),
        is_error(lower(staff_text)) as is_error,
        case when not coalesce(is_error or is_no_id(staff_text), false) then staff_text end as staff_id,
        coalesce(names_nobody(written), false) as is_nobody,
        case when not is_nobody then person_name(written) end as name

    from squeezed

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

-- A register, too, says who bears a name.
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

-- By 教師編號 where there is one (the row's school then plays no part), else by the one known person of that school with that
-- name. In a table of `roster` persons nobody is guessed: an id with another's name, or a name that two people bear, is
-- refused. Other tables take who is not known by school and name, with a warning where the school's roster is known. So
-- does any without a roster.
decided as (

    select
        read.*,
        case
            when read.staff_id is not null then 'id:' || read.staff_id
            when namesakes.persons = 1 then namesakes.identity
            when read.name is not null and read.school_id is not null then 'name:' || read.school_id || ':' || read.name
        end as identity,
        case
            when read.kind <> 'roster' and read.written is null then {reason: 'missing_value', in_id: false}
            when read.kind <> 'roster' and read.is_nobody then {reason: 'bad_choice', in_id: false}
            when read.kind <> 'roster' then null
            when read.staff_id is null and read.school_blank then {reason: 'missing_value', in_id: null}
            when read.staff_id is null and read.written is null then {reason: 'missing_value', in_id: false}
            when read.staff_id is null and read.school_id is null then {reason: 'unknown_school', in_id: null}
            when read.staff_id is null and read.is_nobody then {reason: 'bad_choice', in_id: false}
            when read.staff_id is not null and not fits.same then {reason: 'ambiguous_person', in_id: false}
            when read.staff_id is null and namesakes.persons > 1 then {reason: 'ambiguous_person', in_id: false}
            when not getvariable('staff_supplied') then null
            when read.staff_id is not null and fits.staff_id is null then {reason: 'unknown_person', in_id: true}
            when read.staff_id is null and namesakes.persons is null then {reason: 'unknown_person', in_id: false}
        end as refused,
        case
            when coalesce(read.is_error, false) then 'bad_choice'
            when read.kind = 'open' and rosters.school_id is not null and read.staff_id is not null and fits.staff_id is null
                then 'unknown_person'
        end as id_doubt,
        case
            when read.kind = 'roster' and read.is_nobody and read.staff_id is not null then 'bad_choice'
            when read.kind = 'open' and rosters.school_id is not null and read.staff_id is null and namesakes.persons is null
                then 'unknown_person'
        end as name_doubt

    from read

    left join fits
        on read.staff_id = fits.staff_id
        and read.name is not distinct from fits.name

    left join namesakes
        on read.staff_id is null
        and read.school_id = namesakes.school_id
        and read.name = namesakes.name

    left join (select distinct school_id from staff) as rosters
        on read.school_id = rosters.school_id

)

select
    decided.* exclude (kind, name_column, school_id, school_blank, staff_text, is_error, is_nobody, refused, id_doubt, name_doubt),
    decided.refused.reason as reason,
    refusals.code as fault,
    coalesce(refusals.bit, 0) as refused_bit,
    coalesce(id_doubts.bit, 0) | coalesce(name_doubts.bit, 0) as warned,
    coalesce(decided.name_doubt, decided.id_doubt) is not null as is_doubted

from decided

left join fault_codes as refusals
    on decided.table_name = refusals.table_name
    and decided.refused.reason = refusals.reason
    and case
        when decided.refused.in_id then 'staff_id'
        when not decided.refused.in_id then decided.name_column
        else 'school'
    end = refusals.column_name

left join fault_codes as id_doubts
    on decided.table_name = id_doubts.table_name
    and decided.id_doubt = id_doubts.reason
    and id_doubts.column_name = 'staff_id'

left join fault_codes as name_doubts
    on decided.table_name = name_doubts.table_name
    and decided.name_doubt = name_doubts.reason
    and decided.name_column = name_doubts.column_name;

-- A cell of several persons is of those who are known, with a warning about the others; it is refused where none
-- is, or where a part of it names nobody (王一平等3人): who else is meant is not known.
create or replace temp table person_groups as
select
    cell,
    bool_or(fault is null) and not coalesce(bool_or(reason = 'bad_choice'), false) as is_accepted,
    coalesce(min(fault) filter (where reason = 'bad_choice'), min(fault)) as fault,
    bit_or(warned | refused_bit) as warned,
    string_agg(written, '、' order by place) filter (where fault is not null or is_doubted) as doubted

from person_words

where place is not null

group by cell;

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

-- `part` counts the persons of one cell.
create or replace temp table person_map as
select
    person_words.table_name,
    person_words.school_raw,
    person_words.code_raw,
    person_words.staff_raw,
    person_words.name_raw,
    1::smallint as part,
    1::smallint as parts,
    people.person_id,
    person_words.written,
    person_words.fault,
    person_words.warned,
    null::varchar as doubted

from person_words

left join people
    using (identity)

where person_words.place is null

union all

select
    any_value(person_words.table_name),
    any_value(person_words.school_raw),
    any_value(person_words.code_raw),
    any_value(person_words.staff_raw),
    any_value(person_words.name_raw),
    row_number() over (partition by person_words.cell order by min(person_words.place))::smallint,
    count(*) over (partition by person_words.cell)::smallint,
    people.person_id,
    any_value(person_words.written),
    case when not person_groups.is_accepted then person_groups.fault end,
    person_groups.warned,
    person_groups.doubted

from person_words

inner join person_groups
    using (cell)

left join people
    using (identity)

where case when person_groups.is_accepted then person_words.fault is null else person_words.place = 1 end

group by
    person_words.cell,
    people.person_id,
    person_groups.is_accepted,
    person_groups.fault,
    person_groups.warned,
    person_groups.doubted;
