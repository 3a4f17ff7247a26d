-- 資料註記: `kpi flags`, what is known to be wrong with the data behind the figures of a day, a line a cause
select
    flags.kpi,
    flags.period,
    schools.name as school,
    flags.flag,
    flags.table_name as "table",
    coalesce(flags.file, '') as file,
    flags.line,
    flags.message

from visible_flags_on($on::date) as flags

inner join visible_schools as schools
    using (school_id)

inner join (select distinct kpi, ord from kpis) as kpis
    using (kpi)

inner join periods
    using (period)

where ($kpi is null or flags.kpi = $kpi)
    and ($period is null or flags.period = $period)
    and ($school is null or schools.name = $school)

order by
    kpis.ord,
    periods.ord,
    schools.ord,
    flags.ord,
    flags.file,
    flags.line;
