-- A plan belongs to the semester that it names, else to the one in which it was handed in.
create temp table keyed_lesson_plans as
select
    typed_lesson_plans.* exclude (semester),
    coalesce(typed_lesson_plans.semester, semesters.period) as semester

from typed_lesson_plans

left join periods as semesters
    on semesters.kind = 'semester'
    and typed_lesson_plans.date between semesters.start and semesters."end";
