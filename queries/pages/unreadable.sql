-- 讀不進來的檔案
select file, problem from inputs where problem is not null order by file_id;
