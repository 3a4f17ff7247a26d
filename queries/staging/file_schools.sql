-- A file named after a school (研習紀錄_深澳國小.csv) is that school's.
update files
set school_id = (
    select any_value(school_names.school_id)

    from school_names

    where school_names.stem = stem_of(regexp_extract(files.file, '[_－-]([^_/#.]+)\.[a-z]+(#.*)?$', 1))

    having count(distinct school_names.school_id) = 1
);
