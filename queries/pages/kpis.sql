-- The indicators of one period, in the definition's order; with a day those that are shown on it by default.

select *

from kpis

semi join shown_on($by_default::date) as shown
    using (kpi, period)

where period = $period

order by ord
