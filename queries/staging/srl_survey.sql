-- A pupil answers once a semester and phase.
create temp table keyed_srl_survey as
select
    *,
    semester_of(timestamp) as semester

from typed_srl_survey;
