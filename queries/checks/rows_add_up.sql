-- 逐檔列數相符: rows read = accepted + duplicate + rejected, file by file.
select
    file,
    read,
    accepted,
    duplicate,
    rejected

from inputs

where read <> accepted + duplicate + rejected;
