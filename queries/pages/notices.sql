-- What each school must know: how many of its rows were refused, and how many of them are new.

select
    schools.name as school_name,
    any_value(schools.group_name) as group_name,
    count(*) filter (where severity = 'rejected') as rejected,
    count(*) filter (where severity = 'warning') as warnings,
    count(*) filter (where severity = 'rejected' and first_seen = built_at and former_built_at is not null) as new

from visible_to_mend as rejects

cross join snapshot

inner join visible_schools as schools
    on rejects.school_id = schools.school_id

group by schools.name

order by
    rejected desc,
    school_name
