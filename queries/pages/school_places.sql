-- The place of each school in each indicator that requires something: its share of what is required, at most all of it, and
-- its rank by that among the schools in scope that can be judged. Equal shares share a rank. In the last quarter are those
-- whom at least three quarters of these schools are ahead of. A ceiling is kept and not reached: it has no rank. With
-- `by_default`, of the indicators shown by default that day.

with

judged as (

    select
        results.*,
        least(results.counted / results.required, 1) as share

    from visible_results_on($on::date) as results

    inner join kpis
        on results.kpi = kpis.kpi
        and results.period = kpis.period

    semi join listed_on($by_default::date) as listed
        on results.kpi = listed.kpi
        and results.period = listed.period

    where results.level = 'school'
        and results.period = $period
        and is_judged(results.status)
        and results.required > 0
        and kpis."require" not in ('ceiling', 'none')

),

ranked as (

    select
        *,
        rank() over (partition by kpi order by share desc) as rank,
        count(*) over (partition by kpi) as schools

    from judged

)

select
    ranked.kpi,
    ranked.level,
    ranked.period,
    ranked.school_id,
    schools.name as school_name,
    ranked.counted,
    ranked.base,
    ranked.required,
    ranked.status,
    ranked.flags,
    ranked.share,
    ranked.rank,
    ranked.schools,
    4 * (ranked.rank - 1) >= 3 * ranked.schools as is_last_quarter

from ranked

inner join visible_schools as schools
    on ranked.school_id = schools.school_id

order by
    ranked.kpi_ord,
    schools.ord
