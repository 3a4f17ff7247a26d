-- 有應評學校: a programme without a school has nothing to publish.
select 'no school' as fault

where not exists (from all_schools);
