-- Each distinct text is read once: a column of millions of dates holds a few thousand texts.
-- `…_texts` are the distinct raw texts of all columns of that type.

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

-- Dates: year, month, day with - / . or 年月日, 6 to 8 digits, or month first with a time (a sheet in US locale).
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

-- Hours as exact minutes, so that nine times 20 minutes are 3 hours.
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

-- Where a column allows words of its own, a list of them is a yes as well.
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

-- Classes are the pair of grade and class; a class's text may bear the grade as well, which must then be the grade's.
-- No class is what a spreadsheet made of one (a date, an error), a look-alike, several classes, none, or a text longer than
-- any class's name.
create or replace temp table class_map as

with

cleaned as (

    select
        grade_raw,
        class_raw,
        answer(squeeze(grade_raw)) as grade_text,
        upper(answer(squeeze(class_raw))) as class_text

    from class_texts

),

-- 502.0 is 502, and a remark in brackets plays no part; a number in brackets is the class.
plain as (

    select
        *,
        regexp_replace(
            regexp_replace(class_text, '^(\d+)\.0+$', '\1'), '^(.+?)[(\[【〔][^\d)\]】〕]{2,}[)\]】〕](班?)$', '\1\2'
        ) as plain_text

    from cleaned

),

split as (

    select
        *,
        numeral(regexp_extract(grade_text, '^([\d一二三四五六七八九十]{1,3})(年級|年|級)?$', 1)) as own_grade,
        class_parts(plain_text) as parts

    from plain

),

named as (

    select
        *,
        case when own_grade between 1 and 12 then own_grade end as grade,
        numeral(parts[1]) as class_grade,
        coalesce(
            numeral(regexp_extract(parts[2], '^\(?第?(.+?)\)?$', 1))::varchar, nullif(parts[2], '')
        ) as class_name

    from split

)

select
    grade_raw,
    class_raw,
    grade,
    concat_ws('-', coalesce(grade, class_grade), class_name) as class_key,
    coalesce(class_grade not between 1 and 12 or class_grade <> grade, false) as conflict,
    coalesce(is_no_class(class_name), true)
        or is_date_of_class(class_text)
        or is_error(lower(class_text))
        or look_alike_in(class_text) is not null as is_none,
    may_be_none(class_text) or ends_with(class_text, '計') or contains(class_text, '例') as odd,
    grade_text = '' as grade_blank,
    class_text = '' as class_blank

from named;

-- 課程類別 decides, for each category that it lists by its name or by a word of its pattern; where it is blank or names
-- none, the first pattern in the course's name. In the order of the definition.
create or replace temp table category_map as

with

texts as (

    select
        category_raw,
        course_raw,
        list_filter(
            regexp_split_to_array(word(regexp_replace(category_raw, '[\r\n]+', '、', 'g')), '[,、;/+&|]'),
            lambda part: part <> ''
        ) as listed,
        answer(squeeze(course_raw)) as course,
        word(course_raw) as course_word

    from category_texts

),

fits as (

    select
        texts.category_raw,
        texts.course_raw,
        courses.category,
        courses.ord,
        list_has_any(texts.listed, list_append(courses.contains, courses.word)) as is_named,
        len(list_filter(courses.contains, lambda part: contains(texts.course_word, part))) > 0 as is_in_course,
        len(list_filter(courses.never, lambda part: contains(texts.course_word, part))) > 0 as barred

    from texts

    cross join courses

),

decided as (

    select
        category_raw,
        course_raw,
        bool_or(is_named) as is_named,
        case
            when bool_or(is_named) then list(category order by ord) filter (where is_named and not barred)
            else [arg_min(category, ord) filter (where is_in_course and not barred)]
        end as categories

    from fits

    group by all

)

select
    texts.category_raw,
    texts.course_raw,
    texts.course,
    dense_rank() over (order by texts.course)::int as course_id,
    texts.course = '' as blank,
    may_be_none(texts.course) as odd,
    is_error(texts.course_word) as failed,
    len(texts.listed) > 0 and not coalesce(decided.is_named, false) as is_unknown,
    list_filter(coalesce(decided.categories, []), lambda category: category is not null) as categories

from texts

left join decided
    using (category_raw, course_raw);

create or replace temp table courses_taught as
select distinct
    course_id,
    course

from category_map;
