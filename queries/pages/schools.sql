-- Every school in scope: for the pickers and the head of a school's page.

select
    schools.school_id,
    schools.name,
    schools.short,
    schools.group_id,
    schools.group_name,
    schools.role,
    schools.role_label,
    schools.district,
    schools.classes,
    leads.name as lead_name

from visible_schools as schools

left join visible_schools as leads
    on schools.group_id = leads.group_id
    and leads.role = 'lead'

order by schools.ord
