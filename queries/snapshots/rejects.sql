-- The rejected rows and warnings of a snapshot. One of a version that masked no names lacks a column, as it may.
select
    columns(lambda name: name in (
        'severity', 'table_name', 'file', 'line', 'reason', 'message', 'original', 'masked_original', 'school_id', 'first_seen'
    ))

from rejects;
