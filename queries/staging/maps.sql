-- Each distinct text is read once: a column of millions of dates holds a few thousand texts.
-- `…_texts` are the distinct raw texts of all columns of that type.

create or replace temp table text_map as
select
    raw,
    nullif(tidy(raw), '') as text,
    nullif(squeeze(raw), '') as name,
    word(raw) as word,
    word(without_remark(normal(raw))) as plain_word,
    squeeze(raw) = '' as blank

from text_texts;

create or replace temp table date_map as
select
    raw,
    excel,
    timestamp_of(raw, excel) as moment,
    timestamp_of(raw, excel)::date as day,
    squeeze(raw) = '' as blank

from date_texts;

create or replace temp table hours_map as
select
    raw,
    minutes_of(raw) as minutes,
    squeeze(raw) = '' as blank

from hours_texts;

create or replace temp table number_map as
select
    raw,
    number_of(raw, '個班級|班級|個班|班|人|位|名|分|個|次|節') as number,
    whole_of(number) as whole,
    squeeze(raw) = '' as blank

from number_texts;

create or replace temp table yes_no_map as
select
    raw,
    yes_no_of(raw, []) as answer,
    squeeze(raw) = '' as blank

from yes_no_texts;

-- A class's text may bear the grade as well, which must then be the grade's.
create or replace temp table class_map as

with

parts as (

    select
        grade_raw,
        class_raw,
        grade_of(grade_raw) as own_grade,
        numeral(class_parts(class_raw).grade) as class_grade,
        class_name_of(class_raw) as class_name,
        squeeze(grade_raw) = '' as grade_blank,
        squeeze(class_raw) = '' as class_blank

    from class_texts

)

select
    grade_raw,
    class_raw,
    own_grade as grade,
    coalesce(own_grade, class_grade)::varchar as grade_text,
    concat_ws('-', coalesce(own_grade, class_grade), class_name) as class_key,
    case when class_grade is not null and class_grade not between 1 and 12 or class_grade <> own_grade then true else false end as conflict,
    grade_blank,
    class_blank

from parts;

-- 課程類別 decides; where it is blank or unknown, the first pattern found in the course's name.
create or replace temp table category_map as

with

texts as (

    select
        category_raw,
        course_raw,
        word(category_raw) as category_word,
        word(course_raw) as course_word

    from category_texts

),

named as (

    select
        texts.category_raw,
        texts.course_raw,
        courses.category,
        courses.ord,
        courses.word = texts.category_word as given,
        len(list_filter(courses.contains, lambda part: contains(texts.course_word, part))) > 0 as found,
        len(list_filter(courses.never, lambda part: contains(texts.course_word, part))) > 0 as barred

    from texts

    cross join courses

)

select
    category_raw,
    course_raw,
    case
        when bool_or(given)
            then any_value(category) filter (where given and not barred)
        else arg_min(category, ord) filter (where found and not barred)
    end as category

from named

group by all;
