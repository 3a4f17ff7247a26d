-- The texts of `person_texts` that name a person, each cell once; `names` are those in it, if marks separate them.

create or replace temp table person_cells as
select
    row_number() over () as cell,
    person_texts.*,
    school_map.school_id,
    coalesce(school_map.blank, true) as school_blank,
    -- A mark between names is rare, and only then is a cell taken apart.
    case
        when not regexp_matches(person_texts.name_raw, '[^\x{4E00}-\x{9FFF}]') then [person_texts.name_raw]
        when is_error(lower(squeeze(person_texts.name_raw))) then [person_texts.name_raw]
        else names_in(person_texts.name_raw)
    end as names,
    len(names) > 1 or regexp_matches(person_texts.name_raw, '.[及與和].') as may_be_several

from person_texts

left join school_map
    on person_texts.school_raw = school_map.name_raw
    and person_texts.code_raw = school_map.code_raw
    and school_map.district_raw = '';

-- The persons of the cells that name several, in their order.
create or replace temp table person_parts (cell bigint, part text, place bigint, staff_part text);
