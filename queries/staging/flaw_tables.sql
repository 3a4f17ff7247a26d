-- What is wrong with rows: rows with a fault, a warning or a contradiction, with their raw cells; and of the rejected ones
-- what is legible: null, and for choices and answers every one, is what cannot be read.

create temp table flaws (
    table_name text,
    file_id int,
    line int,
    school_id int,
    fault smallint,
    warned bigint,
    staff_id text,
    person text,
    cells text[],
    extra text[],
    said text,
    kind text,
    other_file_id int,
    other_line int,
    contradicts smallint
);

create temp table refused_rows (
    table_name text,
    file_id int,
    line int,
    school_id int,
    person_id int,
    class_key text,
    event text,
    semester text,
    day date,
    lessons decimal(24, 6),
    minutes decimal(24, 6),
    flags text[],
    words text[],
    any_category boolean,
    staff_id text,
    employment text,
    duty text,
    end_date date
);
