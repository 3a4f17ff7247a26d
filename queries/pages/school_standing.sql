-- The status of each school in the indicators of some periods, for comparing one snapshot with another: its names are all
-- that two of them share.

select
    results.kpi,
    results.period,
    schools.name as school_name,
    schools.group_name,
    schools.ord,
    results.counted,
    results.required,
    results.status,
    results.flags

from visible_results_on($on::date) as results

inner join visible_schools as schools
    on results.school_id = schools.school_id

where results.level = 'school'
    and list_contains($periods::varchar[], results.period)
    and results.status not in ('info', 'exempt', 'upcoming')
