-- 需要注意: ten findings at most, each one sentence. A finding is a school, or where many schools lack a little, an indicator:
-- late    an indicator past its deadline, with the schools that missed it
-- soon    an indicator due within two weeks, with the schools that have not met it
-- absent  an indicator that no school can be judged on
-- fell    a school that has not met an indicator and counts less in it than on the day to compare with
-- behind  a school whose gap in an indicator is over 3
-- silent  a school that lacks data others have, with the indicators it cannot be judged on
-- few     an indicator with schools behind by 3 or less
-- The first of each kind are kept before more of the same kind, so that no kind hides another. Of late, behind and few
-- `worsened` is how many schools were not so on the day to compare with. A school of which a file behind the figure was not
-- read is not among them: it is asked for the file (data_to_mend.sql). With `by_default`, of what is shown by default that
-- day; never of a closed period.

with

then_judged as (

    select
        kpi,
        school_id,
        counted,
        status

    from visible_results_on($versus::date)

    where level = 'school'
        and period = $period

),

judged as materialized (

    select
        results.kpi,
        results.kpi_ord,
        results.school_id,
        results.school_ord,
        results.counted,
        results.required,
        results.status,
        results.deadline,
        gap_of(results.status, results.required, results.counted) as gap,
        case when kpis."require" = 'ceiling' then results.counted - results.required end as excess,
        results.deadline - $on::date as days_left,
        then_judged.counted as counted_then,
        is_late(results.status) and then_judged.status <> results.status as worsened,
        coalesce(
            is_unmet(results.status)
            and kpis."require" <> 'ceiling'
            and results.counted < then_judged.counted,
            false
        ) as fell

    from visible_results_on($on::date) as results

    inner join kpis
        on results.kpi = kpis.kpi
        and results.period = kpis.period

    semi join listed_on($by_default::date) as listed
        on results.kpi = listed.kpi
        and results.period = listed.period

    left join then_judged
        on results.kpi = then_judged.kpi
        and results.school_id = then_judged.school_id

    where results.level = 'school'
        and results.period = $period
        and is_owed(results.status)
        and not is_unread(results.flags)
        and not kpis.closed

),

with_data as (

    select distinct kpi

    from visible_results_on($on::date)

    where level = 'school'
        and period = $period
        and status <> 'no_data'

),

sorted as materialized (

    select
        judged.*,
        case
            when status = 'overdue' then 'late'
            when status = 'no_data' and kpi not in (from with_data) then 'absent'
            when status = 'no_data' then 'silent'
            when status in ('behind', 'on_track') and days_left between 0 and 14 then 'soon'
            when status = 'behind' and gap > 3 and not fell then 'behind'
            when status = 'behind' and gap <= 3 then 'few'
        end as kind

    from judged

    union all by name

    select
        judged.*,
        'fell' as kind

    from judged

    where fell

),

-- Most findings have many schools: at most 12 of each are kept, and names are sought for the kept findings alone.
findings as (

    select
        kind,
        kpi,
        case when kind in ('behind', 'fell') then school_id end as one_school,
        kpi_ord as position,
        arg_min(status, school_ord) as status,
        count(*) as schools,
        count(*) filter (where worsened) as worsened,
        sum(gap) as gap,
        sum(excess) as excess,
        arg_min(counted, school_ord) as counted,
        arg_min(counted_then, school_ord) as counted_then,
        arg_min(required, school_ord) as required,
        any_value(deadline) as deadline,
        any_value(days_left) as days_left,
        arg_min(school_id, (-gap, school_ord), 12) as school_ids

    from sorted

    where kind is not null
        and kind <> 'silent'

    group by all

    union all by name

    select
        kind,
        arg_min(kpi, kpi_ord) as kpi,
        school_id as one_school,
        school_ord as position,
        count(*) as schools,
        [school_id] as school_ids

    from sorted

    where kind = 'silent'

    group by
        kind,
        school_id,
        school_ord

),

ranked as (

    select
        findings.*,
        row_number() over (
            partition by kind
            order by
                case kind when 'fell' then counted - counted_then end,
                deadline nulls last,
                gap desc nulls last,
                case kind when 'silent' then -schools else 0 end,
                position,
                one_school
        ) as place

    from findings

),

kept as materialized (

    select *

    from ranked

    order by
        place > case kind
            when 'behind' then 4
            when 'silent' then 1
            else 2
        end,
        list_position(['late', 'soon', 'absent', 'fell', 'behind', 'silent', 'few'], kind),
        place

    limit 10

),

named as (

    select
        finding_schools.kind,
        finding_schools.place,
        string_agg(schools.name, '|' order by finding_schools.at) as school_names,
        string_agg(schools.short, '|' order by finding_schools.at) as school_shorts

    from (
        select kind, place, unnest(school_ids) as school_id, unnest(range(len(school_ids))) as at from kept
    ) as finding_schools

    inner join visible_schools as schools
        on finding_schools.school_id = schools.school_id

    group by
        finding_schools.kind,
        finding_schools.place

),

unsaid as (

    select
        school_id,
        string_agg(kpi, '|' order by kpi_ord) as kpi_ids

    from sorted

    where kind = 'silent'
        and school_id in (select one_school from kept where kind = 'silent')

    group by school_id

)

select
    kept.* exclude (school_ids, place),
    named.school_names,
    named.school_shorts,
    case when kept.kind = 'silent' then unsaid.kpi_ids else '' end as kpi_ids,
    kept.place,
    kept.counted - before.counted as gained

from kept

inner join named
    on kept.kind = named.kind
    and kept.place = named.place

left join unsaid
    on kept.one_school = unsaid.school_id

left join visible_states as before
    on kept.kind = 'behind'
    and kept.kpi = before.kpi
    and kept.one_school = before.school_id
    and before.period = $period
    and before.since <= $on::date - 28
    and (before.until is null or before.until > $on::date - 28)

order by
    list_position(['late', 'soon', 'absent', 'fell', 'behind', 'silent', 'few'], kept.kind),
    kept.place
