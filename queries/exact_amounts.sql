-- How amounts are reckoned where one has a fraction: exact to six decimals. The macros are those of `whole_amounts.sql`.
create or replace temp macro figure(amount) as amount::decimal(38, 6);

create or replace temp macro parts_of(amount) as (amount * 1000000)::hugeint;

create or replace temp macro whole_of(amount) as floor(amount)::bigint;

create or replace temp macro one() as 1000000;
