-- The spreadsheets that a snapshot has rows of.
select
    spreadsheet_id,
    title,
    link,
    version,
    settings,
    read_at

from spreadsheets;
