-- What a viewer may see: only the schools of the scope that is set, and nothing where none is; names of persons masked
-- unless it shows them.

create macro in_scope(id) as
    coalesce(getvariable('every_school'), false) or coalesce(list_contains(getvariable('school_ids'), id), false);

-- Whether a file behind a figure was not read: nobody is called late by it, but asked for the file.
create macro is_unread(flags) as contains(flags, 'unreadable_source') or contains(flags, 'stale_source');

-- The figure below which a school is behind on a day: floor(required x elapsed / total), from the start of its pace to its
-- deadline. The same day by day as `behind_from` of 4_results.sql; null where an indicator has no pace.
create macro pace_on(on_day, required, pace_start, deadline) as
    case when deadline > pace_start
        then least(floor(required * greatest(on_day - pace_start, 0) / (deadline - pace_start)), required)
    end;

-- How much is still missing: nothing for who has met it, or is exempt.
create macro gap_of(status, required, counted) as
    case when is_settled(status) then 0 else greatest(required - counted, 0) end;

-- How much a week closes a gap by the deadline.
create macro weekly_of(gap, days_left) as case when gap > 0 and days_left > 0 then gap * 7.0 / days_left end;

create view visible_schools as select * from all_schools where in_scope(school_id);

create view visible_flags as
select
    * exclude (masked_message) replace (
        case when getvariable('names_shown') then message else masked_message end as message
    )

from flags

where in_scope(school_id);

create macro visible_flags_on(on_day) as table
    select * from visible_flags
    where since <= on_day
        and on_day < until;

create view visible_refused_fits as select * from refused_fits where in_scope(school_id);

-- Names are whole only where that was chosen. Masked, two units of a school may look alike: `unit_key` distinguishes them.
create view visible_units as
select
    * exclude (masked_id, masked_label, masked_parts) replace (
        case when getvariable('names_shown') then unit_id else masked_id end as unit_id,
        case when getvariable('names_shown') then unit_label else masked_label end as unit_label,
        case when getvariable('names_shown') then parts else coalesce(masked_parts, parts) end as parts
    ),
    hash(unit_id, unit_label) as unit_key

from units

where in_scope(school_id);

-- The parts of a unit as of a day: how much of each there is, since when it is whole, and how much is missing. To two
-- decimals, in whose favour nothing is rounded: what there is down, what is missing up.
create macro parts_on(parts, on_day) as
    list_transform(
        list_transform(
            parts,
            lambda part: struct_insert(
                part, so_far := list_max(list_filter(part.days, lambda one: one.day <= on_day))
            )
        ),
        lambda part: {
            label: part.label,
            unit: part.unit,
            needed: round(part.needed, 2),
            has: (floor(coalesce(part.so_far.amount, 0)::decimal(24, 6) * 100) / 100)::double,
            lacks: (ceil(greatest(part.needed - coalesce(part.so_far.amount, 0), 0)::decimal(24, 6) * 100) / 100)::double,
            day: case when part.so_far.amount >= part.needed and isfinite(part.so_far.day) then part.so_far.day end
        }
    );

create macro in_figures(amount) as format('{:.12g}', amount);

create macro of_republic(day) as (year(day) - 1911) || strftime(day, '/%m/%d');

-- In words: 「A1 111/05/05」, 「1 小時」 are there; 「A2」, 「還差 2 小時」 are missing. Null where nothing is.
create macro has_on(parts, on_day) as
    nullif(array_to_string(list_transform(
        list_filter(parts_on(parts, on_day), lambda part: part.has > 0 and (part.unit is not null or part.lacks = 0)),
        lambda part: trim(concat_ws(
            ' ', part.label, case when part.unit is null then of_republic(part.day) else in_figures(part.has) || ' ' || part.unit end
        ))
    ), '、'), '');

create macro lacks_on(parts, on_day) as
    nullif(array_to_string(list_transform(
        list_filter(parts_on(parts, on_day), lambda part: part.lacks > 0),
        lambda part: trim(concat_ws(
            ' ', part.label, case when part.unit is not null then '還差 ' || in_figures(part.lacks) || ' ' || part.unit end
        ))
    ), '、'), '');

create view visible_states as
select
    kpi,
    period,
    school_id,
    since,
    until,
    counted,
    base,
    required

from results

where level = 'school'
    and in_scope(school_id);

-- What a programme does not read is there without rows, so that every query of the pages can be asked.
create temp table if not exists budget (
    school_id int,
    year text,
    kind text,
    item text,
    approved bigint,
    spent bigint
);

create temp table if not exists observations (
    school_id int,
    person_id int,
    host_school_id int,
    host_county text,
    host_label text,
    event text,
    date date
);

create temp table if not exists public_lessons (
    school_id int,
    date date,
    class_key text,
    subject text,
    digital boolean
);

-- A snapshot has the accepted rows in words (`accepted_rows`). Of these three tables pages need the values, too.
create table kept_budget as
select
    school_id,
    year,
    kind,
    item,
    approved,
    spent

from budget;

create table kept_observations as
select
    school_id,
    person_id,
    host_school_id,
    host_county,
    host_label,
    event,
    date

from observations;

-- Who gave a lesson is not kept: no page asks.
create table kept_lessons as
select
    school_id,
    date,
    class_label(class_key) as class,
    subject,
    digital

from public_lessons;

create view visible_lessons as select * from kept_lessons where in_scope(school_id);

-- Who came to a school of the scope from another one, and how many; a school outside the scope is not named.
create view visible_visitors as
select
    host_school_id as school_id,
    date,
    case when in_scope(observers.school_id) then observers.school_id end as visitor_id,
    count(distinct person_id) as people

from kept_observations as observers

where host_school_id is not null
    and in_scope(host_school_id)
    and host_school_id is distinct from observers.school_id

group by all;

create view visible_observations as select * from kept_observations where in_scope(school_id);

create view visible_budget as select * from kept_budget where in_scope(school_id);

create view visible_targets_values as select * from targets_values where in_scope(school_id);

create macro visible_results_on(on_day) as table
    select * exclude (since, until) from results
    where since <= on_day
        and on_day < until
        and (school_id is null or in_scope(school_id));

-- A row whose school is unknown belongs to nobody; only who may see every school sees it. Masked, two rows may look alike:
-- `row_key` distinguishes them, and is the same in any snapshot in which the row is refused alike.
create view visible_rejects as
select
    * exclude (masked_places, masked_message, masked_suggestion, masked_original) replace (
        case when getvariable('names_shown') then places else masked_places end as places,
        case when getvariable('names_shown') then message else masked_message end as message,
        case when getvariable('names_shown') then suggestion else masked_suggestion end as suggestion,
        case when getvariable('names_shown') then original else masked_original end as original
    ),
    hash(table_name, file, reason, rejects.original) as row_key

from rejects

where in_scope(school_id)
    or (school_id is null and coalesce(getvariable('every_school'), false));

-- A row that is no record is nobody's to mend, and is counted apart.
create view visible_to_mend as
select * from visible_rejects
where reason <> 'not_a_record';

-- Which indicators the figures of a day lack a row of, by the row. An indicator's name is no secret, whosever figure it is.
create macro could_change_on(on_day) as table
    select
        file_id,
        line,
        list(short order by ord) as could

    from (

        select
            flags.file_id,
            flags.line,
            kpis.short,
            min(kpis.ord) as ord

        from flags

        inner join kpis
            using (kpi, period)

        where flags.flag in ('base_rejected', 'rows_rejected')
            and flags.since <= on_day
            and on_day < flags.until

        group by all

    )

    group by all;

create view visible_resolved_rejects as
select
    * exclude (message, masked_original) replace (
        case when getvariable('names_shown') then original else coalesce(masked_original, '○') end as original
    )

from resolved_rejects

where in_scope(school_id)
    or (school_id is null and coalesce(getvariable('every_school'), false));

-- A row that names no school is counted only for who may see every school.
create view visible_row_days as
select * from row_days
where in_scope(school_id)
    or (school_id is null and coalesce(getvariable('every_school'), false));
