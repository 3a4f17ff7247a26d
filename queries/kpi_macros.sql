-- What an indicator's query asks of the definition. `$kpi` is the indicator that it is run for, so that one query can
-- serve several.

create or replace temp macro periods_of(wanted) as table
    select
        period,
        coalesce(window_start, date '-infinity') as window_start,
        coalesce(window_end, date 'infinity') as window_end

    from kpis

    where kpi = wanted;

create or replace temp macro categories_of(wanted) as table
    select category, rowid as ord from kpi_categories where kpi = wanted;

-- Whether a course of these categories is one of the indicator's.
create or replace temp macro is_of(categories, wanted) as
    list_has_any(categories, (select list(category) from kpi_categories where kpi = wanted));

create or replace temp macro parameter_of(wanted, called) as (
    select value from kpi_parameters where kpi = wanted and name = called
);

create or replace temp macro words_of(wanted, called) as table
    select word from kpi_parameters where kpi = wanted and name = called;

-- What the values of a column of choices are called.
create or replace temp macro choices_of(in_table, in_column) as table
    select value, label from choice_words where table_name = in_table and column_name = in_column;

-- The staff of an indicator's base: those of its employments and, where it names any, of its duties.
create or replace temp macro base_of(wanted) as table
    select staff_spells.*

    from staff_spells

    inner join kpi_staff
        on staff_spells.employment = kpi_staff.employment
        and kpi_staff.kpi = wanted

    where len(kpi_staff.duties) = 0
        or len(list_filter(kpi_staff.duties, lambda part: contains(squeeze(coalesce(staff_spells.duty, '')), part))) > 0;

-- What a unit is made up of, where that is several things or an amount: a list of parts in its column `parts`. A part is a
-- thing that is there from a day on (null: it is not), or an amount of which so much is needed: `days` has what there was
-- of it from each day on that changed it, `so_far` makes one.
create or replace temp macro part(label, day) as {
    label: label::text,
    unit: null::text,
    needed: 1::double,
    days: case when day is null then [] else [so_far(day, 1)] end
};

create or replace temp macro amount_part(label, unit, needed, days) as {
    label: label::text,
    unit: unit::text,
    needed: needed::double,
    days: coalesce(days, [])
};

create or replace temp macro so_far(day, amount) as {day: day::date, amount: amount::double};

create or replace macro class_label(class_key) as
    replace(class_key, '-', ' 年 ') || ' 班';

-- A share of a base as a whole number, with integers alone: ceil(30 x 1/10) is 3 whatever floating point says.
create or replace temp macro rounded(product, denominator, how) as
    case how
        when 'ceil' then (product + denominator - 1) // denominator
        when 'floor' then product // denominator
        when 'round' then (product * 2 + denominator) // (denominator * 2)
    end;
