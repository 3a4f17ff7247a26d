-- Who is expected, whoever reported: the groups and schools of the programme.

create table groups as
select
    group_id,
    group_id as ord,
    name

from defined_groups;

create table all_schools as

with

-- A row of 學校名冊 lends facts to a school; where the definition lists none, it is the school.
rosters as (

    select * from kept_schools

)

select
    known_schools.school_id,
    known_schools.ord,
    known_schools.name,
    regexp_replace(known_schools.name, '(國民小學|國小|小學)$', '') as short,
    coalesce(defined_schools.group_id, rosters.group_id) as group_id,
    groups.name as group_name,
    coalesce(defined_schools.role, rosters.role) as role,
    role_words.label as role_label,
    coalesce(known_schools.code, codes.code) as code,
    rosters.district,
    rosters.classes

from known_schools

left join defined_schools
    on known_schools.school_id = defined_schools.ord

left join rosters
    on known_schools.school_id = rosters.school_id

left join (select school_id, min(code) as code from school_codes group by school_id) as codes
    on known_schools.school_id = codes.school_id

inner join groups
    on coalesce(defined_schools.group_id, rosters.group_id) = groups.group_id

left join (select distinct role, label from role_words) as role_words
    on coalesce(defined_schools.role, rosters.role) = role_words.role

order by known_schools.ord;
