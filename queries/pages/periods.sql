-- The programme's periods, in order.

select
    period,
    label,
    start,
    "end"

from periods

order by ord
