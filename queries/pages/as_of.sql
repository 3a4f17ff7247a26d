-- 截至日: the day that the definition pins, if any
select as_of from snapshot;
