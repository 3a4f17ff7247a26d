-- Who gave the lesson.
create temp table keyed_public_lessons as
select
    typed_public_lessons.* exclude (staff_id),
    people.person_id

from typed_public_lessons

left join open_people
    on typed_public_lessons.school_id = open_people.school_id
    and typed_public_lessons.teacher = open_people.teacher
    and typed_public_lessons.staff_id is not distinct from open_people.staff_id

left join people
    on open_people.identity = people.identity;
