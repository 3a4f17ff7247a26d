-- How an indicator is worked out: its query as it was run, which rows are behind its units, and its words.

select
    kpi_queries.kpi,
    kpi_queries.name,
    kpi_queries.query,
    case when not kpi_queries.own then rules.link end as link,
    rules.in_window or kpi_queries.own or rules.name is null as in_window,
    words.labels

from kpi_queries

left join evidence_rules as rules
    on kpi_queries.name = rules.name

left join (
    select kpi, string_agg(label, '、' order by ord) as labels from kpi_words group by kpi
) as words
    on kpi_queries.kpi = words.kpi

where kpi_queries.kpi = $kpi
