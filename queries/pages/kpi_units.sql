-- 指標明細: `kpi units`, the units behind a figure; with $missing those of the base on that day that do not count yet.
-- What has no day counts from the first day that can be written.
select
    units.kpi,
    units.period,
    visible_schools.name as school,
    units.unit_id as unit,
    units.unit_label as label,
    units.since,
    units.until,
    case when units.attained_on = date '-infinity' then date '0001-01-01' else units.attained_on end as attained_on,
    units.amount,
    has_on(units.parts, $on) as has,
    lacks_on(units.parts, $on) as lacks

from visible_units as units

inner join visible_schools
    using (school_id)

inner join kpis
    using (kpi, period)

inner join periods
    on units.period = periods.period

where units.kpi = $kpi
    and ($period is null or units.period = $period)
    and ($school is null or visible_schools.name = $school)
    and (
        not $missing
        or (
            (units.attained_on is null or units.attained_on > $on)
            and units.amount is distinct from 0
            and coalesce(units.since, date '-infinity') <= least($on, coalesce(kpis.deadline, $on))
            and coalesce(units.until, date 'infinity') > least($on, coalesce(kpis.deadline, $on))
        )
    )

order by
    visible_schools.ord,
    periods.ord,
    units.unit_id,
    units.since;
