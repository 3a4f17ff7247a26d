-- Each file of the folder that a snapshot has rows of.
select distinct
    sha256,
    path

from inputs

where table_name is not null
    and problem is null
    and link is null

order by
    path,
    sha256;
