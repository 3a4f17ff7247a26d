-- Numbers, with a unit of what is counted behind them; `whole` are whole ones of at most nine digits.
--     24, 24班, 78.5, 1,200人次
create or replace temp table number_map as

with

cleaned as (

    select
        raw,
        word(raw) as word

    from number_texts

),

numbers as (

    select
        raw,
        number_of(word, '個班級|班級|個班|班|人次|人|位|名|分|個|場次|場|次|節|份|件|堂|組') as number,
        word = '' as blank

    from cleaned

)

select
    raw,
    number,
    case when number = trunc(number) and abs(number) < 1000000000 then number::int end as whole,
    blank

from numbers;
