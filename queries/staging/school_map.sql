-- A school's name and code to the school. The name decides; where it is blank or unknown, the code does, unless the
-- name's ending is another kind of school. A code beside the name must be that school's. A name that fits two schools
-- needs its code or district, which 學校名冊 has in a column of its own. Never a guess.
create or replace temp table school_map as

with

squeezed as (

    select
        *,
        squeeze(name_raw) as whole,
        answer(whole) as answered

    from school_texts

),

named as (

    select
        *,
        without_code(answered) as name,
        code_beside(answered) as code_beside,
        squeeze(code_raw) as code

    from squeezed

),

texts as materialized (

    select
        name_raw,
        code_raw,
        district_raw,
        squeeze(district_raw) as district,
        whole,
        name,
        code_in(code_beside) as code_beside,
        stem_in(name) as stem,
        kind_in(name) as kind,
        code_in(code) as code

    from named

),

candidates as (

    select
        texts.name_raw,
        texts.code_raw,
        texts.district_raw,
        known_schools.school_id,
        count(*) over (partition by texts.name_raw, texts.code_raw, texts.district_raw) = 1 as alone,
        coalesce(known_schools.code in (texts.code, texts.code_beside), false) as by_code,
        coalesce(
            contains(texts.name, known_schools.district) or texts.district = known_schools.district, false
        ) as by_district

    from texts

    inner join school_names
        on texts.stem = school_names.stem

    inner join known_schools
        on school_names.school_id = known_schools.school_id

),

by_name as (

    select
        name_raw,
        code_raw,
        district_raw,
        case
            when bool_or(alone) then any_value(school_id)
            when count(*) filter (where by_code) = 1 then any_value(school_id) filter (where by_code)
            when count(*) filter (where by_district) = 1 then any_value(school_id) filter (where by_district)
        end as school_id

    from candidates

    group by all

),

decided as (

    select
        texts.*,
        by_name.school_id as named_id,
        by_name.name_raw is not null and by_name.school_id is null as undecided,
        texts.code_beside is null or coalesce(beside.school_id = by_name.school_id, false) as agree,
        school_codes.school_id as coded_id,
        kind_of(known_schools.name) as coded_kind

    from texts

    left join by_name
        using (name_raw, code_raw, district_raw)

    left join school_codes
        on texts.code = school_codes.code

    left join known_schools
        on school_codes.school_id = known_schools.school_id

    left join school_codes as beside
        on texts.code_beside = beside.code

)

select
    name_raw,
    code_raw,
    district_raw,
    name,
    stem,
    kind,
    name = '' and code is null as blank,
    may_be_none(whole) as odd,
    is_error(lower(name)) as name_failed,
    coalesce(is_error(lower(code)), false) as code_failed,
    case
        when named_id is not null and (coded_id <> named_id or not agree) then null
        when named_id is not null then named_id
        when undecided then null
        when kind is null or coded_kind is null or kind = coded_kind then coded_id
    end as school_id

from decided;
