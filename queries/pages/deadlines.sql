-- What each indicator still lacks until its deadline: schools that have not met it, how many of them have a file that was not
-- read, and the sum of their gaps. A ceiling holds on any day and what is only shown is never due, so neither has a
-- deadline to keep; nor has a closed period. With `by_default`, of the indicators shown by default that day.

with

short_of as (

    select
        kpi,
        count(*) filter (where is_unmet(status)) as schools,
        count(*) filter (where is_unmet(status) and is_unread(flags)) as unread,
        count(*) filter (where is_judged(status)) as judged,
        coalesce(sum(gap_of(status, required, counted)) filter (where is_unmet(status)), 0) as gap

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
    periods.label as period_label,
    kpis.deadline,
    kpis.deadline - $on::date as days_left,
    short_of.schools,
    short_of.judged,
    short_of.unread,
    short_of.gap

from kpis

inner join short_of
    on kpis.kpi = short_of.kpi

inner join periods
    on kpis.period = periods.period

semi join listed_on($by_default::date) as listed
    on kpis.kpi = listed.kpi
    and kpis.period = listed.period

where kpis.period = $period
    and not kpis.closed
    and kpis.deadline is not null
    and kpis."require" not in ('ceiling', 'none')

order by
    kpis.deadline,
    kpis.ord
