-- The groups of 學校名冊, where it decides which schools there are, in the order of their first row.
insert into defined_groups
select
    row_number() over (order by min(rowid)) as group_id,
    arg_min(answer(tidy("group")), rowid) as name

from raw_schools

where squeeze("group") <> ''
    and not is_error(word("group"))
    and rowid not in (select n from no_records where table_name = 'schools')

group by word("group");

insert into group_words
select
    word(name) as word,
    group_id

from defined_groups;
