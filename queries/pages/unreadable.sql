-- 讀不進來或有缺損的檔案
select
    file,
    coalesce(problem, note) as message,
    problem is null as was_read

from inputs

where problem is not null
    or note is not null

order by file_id;
