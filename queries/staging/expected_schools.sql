-- Where 學校名冊 decides which schools there are, only those with an accepted row are known from here on.
delete from known_schools
where school_id not in (select school_id from kept_schools);

delete from school_names
where school_id not in (select school_id from kept_schools);

delete from school_codes
where school_id not in (select school_id from kept_schools);
