-- 指標結果: `kpi results`, of one day, in the order of the results
select
    programme,
    kpi,
    period,
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
    flags

from visible_results_on($on)

where ($level is null or level = $level)
    and ($kpi is null or kpi = $kpi)
    and ($period is null or period = $period);
