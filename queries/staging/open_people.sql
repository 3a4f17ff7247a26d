-- A teacher who need not be on the roster: told apart by 教師編號, by the one roster person of that school with that
-- name, or by school and name, in this order.
create or replace temp table open_people as

select
    met.staff_id,
    met.school_id,
    met.teacher,
    case
        when met.staff_id is not null then 'id:' || met.staff_id
        when namesakes.persons = 1 then namesakes.identity
        else 'name:' || met.school_id || ':' || met.teacher
    end as identity

from (

    select distinct staff_id, school_id, teacher from met_teachers where school_id is not null and teacher is not null

) as met

left join namesakes
    on met.school_id = namesakes.school_id
    and met.teacher = namesakes.name;

insert into people
select
    (select coalesce(max(person_id), 0) from people) + row_number() over (order by identity),
    identity,
    min(staff_id),
    min(teacher)

from open_people

where identity not in (select identity from people)

group by identity;
