-- What is on screen: the snapshot's one row.

select *

from snapshot
