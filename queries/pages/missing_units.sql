-- 還沒完成的人、班: who of each school's base does not count yet on a day, by indicator.

with

evaluated as (

    select
        units.*,
        least($on::date, coalesce(kpis.deadline, $on::date)) as base_day

    from visible_units as units

    inner join kpis
        on units.kpi = kpis.kpi
        and units.period = kpis.period

    where units.period = $period
        and kpis.base = 'staff'

)

select
    school_id,
    kpi,
    unit_label

from evaluated

where amount is distinct from 0
    and (since is null or since <= base_day)
    and (until is null or base_day < until)
    and (attained_on is null or attained_on > $on::date)

order by
    school_id,
    kpi,
    unit_label
