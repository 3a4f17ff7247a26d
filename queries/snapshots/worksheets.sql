-- The worksheets of a snapshot's spreadsheets in their order, each with its rows.
select
    spreadsheet_id,
    gid,
    title,
    table_name,
    left_out,
    likely,
    list(cells order by line) as cells

from worksheet_rows

group by all

order by
    spreadsheet_id,
    min(rowid);
