-- The state of every school for every indicator on every day, as stretches of days on which it does not change:
-- asking for a day is then one comparison a row. The grid is what is expected; evidence is joined onto it.
-- A unit of unknown amount (its table was not supplied) leaves its school without data.
-- Who need not do it need not report it: an exemption goes before what is lacking (`lack`, see 7_no_data.sql).
-- A roster's base is fixed after the deadline: who comes or goes later changes nothing. Evidence may still come.

create temp table states as

with

grid as (

    select
        kpis.*,
        all_schools.school_id,
        all_schools.classes,
        exempted.kpi is not null or not conditions.holds as exempted,
        kpis.conditional and conditions.holds is null as undecided,
        tables.supplied,
        reported.school_id is not null as reported

    from kpis

    cross join all_schools

    inner join tables
        on kpis.table_name = tables.table_name

    left join (select distinct kpi, stem_of(school) as stem from exemptions) as exempted
        on kpis.kpi = exempted.kpi
        and stem_of(all_schools.name) = exempted.stem

    left join conditions
        on kpis.kpi = conditions.kpi
        and all_schools.school_id = conditions.school_id

    left join (select distinct kpi, period, school_id from units) as reported
        on kpis.kpi = reported.kpi
        and kpis.period = reported.period
        and all_schools.school_id = reported.school_id

),

-- From when to when a unit is in the base, and from when it counts.
stretches as (

    select
        units.kpi,
        units.period,
        units.school_id,
        coalesce(units.amount, 0) as amount,
        (units.amount is null)::int as unknown,
        coalesce(units.since, date '-infinity') as since,
        case
            when units.until <= coalesce(kpis.deadline, date 'infinity') then units.until
            else date 'infinity'
        end as until,
        greatest(coalesce(units.since, date '-infinity'), units.attained_on) as counts_from,
        units.attained_on is not null as attained

    from units

    inner join kpis
        using (kpi, period)

    where coalesce(units.since, date '-infinity') <= coalesce(kpis.deadline, date 'infinity')

),

-- How many people the roster has at a school, to separate 「nobody counts」 from 「nobody reported」.
head_changes as (

    select
        school_id,
        day,
        sum(heads) as heads

    from (

        select school_id, since as day, 1 as heads from staff_spells

        union all

        select school_id, until, -1 from staff_spells where until is not null

    )

    group by all

),

changes as (

    select kpi, period, school_id, since as day, amount as base, 0 as counted, unknown, 0 as heads
    from stretches

    union all

    select kpi, period, school_id, until, -amount, 0, -unknown, 0
    from stretches
    where until < date 'infinity'

    union all

    select kpi, period, school_id, counts_from, 0, amount, 0, 0
    from stretches
    where attained and counts_from < until

    union all

    select kpi, period, school_id, until, 0, -amount, 0, 0
    from stretches
    where attained and counts_from < until and until < date 'infinity'

    union all

    select kpis.kpi, kpis.period, head_changes.school_id, head_changes.day, 0, 0, 0, head_changes.heads
    from head_changes
    inner join kpis on kpis.base = 'staff' and head_changes.day <= coalesce(kpis.deadline, date 'infinity')

    union all

    select kpi, period, school_id, date '-infinity', 0, 0, 0, 0
    from grid

),

per_day as (

    select
        kpi,
        period,
        school_id,
        day,
        sum(base) as base,
        sum(counted) as counted,
        sum(unknown) as unknown,
        sum(heads) as heads

    from changes

    group by all

),

running as (

    select
        kpi,
        period,
        school_id,
        day as since,
        coalesce(lead(day) over in_order, date 'infinity') as until,
        sum(base) over in_order as base,
        sum(counted) over in_order as counted,
        sum(unknown) over in_order as unknown,
        sum(heads) over in_order as heads

    from per_day

    window in_order as (partition by kpi, period, school_id order by day rows unbounded preceding)

),

measured as (

    select
        grid.*,
        greatest(running.since, grid.opens) as since,
        running.until,
        figure(running.counted) as counted,
        case
            when grid.base in ('staff', 'units') then figure(running.base)
            when grid.base = 'classes' then figure(grid.classes)
        end as base_count,
        running.unknown,
        running.heads

    from grid

    inner join running
        using (kpi, period, school_id)

    where grid.opens is null
        or running.until > grid.opens

),

required as (

    select
        *,
        case require
            when 'all' then base_count
            when 'number' then required_number
            when 'ceiling' then required_number
            when 'share' then rounded(parts_of(base_count) * share_numerator, share_denominator * one(), rounding)
        end as required_count,
        case
            when not supplied then 'table'
            when undecided then 'condition'
            when unknown > 0 then 'amount'
            when no_units = 'no_data' and not reported then 'units'
            when base = 'staff' and heads = 0 then 'people'
            when empty_base = 'no_data' and base_count = 0 then 'base'
            when base = 'classes' and classes is null then 'classes'
        end as lack

    from measured

)

select
    kpi,
    period,
    school_id,
    since,
    until,
    counted,
    base_count as base,
    figure(required_count) as required,
    lack,
    case
        when exempted then 'exempt'
        when lack is not null then 'no_data'
        when require = 'none' then 'info'
        when base_count = 0 then 'exempt'
    end as unjudged

from required

union all

select
    kpi,
    period,
    school_id,
    date '-infinity',
    opens,
    null,
    null,
    null,
    null,
    'upcoming'

from grid

where opens is not null;
