-- The indicators of one period, in the definition's order; with a day those that are shown on it by default.

select *

from kpis

semi join listed_on($by_default::date) as listed
    using (kpi, period)

where period = $period

order by ord
