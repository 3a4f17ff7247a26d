-- How the query of each indicator finds the rows of a unit: by the person, by the class, or by the day. One that is not
-- among them, such as one with a query of its own, rests on rows that cannot be named one by one.

create table persons as select person_id, identity from people;

create table evidence_rules as

select *

-- in_window: only days of the indicator's window. needs: a yes of the row. at_least: lessons a row must have. adds_up: what
-- the rows of a unit must have together: every category, every choice or the minutes.
from (values
    ('a1a2', 'person', false, 'certified', false, 'categories'),
    ('achievement', 'class', true, null, false, null),
    ('b1', 'person', false, 'certified', false, null),
    ('classes', 'day', true, null, false, null),
    ('coaching', 'day', true, null, false, null),
    ('cross_observation', 'team', true, 'elsewhere', false, null),
    ('digital_literacy', 'person', true, null, false, null),
    ('effect', 'day', true, null, false, null),
    ('infosec', 'person', true, null, false, 'minutes'),
    ('it_lead', 'person', true, null, false, null),
    ('lesson_plans', 'day', true, null, true, null),
    ('lessons', 'class', true, null, false, null),
    ('lessons_given', 'day', true, null, false, null),
    ('observation_record', 'day', true, null, false, null),
    ('observe_other', 'day', true, 'elsewhere', false, null),
    ('plan_per_class', 'pair', false, null, true, null),
    ('promotion', 'day', true, null, false, null),
    ('public_lesson', 'person', true, 'digital', false, null),
    ('srl_survey', 'class', true, null, false, 'choices'),
    ('survey_rounds', 'day', true, null, false, null),
    ('teachers', 'person', true, null, false, null),
    ('training_5g', 'person', false, null, false, 'minutes')
) as rules (name, link, in_window, needs, at_least, adds_up);

-- There without rows where no indicator keeps what its items have reached.
create table if not exists targets_values (
    kpi text,
    school_id int,
    item text,
    label text,
    kind text,
    unit text,
    "current" decimal(24, 6),
    place bigint,
    period text,
    own_goal decimal(38, 6),
    goal decimal(38, 6),
    in_base boolean,
    is_supplied boolean,
    wants text,
    day date,
    value decimal(38, 6)
);
