-- Since when each rejected row or warning is known: a row is the same while its file, reason and text are.
create or replace table rejects as

with

known as (

    select
        severity,
        table_name,
        file,
        reason,
        original,
        min(first_seen) as first_seen

    from former_rejects

    group by all

)

select
    rejects.*,
    coalesce(known.first_seen, getvariable('now')::timestamp) as first_seen

from rejects

left join known
    using (severity, table_name, file, reason, original);

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
