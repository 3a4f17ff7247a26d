-- 數位素養研習參與 (人)
-- A formal or substitute teacher counts from the first digital-literacy course in the window, of any length.
-- Infosec courses do not count unless the definition adds their category.
-- 三(四)3

\ir steps/attended.sql
