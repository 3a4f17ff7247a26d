-- A pupil answers once a semester and phase; seats 5, 05 and 5號 are one.
create temp table keyed_srl_survey as
select
    * replace (regexp_replace(seat, '^0*(\d+)號?$', '\1') as seat),
    semester_of(timestamp) as semester

from typed_srl_survey;
