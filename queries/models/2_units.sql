-- Whom or what each indicator counts: empty, and filled by the query of each in turn. Names of persons are masked beside.
create table units (
    kpi text,
    period text,
    school_id int,
    unit_id text,
    unit_label text,
    since date,
    until date,
    attained_on date,
    amount decimal(38, 6),
    masked_id text,
    masked_label text,
    parts struct(
        label text,
        unit text,
        needed double,
        days struct(day date, amount double)[]
    )[],
    masked_parts struct(
        label text,
        unit text,
        needed double,
        days struct(day date, amount double)[]
    )[]
);
