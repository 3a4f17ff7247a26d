-- Yes or no: 是, 有, Y, V, ○, 1 and 否, 無, N, ✗, 0, in whatever width and case.
-- Where a column allows words of its own, a list of them is a yes as well: 「教案、學習單」.
create or replace temp table yes_no_map as

with

cleaned as (

    select
        raw,
        without_mark(tidy(raw)) as listed,
        replace(listed, ' ', '') as text

    from yes_no_texts

)

select
    raw,
    yes_no_of(lower(text)) as answer,
    regexp_split_to_array(listed, '[,、;/+&|和及與 ]+') as words,
    tidy(raw) = '' as blank

from cleaned;
