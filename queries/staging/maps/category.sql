-- The categories of a course. 課程類別 decides, for each category that it lists by its name or by a word of its pattern;
-- where it is blank or names none, the first pattern in the course's name. In the order of the definition.
--     'A1、資安' -> A1 and 資安    '' beside 'A2數位學習工作坊(二)' -> A2    '其他' -> unknown, and what the name says
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
