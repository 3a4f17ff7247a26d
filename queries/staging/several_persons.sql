-- The persons of `person_cells` that name several, into `person_parts`.

-- 及, 與 and 和 separate only names that are both known at the school: 陳和平 is one person.
create or replace temp table joined_names as

with recursive

joined as (

    select distinct
        school_id,
        squeeze(name) as text

    from (select school_id, unnest(names) as name from person_cells where may_be_several)

    where school_id is not null

),

cut as (

    select
        joined.school_id,
        joined.text,
        joined.text as rest,
        []::text[] as names

    from joined

    where person_name(joined.text) not in (select name from bearers where bearers.school_id = joined.school_id)

    union all

    select
        cut.school_id,
        cut.text,
        cut.rest[place + 1:],
        list_append(cut.names, cut.rest[:place - 1])

    from (select *, unnest(range(2, length(rest))) as place from cut) as cut

    inner join bearers
        on cut.school_id = bearers.school_id
        and person_name(cut.rest[:place - 1]) = bearers.name

    where cut.rest[place] in ('及', '與', '和')

)

select
    cut.school_id,
    cut.text,
    any_value(list_append(cut.names, cut.rest)) as names

from cut

inner join bearers
    on cut.school_id = bearers.school_id
    and person_name(cut.rest) = bearers.name

where len(cut.names) > 0

group by all;

insert into person_parts

with

several as (

    select
        person_cells.cell,
        any_value(staff_raw) as staff_raw,
        flatten(list(coalesce(joined_names.names, [part]) order by place)) as names

    from (
        select *, unnest(names) as part, generate_subscripts(names, 1) as place from person_cells where may_be_several
    ) as person_cells

    left join joined_names
        on person_cells.school_id = joined_names.school_id
        and squeeze(part) = joined_names.text

    group by person_cells.cell

    having len(flatten(list(coalesce(joined_names.names, [part])))) > 1

),

parts as (

    select
        *,
        case when is_error(lower(squeeze(staff_raw))) then [staff_raw] else names_in(staff_raw) end as ids,
        unnest(names) as part,
        generate_subscripts(names, 1) as place

    from several

)

-- As many ids as names belong to them in their order. One id is that of the name which bears it, else of the first.
select
    parts.cell,
    parts.part,
    parts.place,
    case
        when len(parts.ids) = len(parts.names) then parts.ids[parts.place]
        when parts.place = coalesce(
            min(parts.place) filter (where id_names.staff_id is not null) over (partition by parts.cell), 1
        ) then parts.staff_raw
        else ''
    end as staff_part

from parts

left join (select distinct staff_id, name from id_names) as id_names
    on answer(squeeze(parts.staff_raw)) = id_names.staff_id
    and person_name(parts.part) = id_names.name;
