-- The programme's periods, in order; with a day those of which an indicator is shown on it by default.

select
    period,
    label,
    start,
    "end"

from periods

where $by_default::date is null
    or period in (select period from listed_on($by_default::date))

order by ord
