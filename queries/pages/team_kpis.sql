-- The indicators that count the largest team at one event: who goes to another event adds nothing.

select kpi

from kpi_queries

where name = 'cross_observation'
    and not own
