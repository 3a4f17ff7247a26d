-- A school's own targets, one row an item and period: what was set, what is reached on the day, and whether that is enough.
-- A period is compared with the value of the day, or of the period's last day once that is over. Reached or not is what the
-- indicator's units say; an item that is never judged has no status, one without a target in a period is exempt there.

with

evaluated as (

    select
        reached.kpi,
        reached.item,
        reached.period,
        periods.label as period_label,
        periods.ord as period_ord,
        coalesce(kpis.opens, date '-infinity') as opens,
        kpis.deadline,
        least($on::date, kpis.deadline) as compared_on,
        any_value(reached.label) as label,
        any_value(reached.kind) as kind,
        any_value(reached.unit) as unit,
        any_value(reached."current") as "current",
        any_value(reached.own_goal) as own_goal,
        any_value(reached.goal) as goal,
        any_value(reached.place) as place,
        arg_max(reached.value, reached.day) filter (where reached.day <= least($on::date, kpis.deadline)) as value

    from visible_targets_values as reached

    inner join kpis
        on reached.kpi = kpis.kpi
        and reached.period = kpis.period

    inner join periods
        on reached.period = periods.period

    where reached.school_id = $school_id::integer

    group by all

)

select
    evaluated.item,
    evaluated.label,
    evaluated.kind,
    evaluated.unit,
    evaluated."current",
    evaluated.period,
    evaluated.period_label,
    evaluated.own_goal,
    evaluated.goal,
    case when evaluated.opens <= $on::date then evaluated.compared_on end as compared_on,
    evaluated.value,
    case
        when evaluated.kind <> 'measured' then null
        when $on::date < evaluated.opens then 'upcoming'
        when units.amount = 0 then 'exempt'
        when units.amount is null then 'no_data'
        when units.attained_on <= evaluated.compared_on then 'met'
        when $on::date > evaluated.deadline then 'overdue'
        else 'on_track'
    end as status

from evaluated

left join visible_units as units
    on evaluated.kpi = units.kpi
    and evaluated.period = units.period
    and evaluated.item = units.unit_id
    and units.school_id = $school_id::integer
    and units.since <= evaluated.compared_on
    and (units.until is null or evaluated.compared_on < units.until)

order by
    evaluated.place,
    evaluated.item,
    evaluated.period_ord
