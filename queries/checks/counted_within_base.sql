-- 計數不超過基數: whoever counts is in the base, where the base is the roster's.
select
    states.kpi,
    states.school_id,
    states.since,
    states.counted,
    states.base

from states

inner join kpis
    using (kpi, period)

where kpis.base = 'staff'
    and states.counted > states.base;
