-- What became of the rows of each file, and of each table.
create table inputs as

with

rejected as (

    select
        file_id,
        count(*) as rejected,
        count(*) filter (reason = 'not_a_record') as no_record

    from flagged

    where severity = 'rejected'

    group by file_id

),

-- Each row was accepted, says again what another says, or was rejected.
counted as (

    select
        file_id,
        fates.rows - fates.duplicate as accepted,
        fates.duplicate,
        coalesce(rejected.rejected, 0) as rejected,
        coalesce(rejected.no_record, 0) as no_record

    from fates

    left join rejected
        using (file_id)

),

warned as (

    select
        file,
        count(*) as warnings

    from rejects

    where severity = 'warning'

    group by file

)

select
    file_id,
    coalesce(left(file, len(file) - len(worksheet) - 1), file) as path,
    file,
    worksheet as sheet,
    link,
    files.table_name,
    labels.label as label,
    size,
    modified_at,
    sha256,
    encoding,
    read,
    coalesce(accepted, 0) as accepted,
    coalesce(duplicate, 0) as duplicate,
    coalesce(rejected, 0) as rejected,
    coalesce(no_record, 0) as no_record,
    coalesce(warnings, 0) as warnings,
    note,
    problem,
    left_out,
    likely,
    probable.label as likely_label,
    stale_since,
    stale_because,
    school_id,
    header_row

from files

left join counted
    using (file_id)

left join warned
    using (file)

left join table_labels as labels
    using (table_name)

left join table_labels as probable
    on files.likely = probable.table_name

order by file_id;

create table tables as
select
    labels.*,
    count(inputs.file_id) filter (where inputs.problem is null) as files,
    coalesce(sum(read), 0)::bigint as read,
    coalesce(sum(accepted), 0)::bigint as accepted,
    coalesce(sum(duplicate), 0)::bigint as duplicate,
    coalesce(sum(rejected), 0)::bigint as rejected,
    coalesce(sum(no_record), 0)::bigint as no_record,
    coalesce(sum(warnings), 0)::bigint as warnings,
    max(inputs.modified_at) filter (where inputs.problem is null) as changed_at

from table_labels as labels

left join inputs
    using (table_name)

group by all

order by labels.ord;
