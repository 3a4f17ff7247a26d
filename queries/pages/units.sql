-- Who or what is behind a school's figures: done with the day since when, or missing, of those in the base that day;
-- with the parts of each as of that day. Of classes, which the roster only counts, those missing of which a part is there.

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

    where units.school_id = $school_id::integer
        and units.period = $period
        and ($kpi is null or units.kpi = $kpi)

)

select
    kpi,
    unit_id,
    unit_label,
    unit_key,
    case when base = 'staff' then since end as since,
    case when isfinite(attained_on) then attained_on end as attained_on,
    amount,
    parts,
    base,
    coalesce(attained_on <= $on::date, false) as done

from evaluated

where amount is distinct from 0
    and (
        attained_on <= $on::date
        or base <> 'classes'
        or (base = 'classes' and len(list_filter(parts, lambda part: part.has > 0)) > 0)
    )
    and (
        base is null
        or (
            (since is null or since <= base_day)
            and (until is null or base_day < until)
        )
    )

order by
    kpi,
    done,
    attained_on,
    unit_label,
    unit_id,
    unit_key
