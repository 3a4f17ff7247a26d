-- Classes are the pair of grade and class; a class's text may bear the grade as well, which must then be the grade's.
--     五年二班, 502, 5-2 -> 5-2    五 beside 二班, 2 -> 5-2    忠班 -> 忠    502.0 -> 5-2
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
