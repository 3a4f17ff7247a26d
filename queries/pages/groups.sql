-- The groups, in the definition's order.

select
    group_id,
    name

from groups

order by ord
