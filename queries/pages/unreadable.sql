-- 讀不進來或有缺損的檔案
-- A file of one school belongs to that school; one of many schools, or of none, is for who may see them all.
select
    file,
    coalesce(problem, stale_because, note) as message,
    problem is null as was_read

from inputs

where coalesce(problem, stale_because, note) is not null
    and (in_scope(school_id) or getvariable('every_school'))

order by file_id;
