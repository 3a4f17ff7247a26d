-- 期間代碼
select period from periods order by ord;
