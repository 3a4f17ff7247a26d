-- Accepted rows of each supplied table by the day that they bear, within the 52 weeks up to the chosen day: a day a row
-- where they span ten weeks at most, else a week from Monday. A table is quiet if it had rows, but none in the last four
-- weeks.

with

counted as (

    select
        days.table_name,
        days.day,
        sum(days.rows)::bigint as rows

    from visible_row_days as days

    left join visible_schools as schools
        on days.school_id = schools.school_id

    where $school::varchar is null
        or schools.name = $school::varchar

    group by all

),

span as (

    select
        first_day,
        $on::date - first_day > 70 as by_week

    from (
        select greatest(min(day), date_trunc('week', $on::date)::date - 357) as first_day
        from counted
        where day <= $on::date
    )

),

ends as (

    select
        table_name,
        sum(rows) filter (where day <= $on::date) as rows_in_all,
        sum(rows) filter (where day < first_day) as earlier,
        sum(rows) filter (where day > $on::date) as later,
        sum(rows) filter (where day is null) as undated,
        max(day) filter (where day <= $on::date) as last_day

    from counted

    cross join span

    group by table_name

),

steps as (

    select
        table_name,
        case when by_week then date_trunc('week', day)::date else day end as since,
        case when by_week then least(date_trunc('week', day)::date + 6, $on::date) else day end as until,
        sum(rows) as rows

    from counted

    cross join span

    where day between first_day and $on::date

    group by all

)

select
    tables.table_name,
    tables.label,
    span.by_week,
    coalesce(ends.rows_in_all, 0)::bigint as rows_in_all,
    coalesce(ends.earlier, 0)::bigint as earlier,
    coalesce(ends.later, 0)::bigint as later,
    coalesce(ends.undated, 0)::bigint as undated,
    ends.last_day,
    coalesce(ends.last_day <= $on::date - 28, false) as is_quiet,
    steps.since,
    steps.until,
    steps.rows::bigint as rows

from tables

cross join span

left join ends
    on tables.table_name = ends.table_name

left join steps
    on tables.table_name = steps.table_name

where tables.supplied

order by
    tables.ord,
    steps.since
