-- What is known to be wrong with the data behind a figure (資料註記), a row a cause, with the days on which it holds:
-- unreadable_source, stale_source, base_rejected, rows_rejected and no_rows, as `kpi flags` lists them.

-- A row without any value is none, and one that is no record is nobody's to mend.
delete from refused_rows
where (file_id, line) not in (
    select (file_id, line) from flagged where severity = 'rejected' and reason <> 'not_a_record'
);

-- The rejected rows that could count if they were corrected: what is legible in a row must fit its indicator, and what is
-- not is taken to fit. A row belongs to the school that it names, or to that of its person where the person is
-- known; not under a person who counts without it, nor where all that its unit lacks is more than it says. A row of an
-- indicator without a rule, such as one with a query of its own, fits wherever its day does.
create table refused_fits as

with

fitting as materialized (

    select
        refused_rows.*,
        kpis.kpi,
        kpis.period,
        kpis.base,
        kpis.window_start,
        kpis.window_end,
        kpi_asks.categories,
        kpi_asks.least_minutes,
        rules.link,
        rules.needs,
        rules.in_window,
        rules.adds_up,
        coalesce('person ' || refused_rows.person_id, refused_rows.school_id || ' ' || refused_rows.class_key) as who

    from refused_rows

    inner join kpis
        using (table_name)

    inner join kpi_asks
        using (kpi)

    inner join kpi_queries
        using (kpi)

    left join evidence_rules as rules
        on kpi_queries.name = rules.name
        and not kpi_queries.own

    where (
            rules.in_window is false
            or refused_rows.day is null
            or refused_rows.day between coalesce(kpis.window_start, date '-infinity') and coalesce(kpis.window_end, date 'infinity')
        )
        and (
            refused_rows.semester is null
            or refused_rows.semester = kpis.period
            or refused_rows.semester not in (select k.period from kpis as k where k.kpi = kpis.kpi)
        )
        and (
            rules.name is null
            and (kpi_queries.own or kpi_asks.asked = [] or list_has_any(refused_rows.words, kpi_asks.asked))
            -- 自籌款 is in no indicator of money.
            and (refused_rows.table_name <> 'budget' or list_has_any(refused_rows.words, ['personnel', 'operations', 'equipment']))
            or (
                (rules.needs is null or list_contains(refused_rows.flags, rules.needs))
                and (
                    refused_rows.any_category
                    or kpi_asks.categories = []
                    or list_has_any(refused_rows.words, kpi_asks.categories)
                )
                and (kpi_asks.asked = [] or list_has_any(refused_rows.words, kpi_asks.asked))
                and (not rules.at_least or refused_rows.lessons >= kpi_asks.least_lessons)
            )
        )

),

asked as materialized (

    select distinct
        kpi,
        period,
        table_name,
        who,
        needs,
        in_window,
        window_start,
        window_end,
        categories,
        person_id,
        school_id,
        class_key

    from fitting

    where adds_up is not null

),

-- The words and the minutes that the rows of a unit have together, refused ones too; asked of those that are legible.
provided as (

    select
        kpi,
        period,
        who,
        flatten(list(words)) as words,
        sum(minutes) as minutes

    from (

        select kpi, period, who, words, minutes from fitting

        union all

        select rows.kpi, rows.period, rows.who, rows.words, rows.minutes

        from (

            select distinct asked.* exclude (person_id, school_id, class_key), accepted_rows.* exclude (table_name)
            from asked
            inner join accepted_rows
                on asked.table_name = accepted_rows.table_name
                and asked.person_id = accepted_rows.person_id

            union all by name

            select distinct asked.* exclude (person_id, school_id, class_key), accepted_rows.* exclude (table_name)
            from asked
            inner join accepted_rows
                on asked.table_name = accepted_rows.table_name
                and asked.school_id = accepted_rows.school_id
                and asked.class_key = accepted_rows.class_key
            where asked.person_id is null

        ) as rows

        where (rows.needs is null or list_contains(rows.flags, rows.needs))
            and (
                not rows.in_window
                or rows.day between coalesce(rows.window_start, date '-infinity') and coalesce(rows.window_end, date 'infinity')
            )
            and (rows.categories = [] or list_has_any(rows.words, rows.categories))

    )

    where who is not null

    group by all

),

-- What a class that is not legible could complete: the choices that the classes of the school have which lack others, and
-- those of other refused rows.
open_words as (

    select kpi, period, school_id, flatten(list(words)) as words

    from (

        select kpi, period, school_id, words from fitting where adds_up = 'choices'

        union all

        select units.kpi, units.period, units.school_id, rows.words
        from units
        inner join (select distinct kpi, period, school_id, table_name from fitting where adds_up = 'choices') as wanted
            on units.kpi = wanted.kpi
            and units.period = wanted.period
            and units.school_id = wanted.school_id
        inner join accepted_rows as rows
            on wanted.table_name = rows.table_name
            and units.school_id = rows.school_id
            and units.unit_id = rows.class_key
        where units.attained_on is null

    )

    group by all

),

enough as (

    select fitting.*

    from fitting

    left join provided
        using (kpi, period, who)

    left join open_words
        on fitting.class_key is null
        and fitting.kpi = open_words.kpi
        and fitting.period = open_words.period
        and fitting.school_id = open_words.school_id

    where provided.who is null and (open_words.words is null or len(list_distinct(open_words.words)) > 1)
        or fitting.any_category
        or provided.who is not null and case fitting.adds_up
            when 'categories' then list_has_all(provided.words, fitting.categories)
            when 'choices' then len(list_distinct(provided.words)) > 1
            when 'minutes' then provided.minutes >= fitting.least_minutes
            else true
        end

),

-- From when on nobody of the base is left whom a row without a legible person could be.
full_from as (

    select
        kpi,
        period,
        school_id,
        max(coalesce(attained_on, date 'infinity')) as day

    from units

    where kpi in (select kpi from enough where link in ('person', 'pair') and base is not null)

    group by all

),

-- How many of a team there would be, with those whose rows were refused.
teams as (

    select
        school_id,
        event,
        count(distinct person) as size

    from (
        select school_id, event, 'person ' || person_id as person from accepted_rows where event is not null
        union all
        select school_id, event, coalesce('person ' || person_id, file_id || ' ' || line) from refused_rows where event is not null
    )

    where event in (select event from refused_rows)

    group by all

),

placed as (

    -- Of a person who is known.
    select
        enough.*,
        coalesce(units.school_id, enough.school_id) as owner_id,
        units.unit_id,
        units.since as base_since,
        least(units.until, units.attained_on) as until

    from enough

    inner join persons
        using (person_id)

    left join units
        on enough.kpi = units.kpi
        and enough.period = units.period
        and coalesce(units.unit_id, units.unit_label)
            = regexp_replace(persons.identity, '^(?:id|name:\d+):', '') || case when enough.link = 'pair' then ' ' || enough.class_key else '' end
        and (starts_with(persons.identity, 'id:') or persons.identity[6:] like units.school_id || ':%')

    where enough.link in ('person', 'pair')
        and (units.school_id is not null or enough.base is null or enough.link = 'pair' and enough.class_key is null)

    union all by name

    select
        enough.*,
        enough.school_id as owner_id,
        full_from.day as until

    from enough

    left join full_from
        on enough.kpi = full_from.kpi
        and enough.period = full_from.period
        and enough.school_id = full_from.school_id

    where enough.link in ('person', 'pair')
        and enough.person_id is null
        and (full_from.school_id is not null or enough.base is null)

    union all by name

    select
        enough.*,
        enough.school_id as owner_id,
        units.unit_id,
        units.attained_on as until

    from enough

    left join units
        on enough.kpi = units.kpi
        and enough.period = units.period
        and enough.school_id = units.school_id
        and enough.class_key = units.unit_id

    where enough.link = 'class'

    union all by name

    select
        enough.*,
        enough.school_id as owner_id,
        units.attained_on as until

    from enough

    left join teams
        on enough.school_id = teams.school_id
        and enough.event = teams.event

    left join units
        on enough.link = 'team'
        and enough.kpi = units.kpi
        and enough.period = units.period
        and enough.school_id = units.school_id
        and teams.size::varchar = units.unit_id

    where enough.link is null
        or enough.link in ('day', 'team')

)

select
    kpi,
    period,
    owner_id as school_id,
    table_name,
    file_id,
    line,
    -- Rows of one unit add at most one.
    coalesce(unit_id, case when person_id is not null and link = 'person' then 'person ' || person_id end) as unit_id,
    begins as since,
    ends as until

from (
    select
        *,
        greatest(coalesce(day, date '-infinity'), coalesce(base_since, date '-infinity')) as begins,
        coalesce(until, date 'infinity') as ends

    from placed
)

where owner_id is not null
    and begins < ends;

-- A cause in words: a file says what is wrong with it itself.
create or replace temp macro flag_message(own, template, table_label, row_message) as
    coalesce(own, replace(replace(template, '{table}', table_label), '{sentence}', coalesce(row_message, '')));

create table flags as

with

asked as (

    select
        kpis.kpi,
        kpis.period,
        kpis.deadline,
        kpi_sources.table_name,
        kpi_sources.table_name = kpis.table_name as is_own

    from kpis

    inner join kpi_sources
        using (kpi)

),

-- All tables that an indicator rests on: its own, its base's, and others that its query names.
resting as (

    select kpi, period, table_name from asked

    union

    select kpis.kpi, kpis.period, kpi_reads.name
    from kpis
    inner join kpi_reads using (kpi)
    where kpi_reads.what = 'table'

),

-- Whose base a row of a roster may belong to. That of a register rests on the roster where it names somebody without
-- 教師編號: only by the roster is known whose the other rows are.
based as (

    select kpi, period, deadline, table_name, false as is_of_register
    from asked
    where not is_own

    union all

    select kpis.kpi, kpis.period, kpis.deadline, 'staff', true
    from kpis
    inner join kpi_reads using (kpi)
    where kpis.base = 'units'
        and kpi_reads.what = 'table'
        and kpi_reads.name = 'staff'
        and kpis.kpi not in (select kpi from targets_values)

),

nameless as (

    select distinct school_id
    from bearers
    where starts_with(identity, 'name:')

),

-- Files of a table that cannot be read, or whose former rows are kept.
broken as (

    select
        file_id,
        table_name,
        school_id,
        case when stale_since is null then 'unreadable_source' else 'stale_source' end as flag,
        coalesce(stale_because, problem) as message

    from files

    where table_name is not null
        and (problem is not null or stale_because is not null)

),

-- The refused rows without an accepted one: of the same person of the roster, of the same school, or of the same
-- person of a register in the same semester.
bases as (

    select refused.*

    from refused_rows as refused

    anti join (select distinct 'staff' as table_name, staff_id from staff_spells) as listed
        on refused.table_name = listed.table_name
        and refused.staff_id = listed.staff_id

    anti join (select 'schools' as table_name, school_id from kept_schools) as listed
        on refused.table_name = listed.table_name
        and refused.school_id = listed.school_id

    anti join (select distinct table_name, person_id, semester from accepted_rows) as listed
        on refused.table_name = listed.table_name
        and refused.person_id = listed.person_id
        and refused.semester is not distinct from listed.semester

    where refused.school_id is not null

),

-- Which schools a row of a table names, accepted or rejected.
named as (

    select distinct table_name, school_id from row_days

    union

    select table_name, school_id from rejects where severity = 'rejected'

    union

    select kpis.table_name, units.school_id from units inner join kpis using (kpi, period) where units.attained_on is not null

),

own_causes as (

    select
        resting.kpi,
        resting.period,
        all_schools.school_id,
        broken.flag,
        broken.table_name,
        broken.file_id,
        null::int as line,
        date '-infinity' as since,
        date 'infinity' as until,
        broken.message

    from broken

    inner join resting
        using (table_name)

    inner join all_schools
        on broken.school_id is null
        or broken.school_id = all_schools.school_id

    union all by name

    select
        asked.kpi,
        asked.period,
        bases.school_id,
        'base_rejected' as flag,
        bases.table_name,
        bases.file_id,
        bases.line,
        coalesce(bases.day, date '-infinity') as since,
        coalesce(bases.end_date, date 'infinity') as until

    from bases

    inner join based as asked
        on bases.table_name = asked.table_name
        and (not asked.is_of_register or bases.school_id in (select school_id from nameless))
        and (
            bases.semester is null
            or bases.semester = asked.period
            or bases.semester not in (select k.period from kpis as k where k.kpi = asked.kpi)
        )

    where coalesce(bases.day, date '-infinity') <= coalesce(asked.deadline, date 'infinity')
        -- Who is in the base of a register from its first day on is in it already.
        and not exists (
            select 1
            from units
            where asked.table_name not in ('staff', 'schools')
                and units.kpi = asked.kpi
                and units.period = asked.period
                and units.school_id = bases.school_id
                and units.unit_id = bases.staff_id
                and units.since <= (select min(u.since) from units as u where u.kpi = asked.kpi and u.period = asked.period)
        )
        -- Who legibly is of another employment or duty is in no base that asks for these.
        and (
            asked.is_of_register
            or asked.table_name <> 'staff'
            or exists (
                select 1
                from kpi_staff
                where kpi_staff.kpi = asked.kpi
                    and kpi_staff.employment = coalesce(bases.employment, kpi_staff.employment)
                    and (
                        kpi_staff.duties = []
                        or len(list_filter(kpi_staff.duties, lambda part: contains(squeeze(coalesce(bases.duty, '')), part))) > 0
                    )
            )
        )

    union all by name

    select distinct
        kpi,
        period,
        school_id,
        'rows_rejected' as flag,
        table_name,
        file_id,
        line,
        since,
        until

    from refused_fits

    union all by name

    select
        asked.kpi,
        asked.period,
        all_schools.school_id,
        'no_rows' as flag,
        asked.table_name,
        date '-infinity' as since,
        date 'infinity' as until

    from asked

    inner join tables
        on asked.table_name = tables.table_name
        and tables.supplied

    cross join all_schools

    anti join named
        on asked.table_name = named.table_name
        and all_schools.school_id = named.school_id

    where asked.is_own

),

-- The days on which an item of a school's own targets is not reached, and how much it lacks.
lacking as (

    select
        kpi,
        period,
        school_id,
        item,
        day as since,
        coalesce(lead(day) over (partition by kpi, period, school_id, item order by day), date 'infinity') as until,
        value >= goal as is_reached,
        goal - value as gap

    from targets_values

    where in_base
        and is_supplied

),

-- What such an item lacks may be in a row that the indicator of its name lacks, or in one of its table, where all of them
-- together are enough. A row of lessons or pupils may be many.
of_items as (

    select kpi as item, school_id, flag, table_name, file_id, line, since, until
    from own_causes
    where flag in ('base_rejected', 'rows_rejected')
        and kpi in ('a1a2', 'b1', 'training_5g')

    union

    select
        tables.item,
        refused.school_id,
        'rows_rejected',
        refused.table_name,
        refused.file_id,
        refused.line,
        coalesce(refused.day, date '-infinity'),
        date 'infinity'
    from refused_rows as refused
    inner join (values
        ('lessons', 'class_lessons'),
        ('students', 'participants'),
        ('public_lessons', 'public_lessons'),
        ('lesson_plans', 'lesson_plans'),
        ('coaching', 'coaching')
    ) as tables (item, table_name)
        on refused.table_name = tables.table_name

),

for_items as (

    select distinct
        lacking.kpi,
        lacking.period,
        lacking.school_id,
        lacking.gap,
        of_items.* exclude (school_id, since, until),
        greatest(of_items.since, lacking.since) as since,
        least(of_items.until, lacking.until) as until

    from lacking

    inner join of_items
        using (school_id, item)

    where not lacking.is_reached
        and of_items.since < lacking.until
        and lacking.since < of_items.until

),

causes as (

    select * from own_causes

    union all by name

    select * exclude (gap, item)
    from for_items
    qualify item in ('lessons', 'students')
        or count(*) over (partition by kpi, period, school_id, item, since) >= gap

)

select
    causes.kpi,
    causes.period,
    causes.school_id,
    flag_codes.ord,
    causes.flag,
    causes.table_name,
    causes.file_id,
    files.file,
    causes.line,
    causes.since,
    causes.until,
    flag_message(causes.message, flag_codes.message, tables.label, refused.message) as message,
    flag_message(causes.message, flag_codes.message, tables.label, refused.masked_message) as masked_message

from causes

inner join flag_codes
    using (flag)

inner join tables
    using (table_name)

left join files
    on causes.file_id = files.file_id

left join (
    select file, line, arg_min(message, reason) as message, arg_min(masked_message, reason) as masked_message
    from rejects
    where severity = 'rejected'
    group by all
) as refused
    on files.file = refused.file
    and causes.line = refused.line

order by
    causes.kpi,
    causes.period,
    causes.school_id,
    flag_codes.ord,
    causes.file_id,
    causes.line;

-- The codes of each figure that has any, from one day to another: a group's are those of its schools, and the city's those
-- of all.
create temp table flag_spells as

with

spans as (

    select
        flags.kpi,
        flags.period,
        all_schools.group_id,
        flags.school_id,
        flags.ord,
        flags.flag,
        flags.since,
        flags.until

    from flags

    inner join all_schools
        using (school_id)

),

changes as (

    select kpi, period, group_id, school_id, ord, flag, day, sum(change) as change

    from (
        select *, since as day, 1 as change from spans
        union all
        select *, until as day, -1 as change from spans where until < date 'infinity'
    )

    group by grouping sets (
        (kpi, period, group_id, school_id, ord, flag, day),
        (kpi, period, group_id, ord, flag, day),
        (kpi, period, ord, flag, day)
    )

),

-- Of each code, the days on which any cause holds.
held as (

    select
        *,
        sum(change) over (partition by kpi, period, group_id, school_id, flag order by day) > 0 as holds

    from changes

),

turns as (

    select
        * exclude (change),
        lag(holds) over (partition by kpi, period, group_id, school_id, flag order by day) as held

    from held

),

running as (

    select
        kpi,
        period,
        group_id,
        school_id,
        day as since,
        lead(day) over in_order as until,
        sum(bits) over in_order as bits

    from (
        select kpi, period, group_id, school_id, day, sum(bit)::int as bits
        from (
            select
                kpi, period, group_id, school_id, day,
                case when holds then 1 << (ord - 1) else -(1 << (ord - 1)) end as bit
            from turns
            where holds is distinct from coalesce(held, false)

            union all

            select distinct kpi, period, group_id, school_id, date '-infinity', 0 from turns
        )
        group by all
    )

    window in_order as (
        partition by kpi, period, group_id, school_id order by day rows unbounded preceding
    )

)

select
    kpi,
    period,
    group_id,
    school_id,
    since,
    coalesce(until, date 'infinity') as until,
    array_to_string(
        list_transform(
            (select list(flag order by ord) from flag_codes), lambda flag, i: case when bits::int & (1 << (i - 1)) <> 0 then flag end
        ),
        ';'
    ) as flags

from running;
