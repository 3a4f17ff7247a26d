-- 退回的列: `kpi rejects`; with $all the warnings too
select
    severity,
    table_name as "table",
    file,
    line,
    reason,
    message,
    coalesce(suggestion, '') as suggestion,
    original

from visible_rejects

where $all
    or severity = 'rejected'

order by
    file,
    line,
    severity;
