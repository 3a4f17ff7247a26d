-- Every file and worksheet that was looked at, those that could not be read first.

select *

from inputs

order by
    problem is null,
    table_name is null,
    file,
    sheet
