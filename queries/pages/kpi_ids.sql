-- 指標代碼
select kpi from kpis group by kpi order by min(ord);
