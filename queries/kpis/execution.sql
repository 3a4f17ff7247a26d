-- 經費執行 (元)
-- What was spent, out of what was approved in the year, without 自籌款: a row is two units, the money spent and the money
-- not yet spent (below 0 where too much was). A school none of whose rows says what was spent has no data.

with

granted as (

    select
        *,
        count(spent) over (partition by school_id, year) as reported_rows

    from budget

    where item <> 'own'

),

parts as (

    select *, 'spent' as part, '已支用' as state, date '-infinity' as attained_on, coalesce(spent, 0) as amount
    from granted
    where reported_rows > 0

    union all by name

    select *, 'left' as part, '未支用' as state, approved - coalesce(spent, 0) as amount
    from granted
    where reported_rows > 0

)

select
    periods.period,
    parts.school_id,
    parts.kind || ' ' || parts.item || ' ' || parts.part as unit_id,
    kinds.label || ' ' || items.label || '，' || parts.state as unit_label,
    null::date as since,
    null::date as until,
    parts.attained_on,
    parts.amount,
    null as person

from parts

inner join periods_of($kpi) as periods
    on parts.year = periods.period

inner join choices_of('budget', 'kind') as kinds
    on parts.kind = kinds.value

inner join choices_of('budget', 'item') as items
    on parts.item = items.value
