-- 指標結果: `kpi results`, of one day
select
    (select programme from snapshot) as programme,
    r.kpi,
    r.period,
    r.level,
    coalesce(groups.name, '') as "group",
    coalesce(visible_schools.name, '') as school,
    r.counted,
    r.base,
    r.required,
    r.rate,
    r.status,
    r.schools_met,
    r.schools_judged,
    r.schools_no_data,
    $on as as_of,
    r.deadline

from visible_results_on($on) as r

left join groups
    using (group_id)

left join visible_schools
    using (school_id)

where ($level is null or r.level = $level)
    and ($kpi is null or r.kpi = $kpi)

order by
    r.kpi_ord,
    r.period,
    r.level_ord,
    r.group_ord,
    r.role,
    r.school_ord;
