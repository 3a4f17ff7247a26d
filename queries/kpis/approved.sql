-- 核定補助 (元)
-- The approved money of the period's years, of the indicator's kinds, without 自籌款. Money has no day: it counts on every
-- day. A row that does not count is a unit of 0, so that a school with rows has data.

select
    periods.period,
    budget.school_id,
    budget.year || ' ' || budget.kind || ' ' || budget.item as unit_id,
    years.label || ' ' || kinds.label || ' ' || items.label as unit_label,
    null::date as since,
    null::date as until,
    date '-infinity' as attained_on,
    case when wanted.word is not null and budget.item <> 'own' then budget.approved else 0 end as amount,
    null as person

from budget

inner join periods as years
    on budget.year = years.period

inner join periods_of($kpi) as periods
    on years.start between periods.window_start and periods.window_end

inner join choices_of('budget', 'kind') as kinds
    on budget.kind = kinds.value

inner join choices_of('budget', 'item') as items
    on budget.item = items.value

left join words_of($kpi, 'kinds') as wanted
    on budget.kind = wanted.word
