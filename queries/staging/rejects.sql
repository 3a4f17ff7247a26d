-- The rejected rows and the warnings of all tables, each with a sentence that says how to mend it.
-- A row whose school cannot be read belongs to the school that its file is named after, if any. It is known since the
-- former snapshot had one of the same file, reason and text.
create table rejects as

with

-- Who bears the name at the school that the row names, for a wrong or missing 教師編號.
same_names as (

    select
        school_id,
        name,
        string_agg(distinct staff_id, '、' order by staff_id) as staff_ids

    from bearers

    where name in (select person from flagged)

    group by all

),

names_of_ids as (

    select
        staff_id,
        string_agg(distinct written, '、' order by written) as names

    from id_names

    where staff_id in (select staff_id from flagged)

    group by all

),

squeezed as (

    select
        *,
        squeeze(value) as squeezed

    from flagged

),

-- What a value would be as a school's name, also with the usual characters in place of those that look like them.
likened as (

    select
        *,
        answer(squeezed) as answered,
        answer(as_usual(squeezed)) as usual,
        look_alike_in(squeezed) as look_alike

    from squeezed

),

named as (

    select
        *,
        stem_in(without_code(answered)) as stem,
        stem_in(without_code(usual)) as usual_stem

    from likened

),

suggested as (

    select
        flagged.*,
        coalesce(flagged.school_id, files.school_id) as owner_id,
        files.file,
        files.known,
        files.before,
        files.link as sheet_link,
        case
            when reason = 'unknown_school' then likely_schools.name
            when reason = 'unknown_person' and flagged.staff_id <> '' then same_names.staff_ids
            when reason = 'ambiguous_person' and flagged.staff_id <> '' then names_of_ids.names
            when reason = 'ambiguous_person' then same_names.staff_ids
        end as suggestion,
        case
            when reason = 'ambiguous_person' and flagged.staff_id <> '' then masked_person(suggestion)
            else suggestion
        end as masked_suggestion

    from named as flagged

    inner join files
        using (file_id)

    left join likely_schools
        on flagged.reason = 'unknown_school'
        and flagged.stem = likely_schools.stem

    left join same_names
        on flagged.school_id = same_names.school_id
        and flagged.person = same_names.name

    left join names_of_ids
        on flagged.staff_id = names_of_ids.staff_id

),

worded as (

    select
        suggested.*,
        case
            when reason <> 'not_a_record' then column_letters(
                suggested.before[list_position(suggested.known, column_types.ord)]
                + list_position(suggested.known, column_types.ord)
            ) || suggested.line
        end as cell,
        coalesce(
            cell_sentence(reason, lower(answered), look_alike, suggestion, usual_stem),
            sentence(
                reason,
                column_types.type, column_types.life, value, squeezed, suggestion, column_types.options,
                suggested.staff_id <> '',
                days.day > getvariable('today'),
                table_name in ('schools', 'staff'),
                other_file_id = suggested.file_id,
                kind
            )
        ) as sentence,
        places_of(header, value, look_alike, suggestion, column_types.options, other_line, others.file) as said,
        column_types.type = 'person' as is_person

    from suggested

    left join column_types
        using (table_name, column_name)

    left join files as others
        on suggested.other_file_id = others.file_id

    left join (select raw, max(day) as day from date_map group by raw) as days
        on suggested.reason = 'out_of_range'
        and suggested.value = days.raw

),

masked as (

    select
        *,
        struct_update(
            said,
            letter := case when is_person then '○' else said.letter end,
            suggestion := masked_suggestion,
            value := cut(masked_value)
        ) as masked_said

    from worded

),

known as (

    select
        severity,
        table_name,
        file,
        reason,
        original,
        min(first_seen) as first_seen

    from former_rejects

    group by all

)

select
    severity,
    table_name,
    file,
    line,
    reason,
    filled(sentence, said) as message,
    suggestion,
    original,
    owner_id as school_id,
    cell,
    sheet_link || '&range=' || coalesce(cell, line || ':' || line) as link,
    sentence,
    said as places,
    masked_said as masked_places,
    filled(sentence, masked_said) as masked_message,
    masked_suggestion,
    masked_original,
    file_id,
    coalesce(known.first_seen, getvariable('now')::timestamp) as first_seen

from masked

left join known
    using (severity, table_name, file, reason, original)

order by file_id, line, severity, reason;
