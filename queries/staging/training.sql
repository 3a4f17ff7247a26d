-- Whose training it is: by 教師編號 where given (the row's school then plays no part), else by school and name.
-- Nobody is guessed: an id with another's name, or a name that two people bear, is refused.
-- Without any roster everybody is taken as the row names them.

create temp table trained as

with

texts as (

    select distinct
        coalesce(staff_id, '') as staff_id,
        coalesce(name, '') as name,
        case when staff_id is null then coalesce(school_id, 0) else 0 end as school_id

    from typed_training

),

fits as (

    select
        texts.staff_id,
        texts.name,
        bool_or(same_name(roster_names.name, texts.name)) as same

    from texts

    inner join roster_names
        on texts.staff_id = roster_names.staff_id

    group by all

)

select
    texts.*,
    case
        when texts.staff_id <> '' then 'id:' || texts.staff_id
        when namesakes.persons = 1 then namesakes.identity
        when texts.name <> '' and texts.school_id > 0 then 'name:' || texts.school_id || ':' || texts.name
    end as identity,
    case
        when not getvariable('staff_supplied') then null
        when texts.staff_id <> '' and fits.staff_id is null then fault_of('training', 'unknown_person', 'staff_id')
        when texts.staff_id <> '' and texts.name <> '' and not fits.same then fault_of('training', 'ambiguous_person', 'name')
        when texts.staff_id = '' and namesakes.persons > 1 then fault_of('training', 'ambiguous_person', 'name')
        when texts.staff_id = '' and namesakes.persons is null then fault_of('training', 'unknown_person', 'name')
    end as fault

from texts

left join fits
    using (staff_id, name)

left join namesakes
    on texts.staff_id = ''
    and texts.school_id = namesakes.school_id
    and texts.name = namesakes.name;

insert into people
select
    (select coalesce(max(person_id), 0) from people) + row_number() over (order by identity),
    identity,
    any_value(nullif(staff_id, '')),
    min(name)

from trained

where fault is null
    and identity is not null
    and identity not in (select identity from people)

group by identity;

create temp table keyed_training as
select
    typed_training.* exclude (fault, name, staff_id),
    people.person_id,
    least(
        typed_training.fault,
        trained.fault,
        case when typed_training.staff_id is null and typed_training.name is null
            then fault_of('training', 'missing_value', 'name')
        end,
        case when typed_training.staff_id is null and typed_training.school_blank
            then fault_of('training', 'missing_value', 'school')
        end,
        case when typed_training.staff_id is null and typed_training.school_id is null
            then fault_of('training', 'unknown_school', 'school')
        end
    )::smallint as fault

from typed_training

inner join trained
    on coalesce(typed_training.staff_id, '') = trained.staff_id
    and coalesce(typed_training.name, '') = trained.name
    and case when typed_training.staff_id is null then coalesce(typed_training.school_id, 0) else 0 end = trained.school_id

left join people
    on trained.identity = people.identity;
