-- The rejected rows that are somebody's to mend, for comparing one snapshot with another.

select
    rejects.row_key,
    schools.name as school_name

from visible_to_mend as rejects

left join visible_schools as schools
    using (school_id)

where rejects.severity = 'rejected'

order by
    schools.ord,
    rejects.file,
    rejects.line
