-- What a page shows, and whom it asks, where nobody names a period: on each day, for each indicator,
-- - the periods under way that have figures (a school can be judged),
-- - those that are over and not settled: a school has not met it, or cannot be judged; until the definition closes it,
-- - an exceeded ceiling on whatever day, for it has none,
-- - and so that each indicator is always there, the last one begun that has figures. A new period takes
--   its place on the first day of its figures, else when it is over.
-- Periods of one kind follow each other; a year and a semester are side by side.

create table default_periods as

with

lives as (

    select
        kpis.kpi,
        kpis.period,
        kpis.begins,
        kpis.ends,
        kpis.closed,
        kpis."require",
        periods.kind,
        periods.ord,
        case
            when first_figures.day <= kpis.ends then greatest(first_figures.day, kpis.begins)
            else kpis.ends + 1
        end as figures_from

    from kpis

    inner join periods
        on kpis.period = periods.period

    left join (
        select
            kpi,
            period,
            min(since) as day

        from sums

        where group_id is null
            and schools_judged + schools_info > 0

        group by all
    ) as first_figures
        on kpis.kpi = first_figures.kpi
        and kpis.period = first_figures.period

),

in_turn as (

    select
        *,
        row_number() over (partition by kpi, kind order by begins, ord) as place

    from lives

),

unsettled as (

    select
        kpi,
        period,
        since,
        until,
        schools_overdue > 0 as is_overdue

    from sums

    where group_id is null
        and schools_on_track + schools_behind + schools_overdue + schools_no_data > 0

),

stretches as (

    select kpi, period, figures_from as since, ends + 1 as until
    from in_turn
    where not closed

    union all

    -- A later one may have figures sooner.
    select
        kpi,
        period,
        case when place = 1 then date '-infinity' else figures_from end,
        coalesce(
            min(figures_from) over (
                partition by kpi, kind order by place rows between 1 following and unbounded following
            ),
            date 'infinity'
        )
    from in_turn

    union all

    select
        lives.kpi,
        lives.period,
        case
            when lives."require" = 'ceiling' and unsettled.is_overdue then unsettled.since
            else greatest(unsettled.since, lives.ends + 1)
        end,
        unsettled.until
    from lives
    inner join unsettled
        using (kpi, period)
    where lives."require" <> 'none'
        and not lives.closed

),

-- Stretches that touch are one.
begun as (

    select
        *,
        coalesce(
            since > max(until) over (
                partition by kpi, period order by since, until rows between unbounded preceding and 1 preceding
            ),
            true
        ) as begins

    from stretches

    where since < until

),

numbered as (

    select
        *,
        count(*) filter (where begins) over (
            partition by kpi, period order by since, until rows unbounded preceding
        ) as stretch

    from begun

)

select
    kpi,
    period,
    min(since) as since,
    max(until) as until

from numbered

group by
    kpi,
    period,
    stretch;

-- The indicators of each period that are listed on a day; without a day, all. A closed period asks nobody.
create macro listed_on(on_day) as table
    select
        default_periods.kpi,
        default_periods.period,
        kpis.closed

    from default_periods

    inner join kpis
        using (kpi, period)

    where since <= on_day
        and on_day < until

    union all

    select
        kpi,
        period,
        closed

    from kpis

    where on_day is null;
