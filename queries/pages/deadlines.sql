-- What each indicator still lacks until its deadline: schools that have not met it, and the sum of their gaps.

with

short_of as (

    select
        kpi,
        count(*) filter (where status in ('on_track', 'behind', 'overdue')) as schools,
        coalesce(sum(greatest(required - counted, 0)) filter (where status in ('on_track', 'behind', 'overdue')), 0) as gap

    from visible_results_on($on::date)

    where level = 'school'
        and period = $period
        and ($group_id::integer is null or group_id = $group_id::integer)

    group by all

)

select
    kpis.kpi,
    kpis.label,
    kpis.short,
    kpis.unit,
    kpis.deadline,
    date_diff('day', $on::date, kpis.deadline) as days_left,
    short_of.schools,
    short_of.gap

from kpis

inner join short_of
    on kpis.kpi = short_of.kpi

where kpis.period = $period
    and kpis.deadline is not null

order by
    kpis.deadline,
    kpis.ord
