-- 指標結果: `kpi results`, of one day, in the order in which the results stand
select
    programme,
    results.kpi,
    results.period,
    level,
    coalesce(group_name, '') as "group",
    coalesce(school_name, '') as school,
    counted,
    base,
    required,
    rate,
    status,
    schools_met,
    schools_judged,
    schools_no_data,
    $on as as_of,
    deadline,
    coalesce(flagged.flags, '') as flags

from visible_results_on($on) as results

left join flags_on($on) as flagged
    on results.kpi = flagged.kpi
    and results.period = flagged.period
    and results.group_id is not distinct from flagged.group_id
    and results.school_id is not distinct from flagged.school_id

where ($level is null or level = $level)
    and ($kpi is null or results.kpi = $kpi)
    and ($period is null or results.period = $period)

order by
    kpi_ord,
    period_ord,
    list_position(['school', 'group', 'city'], level),
    group_ord,
    school_ord;
