-- Which schools there are, by which names and codes.
-- The definition's where it lists them (學校名冊 then only lends codes), else those of 學校名冊: one stem is two schools
-- if the codes differ or, where a code is missing, the districts.

create or replace temp table claims as

with

squeezed as (

    select
        rowid as n,
        school,
        answer(squeeze(school)) as answered,
        word(school_code) as code_word,
        squeeze(district) as district

    from raw_schools

    where rowid not in (select n from no_records where table_name = 'schools')

),

named as (

    select
        *,
        stem_in(without_code(answered)) as stem,
        code_beside(answered) as code_beside

    from squeezed

    where not is_error(lower(answered))
        and not is_none(answered)

)

select
    n,
    -- As it is written, but for what plays no part in it.
    case
        when regexp_matches(school, '^[\s\x{3000}]*[''=]|[&\p{Cc}\p{Cf}\x{FE00}-\x{FE0F};,、；，]') or code_beside is not null
            then without_code(answer(tidy(school)))
        else regexp_replace(school, '^[\s\x{3000}]+|[\s\x{3000}]+$', '', 'g')
    end as name,
    stem,
    code_in(case when is_error(code_word) or ltrim(code_word, '0') = '' then code_beside else code_word end) as code,
    case when not is_error(lower(answer(district))) then nullif(district, '') end as district

from named

where stem <> '';

-- A code belongs to the definition's school, else to the first name that claims it, of a school to which the definition
-- gives none.
create or replace temp table code_owners as
select
    code,
    stem

from defined_schools

where code is not null

union all

select
    code,
    arg_min(stem, n) as stem

from claims

where code is not null
    and code not in (select code from defined_schools where code is not null)
    and stem not in (
        select stem_of(alias) from defined_aliases
        inner join defined_schools on defined_aliases.school = defined_schools.name
        where code is not null
    )
    and stem not in (select stem from defined_schools where code is not null)

group by code;

create or replace temp table identified as

with

coded as (

    select
        claims.*,
        stem || '#' || code as identity

    from claims

    inner join code_owners
        using (code, stem)

),

uncoded as (

    select
        claims.n,
        any_value(claims.name) as name,
        any_value(claims.stem) as stem,
        any_value(claims.code) as code,
        any_value(claims.district) as district,
        coalesce(min(coded.identity), any_value(claims.stem) || '@' || coalesce(any_value(claims.district), '')) as identity

    from claims

    left join coded
        on claims.stem = coded.stem
        and (claims.district = coded.district or claims.district is null or coded.district is null)

    where claims.code is null

    group by claims.n

)

select * from coded

union all by name

select * from uncoded;

create or replace temp table known_schools as
select
    ord as school_id,
    ord,
    name,
    stem,
    code,
    null::varchar as district

from defined_schools

union all

select
    row_number() over (order by min(n))::int as school_id,
    row_number() over (order by min(n))::int as ord,
    arg_min(name, n) as name,
    arg_min(stem, n) as stem,
    arg_min(code, n) as code,
    arg_min(district, n) as district

from identified

where not getvariable('schools_listed')

group by identity;

create or replace temp table school_names as
select
    stem,
    school_id

from known_schools

union

select
    stem_of(alias),
    known_schools.school_id

from defined_aliases

inner join known_schools
    on defined_aliases.school = known_schools.name;

create or replace temp table school_codes as
select
    code,
    school_id

from known_schools

where code is not null

union

select
    code_owners.code,
    school_names.school_id

from code_owners

inner join school_names
    using (stem)

where getvariable('schools_listed');
