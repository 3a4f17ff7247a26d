-- Who is expected, whoever reported: the groups and schools of the programme, in the definition's order, else in that
-- of the first accepted row of 學校名冊.

create table groups as

with

first_rows as (

    select
        group_id,
        min(file_id * 10000000000 + line) as place

    from kept_schools

    group by group_id

)

select
    defined_groups.group_id,
    row_number() over (
        order by case when not getvariable('schools_listed') then first_rows.place end, defined_groups.group_id
    )::int as ord,
    defined_groups.name

from defined_groups

left join first_rows
    on defined_groups.group_id = first_rows.group_id

where getvariable('schools_listed')
    or first_rows.place is not null;

create table all_schools as

with

-- A row of 學校名冊 lends facts to a school; where the definition lists none, it is the school.
rosters as (

    select * from kept_schools

)

select
    known_schools.school_id,
    row_number() over (
        order by case
            when getvariable('schools_listed') then known_schools.ord
            else rosters.file_id * 10000000000 + rosters.line
        end
    )::int as ord,
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

order by ord;
