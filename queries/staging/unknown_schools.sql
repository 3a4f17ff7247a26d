-- The names of schools that nobody knows and that may be misspelt: not those of another city.
with

named as (

    select
        value,
        stem_of(value) as stem

    from flagged

    where reason = 'unknown_school'

)

select distinct stem

from named

where coalesce(county_in(squeeze(value)), getvariable('city')) = getvariable('city')
    and stem not in (select stem from school_names)
    and stem <> '';
