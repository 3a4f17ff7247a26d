-- To whose lesson they went. A host is a school of ours unless 主辦縣市 names another county; elsewhere it is its
-- county and stem. A 國小 that is none of ours and of no other county is a misspelling where the roster is the whole city.
create temp table keyed_observations as

with

hosts as materialized (

    select
        host,
        county_within(host) as named_county,
        coalesce(county_in(host) = named_county, false) as county_leads

    from (select distinct host from typed_observations)

),

placed as (

    select
        typed_observations.*,
        hosts.named_county,
        hosts.county_leads,
        coalesce(
            nullif(typed_observations.host_county, getvariable('city')), nullif(hosts.named_county, getvariable('city'))
        ) as other_county,
        coalesce(
            getvariable('city') <> '' and typed_observations.host_county <> getvariable('city'), false
        ) as elsewhere

    from typed_observations

    left join hosts
        on typed_observations.host = hosts.host

)

select
    placed.* exclude (fault, named_county, county_leads, host_school_id, host_kind, elsewhere, other_county, host_county),
    case when not elsewhere then host_school_id end as host_school_id,
    other_county as host_county,
    coalesce(known_schools.name, concat(case when not contains(host, other_county) then other_county end, host)) as host_label,
    coalesce(
        case when not elsewhere then 'school:' || host_school_id end,
        concat(other_county, ':', stem_of(case
            when named_county = other_county and county_leads then regexp_replace(host[length(other_county) + 1:], '^立', '')
            else host
        end))
    ) || '|' || placed.date || '|' || coalesce(placed.event_id, '') as event,
    least(
        placed.fault,
        case
            when getvariable('whole_city')
                and host is not null
                and (elsewhere or host_school_id is null)
                and other_county is null
                and host_kind = '國小'
                then fault_of('observations', 'unknown_school', 'host')
        end
    )::smallint as fault

from placed

left join known_schools
    on placed.host_school_id = known_schools.school_id
    and not placed.elsewhere;
