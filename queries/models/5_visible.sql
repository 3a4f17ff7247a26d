-- What a viewer may see: only the schools of the scope that is set, and nothing where none is.

create macro in_scope(id) as
    coalesce(getvariable('every_school'), false) or coalesce(list_contains(getvariable('school_ids'), id), false);

create view visible_schools as select * from all_schools where in_scope(school_id);

create view visible_units as select * from units where in_scope(school_id);

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

create macro visible_results_on(on_day) as table
    select * from results_on(on_day) where school_id is null or in_scope(school_id);

-- A row whose school is unknown belongs to nobody; only who may see every school sees it.
create view visible_rejects as
select * from rejects
where in_scope(school_id)
    or (school_id is null and coalesce(getvariable('every_school'), false));

create view visible_resolved_rejects as
select * from resolved_rejects
where in_scope(school_id)
    or (school_id is null and coalesce(getvariable('every_school'), false));
