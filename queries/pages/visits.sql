-- Who observed whom: of each school of a group and each host elsewhere, the largest team at one event up to the day, and
-- how many events. The days are those that the indicators of the period take. A school's own lesson is no visit.

with

days as (

    select
        min(coalesce(window_start, date '-infinity')) as first_day,
        max(coalesce(window_end, date 'infinity')) as last_day

    from kpis

    where table_name = 'observations'
        and period = $period

),

teams as (

    select
        visits.school_id,
        visits.host_school_id,
        split_part(visits.event, '|', 1) as host_key,
        min(visits.host_label) as host_label,
        visits.event,
        visits.date,
        count(distinct visits.person_id) as people

    from visible_observations as visits

    inner join days
        on visits.date between days.first_day and least(days.last_day, $on::date)

    where visits.host_school_id is distinct from visits.school_id

    group by all

)

select
    visitors.school_id,
    visitors.name as school_name,
    teams.host_key,
    coalesce(any_value(hosts.name), min(teams.host_label)) as host_name,
    any_value(hosts.short) as host_short,
    case
        when any_value(hosts.group_id) = visitors.group_id then 'group'
        when any_value(teams.host_school_id) is not null then 'programme'
        else 'outside'
    end as place,
    max(teams.people) as people,
    count(*) as events,
    arg_max(teams.date, teams.people) as day

from teams

inner join visible_schools as visitors
    on teams.school_id = visitors.school_id

left join visible_schools as hosts
    on teams.host_school_id = hosts.school_id

where $group_id::integer is null
    or visitors.group_id = $group_id::integer

group by
    visitors.school_id,
    visitors.name,
    visitors.group_id,
    visitors.ord,
    teams.host_key

order by
    visitors.ord,
    list_position(['group', 'programme', 'outside'], place),
    any_value(hosts.ord) nulls last,
    host_name
