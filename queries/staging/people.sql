-- Whom the roster knows: everybody by 教師編號, who bears a name at a school, and the names of an id. `name` is how names
-- are compared, `written` how the roster writes it.

create temp table people as
select
    row_number() over (order by min(file_id * 10000000000 + line))::int as person_id,
    'id:' || staff_id as identity,
    staff_id,
    arg_min(name, file_id * 10000000000 + line) as name

from staff

group by staff_id;

create temp table bearers as
select distinct
    school_id,
    person_name(name) as name,
    'id:' || staff_id as identity,
    staff_id

from staff;

create temp table id_names as
select distinct
    staff_id,
    person_name(name) as name,
    name as written

from staff;
