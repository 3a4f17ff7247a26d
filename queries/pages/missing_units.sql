-- 還沒完成的人、班: who of each school's base does not count yet on a day, by indicator, with what each has and lacks. Of
-- what is no person only those that have parts, and of classes, which the roster only counts, those of which one is there.

with

evaluated as (

    select
        units.* replace (parts_on(units.parts, $on::date) as parts),
        kpis.base,
        least($on::date, coalesce(kpis.deadline, $on::date)) as base_day

    from visible_units as units

    inner join kpis
        on units.kpi = kpis.kpi
        and units.period = kpis.period

    where units.period = $period
        and (kpis.base = 'staff' or units.parts is not null)

)

select
    school_id,
    kpi,
    unit_label,
    parts

from evaluated

where amount is distinct from 0
    and (since is null or since <= base_day)
    and (until is null or base_day < until)
    and (attained_on is null or attained_on > $on::date)
    and (
        base in ('staff', 'units')
        or (base = 'classes' and len(list_filter(parts, lambda part: part.has > 0)) > 0)
    )

order by
    school_id,
    kpi,
    unit_label
