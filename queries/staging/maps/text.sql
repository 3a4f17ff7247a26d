-- Texts: names, words of a list, money, periods. Each is read once, as it is written and as words are compared.
--     '　Ａ班 ' -> 'A班'    '無', '-', 'N/A' -> no_id and odd    '(例) 王小明' -> odd    '#REF!' -> failed
-- `name` is without blanks, `word` in lower case, `plain_word` without a remark in brackets; `no_id` is what is no id.
create or replace temp table text_map as

with

cleaned as (

    select
        raw,
        tidy(raw) as text,
        answer(replace(text, ' ', '')) as name

    from text_texts

)

select
    raw,
    nullif(text, '') as text,
    nullif(name, '') as name,
    lower(name) as word,
    lower(without_remark(name)) as plain_word,
    is_error(lower(name)) as failed,
    is_no_id(name) as no_id,
    may_be_none(name) as odd,
    text = '' as blank

from cleaned;
