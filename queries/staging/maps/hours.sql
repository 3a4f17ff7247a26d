-- Hours as exact minutes, so that nine times 20 minutes are 3 hours.
--     3, 1.5, 三小時, 3 hrs, 3個小時整    90分鐘, 1小時30分, 3:00
-- `credited` are those that a row may have: more than 0, at most 12000 minutes.
create or replace temp table hours_map as

with

cleaned as (

    select
        raw,
        word(raw) as word,
        minutes_in(word) as minutes

    from hours_texts

),

numbers as (

    select
        raw,
        case
            when minutes <> '' then try_cast(minutes as decimal(30, 12))::decimal(38, 12)
            else number_of(word, '(?:個小時|小時|時|鐘頭|hours|hour|hrs|hr|h)整?') * 60::decimal(4)
        end as minutes,
        word = '' as blank

    from cleaned

)

select
    raw,
    minutes,
    case when minutes > 0 and minutes <= 12000 then minutes::decimal(18, 12) end as credited,
    blank

from numbers;
