-- A school's money, per year and in all (a row without a period): what was approved and spent of each part. `granted` is
-- 經常門 and 資本門 together; 自籌款 is apart. Nothing approved, or nothing said of what was spent, is blank and not 0.
-- What was spent is a share of `reported_approved`: the money of the years of which anything was said.

with

parts (part, part_ord, of_kind, is_own) as (

    values
        ('current', 1, 'current', false),
        ('capital', 2, 'capital', false),
        ('granted', 3, null, false),
        ('own', 4, null, true)

),

years as (

    select
        period,
        label,
        ord

    from periods

    where kind = 'year'

    union all by name

    select '合計' as label

),

rows_of_school as (

    select
        *,
        count(spent) filter (where item <> 'own') over (partition by year) as reported_rows

    from visible_budget

    where school_id = $school_id::integer

)

select
    years.period,
    years.label,
    parts.part,
    count(money.school_id) as rows,
    sum(money.approved) as approved,
    sum(money.spent) as spent,
    sum(money.approved) filter (where money.reported_rows > 0) as reported_approved,
    count(money.school_id) filter (where money.spent is null) as unsaid

from years

cross join parts

left join rows_of_school as money
    on (years.period is null or money.year = years.period)
    and (money.item = 'own') = parts.is_own
    and (parts.of_kind is null or money.kind = parts.of_kind)

group by
    years.period,
    years.label,
    years.ord,
    parts.part,
    parts.part_ord

order by
    years.ord nulls last,
    parts.part_ord
