-- Dates: year, month, day with - / . or 年月日, 6 to 8 digits, or month first with a time (a sheet in US locale).
--     111/10/07, 2022-10-7, 111.10.7, 民國111年10月7日, 1111007, 20221007    10/7/2022 15:21:45
-- A year below 1000 is ROC. A form's time may follow: 「下午 3:21:45」, 「3:21:45 下午 GMT+8」, 「15:21:45」.
-- An instant with a zone is the day in Taiwan. A bare number below 100000 in a workbook's cell is Excel's serial day.
create or replace temp table date_map as

with

cleaned as (

    select
        raw,
        excel,
        upper(tidy(raw)) as whole

    from date_texts

),

plain as (

    select
        raw,
        excel,
        whole,
        case when has_more(whole) then plain_day(whole) else whole end as text

    from cleaned

),

spaced as (

    select
        raw,
        excel,
        whole,
        case
            when contains(text, '午') then trim(regexp_replace(text, ' ?(上午|下午) ?', ' \1 ', 'g'))
            else text
        end as text

    from plain

),

-- Most texts have no clock: looking for one is what takes long.
halved as (

    select
        raw,
        excel,
        whole,
        case when contains(text, ':') then trim(regexp_replace(text, clock_pattern(), '')) else text end as head,
        case when contains(text, ':')
            then regexp_extract(text, clock_pattern(), ['before', 'hour', 'minute', 'second', 'after', 'zone'])
        end as clock

    from spaced

),

spelled as (

    select
        raw,
        excel,
        whole,
        clock,
        clock.before || clock.after as half,
        case
            when regexp_full_match(head, '\d{1,2}/\d{1,2}/\d{4}')
                then case when clock.hour <> '' then regexp_replace(head, '(\d+)/(\d+)/(\d+)', '\3-\1-\2') end
            when regexp_full_match(
                head, '(中華民國|民國)? ?\d{1,4} ?(年 ?\d{1,2} ?月 ?\d{1,2} ?日|[-/.] ?\d{1,2} ?[-/.] ?\d{1,2})'
            )
                then regexp_replace(head, '^\D*(\d+)\D+(\d+)\D+(\d+)\D*$', '\1-\2-\3')
            when regexp_full_match(head, '\d{6,8}')
                then regexp_replace(head, '^(\d+)(\d{2})(\d{2})$', '\1-\2-\3')
        end as day

    from halved

),

numbered as (

    select
        raw,
        excel,
        whole,
        half,
        day,
        clock.zone as zone,
        split_part(day, '-', 1)::int as year,
        coalesce(try_cast(clock.hour as int), 0) as hour,
        coalesce(try_cast(clock.minute as int), 0) as minute,
        coalesce(try_cast(clock.second as int), 0) as second

    from spelled

),

dated as (

    select
        raw,
        excel,
        whole,
        zone,
        case
            when year = 0 then null
            when year < 1000 then try_cast((year + 1911) || day[strpos(day, '-'):] as date)
            else try_cast(day as date)
        end as day,
        case
            when half in ('下午', 'PM') and hour < 12 then hour + 12
            when half in ('上午', 'AM') and hour = 12 then 0
            when half in ('上午', 'AM') and hour > 12 then 99
            else hour
        end as hour,
        minute,
        second

    from numbered

),

timed as (

    select
        raw,
        excel,
        whole,
        case
            when excel and regexp_full_match(whole, '\d{1,5}(\.\d+)?')
                then timestamp '1899-12-30' + to_seconds(round(try_cast(whole as double) * 86400)::bigint)
            when minute < 60 and second < 60 and hour * 3600 + minute * 60 + second <= 86400
                then day + to_seconds(hour * 3600 + minute * 60 + second)
                    + case
                        when zone <> '' then to_minutes(8 * 60 - zone_minutes(zone))
                        else interval 0 minute
                    end
        end as moment

    from dated

)

select
    raw,
    excel,
    moment,
    moment::date as day,
    whole = '' as blank

from timed;
