-- Everybody on the roster, by 教師編號; later tables add teachers who are on none.
create temp table people as
select
    row_number() over (order by min(n))::int as person_id,
    'id:' || staff_id as identity,
    staff_id,
    arg_min(name, n) as name

from kept_staff

group by staff_id;

create temp table roster_names as
select distinct
    people.person_id,
    people.identity,
    kept_staff.staff_id,
    kept_staff.school_id,
    kept_staff.name

from kept_staff

inner join people
    using (staff_id);

create temp table namesakes as
select
    school_id,
    name,
    count(distinct person_id) as persons,
    min(person_id) as person_id,
    min(identity) as identity

from roster_names

group by all;
