-- The results of any day: schools, then their groups and the city, which are published complete whatever the scope.

create macro results_on(on_day) as table (

    with

    judged as (

        select
            kpis.kpi,
            kpis.ord as kpi_ord,
            kpis.period,
            kpis.deadline,
            kpis.require,
            groups.group_id,
            groups.ord as group_ord,
            all_schools.school_id,
            all_schools.ord as school_ord,
            all_schools.role,
            states.counted,
            states.base,
            states.required,
            case
                when states.unjudged is not null then states.unjudged
                when states.counted >= states.required then 'met'
                when on_day > kpis.deadline then 'overdue'
                when states.counted
                    < states.required * greatest(on_day - kpis.pace_start, 0) // (kpis.deadline - kpis.pace_start)
                    then 'behind'
                else 'on_track'
            end as status

        from states

        inner join kpis
            using (kpi, period)

        inner join all_schools
            using (school_id)

        inner join groups
            using (group_id)

        where states.since <= on_day
            and on_day < states.until

    ),

    -- The largest team of one school and that of another add up to nothing: without a base there is no sum.
    summed as (

        select
            kpi,
            kpi_ord,
            period,
            deadline,
            require,
            case when grouping(group_id) = 1 then 'city' else 'group' end as level,
            group_id,
            group_ord,
            sum(counted) filter (where status = 'info' or is_judged and base is not null)::bigint as counted,
            sum(base) filter (where is_judged)::bigint as base,
            sum(required) filter (where is_judged and base is not null)::bigint as required,
            count(*) filter (where is_judged) as schools_judged,
            count(*) filter (where status = 'met') as schools_met,
            count(*) filter (where status = 'no_data') as schools_no_data,
            count(*) filter (where status = 'on_track') as schools_on_track,
            count(*) filter (where status = 'behind') as schools_behind,
            count(*) filter (where status = 'overdue') as schools_overdue,
            count(*) filter (where status = 'exempt') as schools_exempt,
            count(*) filter (where status = 'info') as schools_info

        from (select *, status in ('met', 'overdue', 'behind', 'on_track') as is_judged from judged)

        group by grouping sets (
            (kpi, kpi_ord, period, deadline, require, group_id, group_ord),
            (kpi, kpi_ord, period, deadline, require)
        )

    ),

    all_levels as (

        select
            kpi,
            period,
            'school' as level,
            group_id,
            school_id,
            case when status <> 'no_data' then counted end as counted,
            case when status <> 'no_data' then base end as base,
            case when status <> 'no_data' then required end as required,
            status,
            null::bigint as schools_met,
            null::bigint as schools_judged,
            null::bigint as schools_no_data,
            null::bigint as schools_on_track,
            null::bigint as schools_behind,
            null::bigint as schools_overdue,
            null::bigint as schools_exempt,
            deadline,
            kpi_ord,
            1 as level_ord,
            group_ord,
            role,
            school_ord

        from judged

        union all

        select
            kpi,
            period,
            level,
            group_id,
            null,
            counted,
            base,
            required,
            case
                when schools_info > 0 then 'info'
                when schools_judged = 0 and schools_no_data > 0 then 'no_data'
                when schools_judged = 0 then 'exempt'
                when schools_met = schools_judged and schools_no_data = 0 then 'met'
                when schools_met = schools_judged and on_day > deadline then 'overdue'
                when schools_met = schools_judged then 'on_track'
                when schools_overdue > 0 then 'overdue'
                when schools_behind > 0 then 'behind'
                else 'on_track'
            end,
            schools_met,
            schools_judged,
            schools_no_data,
            schools_on_track,
            schools_behind,
            schools_overdue,
            schools_exempt,
            deadline,
            kpi_ord,
            case level when 'group' then 2 else 3 end,
            group_ord,
            null,
            null

        from summed

    )

    select
        *,
        case when base > 0
            then ((counted * 2000000 + base) // (base * 2))::decimal(18, 0) * 0.000001::decimal(7, 6)
        end as rate

    from all_levels

);
