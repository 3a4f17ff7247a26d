-- How amounts are reckoned where all are whole numbers, as most are: as such.
-- `parts_of` counts an amount in its smallest parts, `one` being so many, for what is reckoned in whole numbers; `whole_of`
-- leaves its fraction out.
alter table units alter amount type bigint;

create or replace temp macro figure(amount) as amount::bigint;

create or replace temp macro parts_of(amount) as amount;

create or replace temp macro whole_of(amount) as amount;

create or replace temp macro one() as 1;
