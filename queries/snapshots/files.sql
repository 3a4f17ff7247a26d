-- The files and worksheets that a snapshot has rows of, and when each was last read from the folder itself.
select
    inputs.file,
    inputs.path,
    inputs.sha256,
    coalesce(inputs.stale_since, snapshot.built_at) as good_at,
    inputs.modified_at

from inputs, snapshot

where inputs.table_name is not null
    and inputs.problem is null
    and inputs.link is null;
