-- 資訊組長增能研習 (人)
-- A person whose 職務 says 資訊組長 or 資訊負責人 counts from the first IT-lead course in the window.
-- A course outside the window, or somebody without the duty, does not count.
-- 三(四)2

\ir steps/attended.sql
