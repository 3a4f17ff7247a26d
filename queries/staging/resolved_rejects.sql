-- What the former snapshot refused and this one does not: mended, or taken away.
create table resolved_rejects as
select
    former_rejects.*,
    getvariable('now')::timestamp as resolved_at

from former_rejects

where not exists (
    from rejects
    where rejects.severity = former_rejects.severity
        and rejects.table_name = former_rejects.table_name
        and rejects.file = former_rejects.file
        and rejects.reason = former_rejects.reason
        and rejects.original is not distinct from former_rejects.original
);
