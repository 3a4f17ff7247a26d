-- What the sentences of reasons.toml ask of a text, and how their places are filled.

create or replace temp macro no_such_month(value) as
    nullif(regexp_extract(value, '^\D*\d+\D+(1[3-9]|[2-9]\d)\D+\d+', 1), '');

-- Whether a text that names a grade at most names no class besides; three or four digits do.
create or replace temp macro names_no_class(squeezed) as
    not regexp_full_match(squeezed, '\d{3,4}班?') and list_transform(
        [regexp_extract(squeezed, '^(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})年級?)?(.*?)班?$', 1)],
        lambda name: name = '' or is_no_class(name)
    )[1];

create or replace temp macro cut(value) as case when length(value) > 40 then value[1:40] || '…' else value end;

-- The values of a sentence's places; a long text is cut.
create or replace temp macro places_of(header, value, look_alike, suggestion, options, other, source) as {
    header: header,
    letter: numbered(look_alike),
    month: no_such_month(value),
    options: options,
    suggestion: suggestion,
    value: cut(value),
    other: other::varchar,
    source: source
};

-- The value comes last: it may hold anything, also what looks like a place.
create or replace temp macro filled(sentence, places) as
    sentence
        .replace('{header}', coalesce(places.header, ''))
        .replace('{letter}', coalesce(places.letter, ''))
        .replace('{month}', coalesce(places.month, ''))
        .replace('{options}', coalesce(places.options, ''))
        .replace('{suggestion}', coalesce(places.suggestion, ''))
        .replace('{other}', coalesce(places.other, ''))
        .replace('{source}', coalesce(places.source, ''))
        .replace('{value}', coalesce(places.value, ''));

create or replace temp macro csv_cell(value) as
    case when regexp_matches(value, '[",\n\r]') then '"' || replace(value, '"', '""') || '"' else value end;

-- A row as its file has it: before each known cell the extra ones there, and behind the last the others.
create or replace temp macro csv_row(cells, extra, known, before) as
    array_to_string(
        list_concat(
            flatten(list_transform(known, lambda place, i: list_concat(
                list_transform(
                    coalesce(extra[coalesce(before[i - 1], 0) + 1:before[i]], []), lambda cell: csv_cell(cell)
                ),
                [csv_cell(cells[place])]
            ))),
            list_transform(coalesce(extra[before[-1] + 1:], []), lambda cell: csv_cell(cell))
        ),
        ','
    );
