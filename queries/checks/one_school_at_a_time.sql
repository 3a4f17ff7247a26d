-- 一人同一天只算在一校: nobody belongs to two schools on one day.
with

spells as (

    select
        person_id,
        since,
        lead(since) over (partition by person_id order by since) as next_since,
        coalesce(until, date 'infinity') as until

    from staff_spells

)

select * from spells where next_since < until;
