-- The results of every day, worked out once: a row holds for the days since <= D < until, so that asking for a day is
-- one comparison. Schools first; groups and the city are sums of their schools, complete whatever a viewer's scope.

-- A state holds one status, or turns at most twice: on_track, behind from the day the pace's whole part exceeds
-- counted, overdue from the day after the deadline. What is above a ceiling is overdue on any day.
create temp table judged as

with

turns as materialized (

    select
        states.*,
        kpis.deadline,
        kpis."require" = 'ceiling' as capped,
        case when kpis."require" = 'ceiling' then counted <= required else counted >= required end as reached,
        case when kpis."require" = 'ceiling' then since else kpis.deadline + 1 end as overdue_from,
        case
            when required > 0 then kpis.pace_start + least(
                (
                    (whole_of(counted) + 1) * (kpis.deadline - kpis.pace_start) * one() + parts_of(required) - 1
                ) // parts_of(required),
                1000000
            )::int
        end as behind_from

    from states

    inner join kpis
        using (kpi, period)

),

pieces as (

    select *, coalesce(unjudged, 'met') as status, since as begins, until as ends
    from turns
    where unjudged is not null or reached

    union all by name

    select *, 'on_track' as status, since as begins, least(until, behind_from, overdue_from) as ends
    from turns
    where unjudged is null and not reached

    union all by name

    select *, 'behind' as status, greatest(since, behind_from) as begins, least(until, overdue_from) as ends
    from turns
    where unjudged is null and not reached and behind_from is not null

    union all by name

    select *, 'overdue' as status, greatest(since, overdue_from) as begins, until as ends
    from turns
    where unjudged is null and not reached

)

select
    kpi,
    period,
    school_id,
    all_schools.group_id,
    begins as since,
    ends as until,
    case when status <> 'no_data' then counted end as counted,
    case when status <> 'no_data' then base end as base,
    case when status <> 'no_data' then required end as required,
    status,
    is_judged(status) as is_judged,
    base is not null or capped as adds_up

from pieces

inner join all_schools
    using (school_id)

where begins < ends;

-- Sums change when a school's row begins or ends. The largest team of one school and that of another add up to
-- nothing: without a base there is no sum, but for a ceiling or an indicator that is only shown.
create temp table sums as

with

changes as (

    select since as day, 1 as sign, * exclude (since, until) from judged

    union all by name

    select until as day, -1 as sign, * exclude (since, until) from judged where until < date 'infinity'

),

per_day as (

    select
        kpi,
        period,
        group_id,
        day,
        sum(sign * counted) filter (where status = 'info' or is_judged and adds_up) as counted,
        sum(sign * base) filter (where status = 'info' or is_judged) as base,
        sum(sign * required) filter (where is_judged and adds_up) as required,
        sum(sign * one_school(status)) as schools

    from changes

    group by grouping sets ((kpi, period, group_id, day), (kpi, period, day))

),

-- The day after the deadline is a change too, if only of the status.
with_deadlines as (

    select * from per_day

    union all by name

    select distinct
        per_day.kpi,
        per_day.period,
        per_day.group_id,
        kpis.deadline + 1 as day

    from per_day

    inner join kpis
        using (kpi, period)

    where kpis.deadline is not null

),

running as (

    select
        kpi,
        period,
        group_id,
        day as since,
        lead(day) over in_order as until,
        sum(counted) over in_order as counted,
        sum(base) over in_order as base,
        sum(required) over in_order as required,
        coalesce(sum(schools) over in_order, 0) as schools

    from with_deadlines

    window in_order as (
        partition by kpi, period, group_id order by day, counted is null rows unbounded preceding
    )

)

select
    * exclude (schools, until),
    coalesce(until, date 'infinity') as until,
    unnest(schools_by_status(schools))

from running

where until is distinct from since;

create table results as

with

unflagged as (

    select
        kpi,
        period,
        'school' as level,
        group_id,
        school_id,
        since,
        until,
        counted,
        base,
        required,
        status,
        1 as level_ord

    from judged

    union all by name

    select
        sums.kpi,
        sums.period,
        case when sums.group_id is null then 'city' else 'group' end as level,
        sums.group_id,
        sums.since,
        sums.until,
        case when schools_judged + schools_info > 0 then counted end as counted,
        case when schools_judged + schools_info > 0 then sums.base end as base,
        case when schools_judged > 0 then sums.required end as required,
        case
            when schools_upcoming > 0 then 'upcoming'
            when kpis."require" = 'none' and tables.supplied then 'info'
            when schools_judged = 0 and schools_no_data > 0 then 'no_data'
            when schools_judged = 0 then 'exempt'
            when schools_met = schools_judged and schools_no_data = 0 then 'met'
            when schools_met = schools_judged and sums.since > kpis.deadline then 'overdue'
            when schools_met = schools_judged then 'on_track'
            when schools_overdue > 0 then 'overdue'
            when schools_behind > 0 then 'behind'
            else 'on_track'
        end as status,
        case when sums.group_id is null then 3 else 2 end as level_ord,
        columns('^schools_')

    from sums

    inner join kpis
        using (kpi, period)

    inner join tables
        on kpis.table_name = tables.table_name

),

-- A figure is one row more for each day on which its flags change.
all_levels as (

    select
        unflagged.* exclude (since, until),
        greatest(unflagged.since, coalesce(flagged.since, unflagged.since)) as since,
        least(unflagged.until, coalesce(flagged.until, unflagged.until)) as until,
        coalesce(flagged.flags, '') as flags

    from unflagged

    left join flag_spells as flagged
        on unflagged.kpi = flagged.kpi
        and unflagged.period = flagged.period
        and unflagged.group_id is not distinct from flagged.group_id
        and unflagged.school_id is not distinct from flagged.school_id
        and unflagged.since < flagged.until
        and flagged.since < unflagged.until

)

select
    getvariable('programme') as programme,
    all_levels.kpi,
    all_levels.period,
    level,
    all_levels.group_id,
    groups.name as group_name,
    all_levels.school_id,
    all_schools.name as school_name,
    since,
    until,
    figure(counted) as counted,
    figure(all_levels.base) as base,
    figure(required) as required,
    -- Six decimals, half up, in integers; a decimal of the database takes ten times as long to hand over.
    case when all_levels.base > 0
        then (
            (parts_of(counted) * 2000000 + parts_of(all_levels.base)) // (parts_of(all_levels.base) * 2)
        )::double / 1000000
    end as rate,
    status,
    columns('^schools_')::bigint,
    kpis.deadline,
    flags,
    kpis.ord as kpi_ord,
    periods.ord as period_ord,
    groups.ord as group_ord,
    all_schools.ord as school_ord

from all_levels

inner join kpis
    on all_levels.kpi = kpis.kpi
    and all_levels.period = kpis.period

inner join periods
    on all_levels.period = periods.period

left join groups
    on all_levels.group_id = groups.group_id

left join all_schools
    on all_levels.school_id = all_schools.school_id

-- Indicator, period, level, group, lead first, school, in one number: a scan keeps the order of the rows, so a day's need
-- no sorting.
order by
    (
        (((kpis.ord * 100 + periods.ord) * 10 + level_ord)::bigint * 10000 + coalesce(groups.ord, 0)) * 10
        + case all_schools.role when 'partner' then 1 else 0 end
    ) * 100000 + coalesce(all_schools.ord, 0),
    since;
