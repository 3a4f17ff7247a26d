-- 學校名稱
select name from visible_schools order by ord;
