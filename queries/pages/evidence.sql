-- The rows behind the units of one indicator and school: those up to the day on which a unit was attained, else up to
-- the chosen day; of many alike the first $most. A row that another school wrote says only that it is there.

with

up_to_the_day as (

    select
        evidence.* exclude (is_visible),
        evidence.is_visible and (inputs.school_id is null or in_scope(inputs.school_id)) as is_visible,
        inputs.file,
        inputs.sheet,
        inputs.link,
        inputs.modified_at

    from visible_evidence($kpi, $period, $school_id::integer) as evidence

    inner join inputs
        on evidence.file_id = inputs.file_id

    where evidence.day <= least($on::date, coalesce(evidence.attained_on, $on::date))

),

placed as (

    select
        *,
        count(*) over (partition by unit_key) as rows_in_all,
        row_number() over (partition by unit_key, kind order by day, file_id, line) as place

    from up_to_the_day

)

select
    placed.unit_id,
    placed.unit_label,
    placed.unit_key,
    placed.rows_in_all,
    placed.is_visible,
    case when placed.is_visible then placed.day end as day,
    case when placed.is_visible then placed.file end as file,
    case when placed.is_visible then placed.sheet end as sheet,
    case when placed.is_visible then placed.line end as line,
    case when placed.is_visible then placed.link || '&range=A' || placed.line end as link,
    case when placed.is_visible then placed.modified_at end as modified_at,
    case when placed.is_visible then placed.details end as details,
    case when placed.is_visible then elsewhere.name end as row_school

from placed

left join visible_schools as elsewhere
    on placed.row_school_id = elsewhere.school_id
    and placed.row_school_id <> placed.school_id

where placed.place <= coalesce($most::integer, placed.place)

order by
    placed.unit_id,
    placed.unit_label,
    placed.unit_key,
    placed.day,
    placed.file_id,
    placed.line
