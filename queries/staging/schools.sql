-- A roster's row adds facts to a school that the definition lists; it may not contradict its group or role.
-- Where 學校名冊 itself decides, a row's name must be the one that holds its code.
create temp table keyed_schools as
select
    typed_schools.* exclude (fault),
    least(
        typed_schools.fault,
        case
            when known_schools.stem <> claims.stem and not getvariable('schools_listed')
                then fault_of('schools', 'unknown_school', 'school')
            when defined_schools.group_id <> typed_schools.group_id then fault_of('schools', 'bad_choice', 'group')
            when defined_schools.role <> typed_schools.role then fault_of('schools', 'bad_choice', 'role')
        end
    )::smallint as fault

from typed_schools

left join claims
    on typed_schools.n = claims.n

left join known_schools
    on typed_schools.school_id = known_schools.school_id

left join defined_schools
    on typed_schools.school_id = defined_schools.ord;
