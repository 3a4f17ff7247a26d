-- The indicators of one period, in the definition's order.

select *

from kpis

where period = $period

order by ord
