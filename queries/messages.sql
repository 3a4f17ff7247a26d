-- What is wrong with a row and how to mend it, for the person who filled it in: a whole sentence with places, which the
-- pages say in other languages too (dashboard/language/locale has each sentence of this file).

create or replace temp macro day_sentence(life, is_future) as
    case
        when life then '{header}「{value}」不合理：須在 29 年（1940）到 189 年（2100）之間，離職日也不能早於到職日；仍在職請把離職日清空。'
        when is_future then '{header}「{value}」晚於讀取當天；請確認年份與月日。'
        else '{header}「{value}」早於 89 年（2000）；請確認年份。'
    end;

create or replace temp macro range_sentence(type, life, options, is_future) as
    case
        when type = 'hours' then '{header}「{value}」不合理；須大於 0、不超過 200 小時。'
        when type = 'number' and options <> '' then '{header}「{value}」不合理；須{options}。'
        when type in ('count', 'money', 'number') then '{header}「{value}」不能小於 0。'
        else day_sentence(life, is_future)
    end;

create or replace temp macro person_sentence(is_known, suggestion, has_id) as
    case
        when is_known and has_id and suggestion is not null then '教師編號與姓名「{value}」不是同一人（名冊上是「{suggestion}」）；請確認編號與姓名。'
        when is_known and has_id then '教師編號與姓名「{value}」不是同一人；請確認編號與姓名。'
        when is_known and suggestion is not null then '這所學校有兩位以上的「{value}」（{suggestion}）；請填教師編號。'
        when is_known then '這所學校有兩位以上的「{value}」；請填教師編號。'
        when has_id and suggestion is not null then '教職員名冊沒有教師編號「{value}」；本校同名教師的編號是「{suggestion}」，請確認。'
        when has_id then '教職員名冊沒有教師編號「{value}」；請更正編號，或把這個人補進名冊。'
        else '這所學校的名冊沒有「{value}」；請更正姓名、填教師編號，或把這個人補進名冊。'
    end;

create or replace temp macro no_such_month(value) as
    nullif(regexp_extract(value, '^\D*\d+\D+(1[3-9]|[2-9]\d)\D+\d+', 1), '');

-- A cell whose formula has no result, and one in which a character is not the one that it looks like.
create or replace temp macro cell_sentence(reason, word, look_alike, suggestion, usual_stem) as
    case
        when reason in (
            'not_a_record', 'bad_character', 'ambiguous_person', 'unknown_person', 'out_of_range', 'contradiction'
        ) then null
        when regexp_full_match(word, '#{3,}') then '{header}「{value}」是欄位太窄而顯示不出來的內容；請加寬這一欄，再重新匯出。'
        when is_error(word) then '{header}「{value}」是試算表的錯誤值，公式沒有算出結果；請修正公式，或直接填入內容。'
        when look_alike is null then null
        when suggestion is not null and usual_stem = stem_of(suggestion)
            then '「{value}」裡的「{letter}」看不見，或只是外形相近；請重新輸入校名「{suggestion}」。'
        when look_alike not between '一' and '龥'
            then '{header}「{value}」裡的「{letter}」看不見，或只是外形相近，不是一般的字；請刪除這一格，重新用鍵盤輸入。'
    end;

create or replace temp macro class_sentence(squeezed) as
    case
        when is_date_of_class(squeezed)
            then '{header}「{value}」是日期，可能是試算表把 5-2 改成的；請先把這一欄的格式設為「文字」，再填例如 五年二班、502。'
        when not regexp_full_match(squeezed, '\d{3,4}班?') and list_transform(
            [regexp_extract(squeezed, '^(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})年級?)?(.*?)班?$', 1)],
            lambda name: name = '' or is_no_class(name)
        )[1]
            then '{header}「{value}」不是班級；請把這一欄的格式設為「文字」，並填例如 2、二班、502、忠班。'
        else '{header}「{value}」與年級不符，或年級不在 1 到 12；請確認年級與班級，並把這一欄的格式設為「文字」。'
    end;

create or replace temp macro no_record_sentence(kind) as
    case kind
        when 'total' then '「{value}」是合計的列，不是一筆紀錄；沒有採用，不必改。'
        when 'example' then '「{value}」是範例或填寫說明，不是一筆紀錄；沒有採用，不必改。'
        when 'signature' then '「{value}」是簽章的列，不是一筆紀錄；沒有採用，不必改。'
        when 'nothing' then '「{value}」表示沒有可填的紀錄；沒有採用，不必改。'
        else '這一列重複了標題（{value}），不是一筆紀錄；沒有採用，不必改。'
    end;

create or replace temp macro sentence(reason, type, life, value, squeezed, suggestion, options, has_id, is_future, same_file, kind) as
    case reason
        when 'not_a_record' then no_record_sentence(kind)
        when 'missing_value' then '「{header}」空白；請補上。'
        when 'unknown_school' then case
            when suggestion is null then '「{value}」不是本計畫的學校，或校名與學校代碼不是同一所；請更正校名或代碼。'
            else '「{value}」不是本計畫的學校；可能是「{suggestion}」，系統不自動改，請更正校名。'
        end
        when 'bad_date' then case
            when no_such_month(value) is null then '{header}「{value}」不是看得懂的日期；請寫成 111/10/07 或 2022-10-07。'
            else '{header}「{value}」沒有 {month} 月；請寫成 111/10/07 或 2022-10-07。'
        end
        when 'bad_number' then case type
            when 'hours' then '{header}「{value}」不是數字；請填小時數，例如 3、1.5 或 90分鐘。'
            when 'money' then '{header}「{value}」不是整數金額；請以元為單位填寫，例如 12,000。'
            else '{header}「{value}」不是數字；請填阿拉伯數字。'
        end
        when 'out_of_range' then range_sentence(type, life, options, is_future)
        when 'bad_choice' then case type
            when 'class' then class_sentence(squeezed)
            when 'grade' then '{header}「{value}」不是 1 到 12 年級；請填例如 五、5 或 5年級。'
            when 'category' then '{header}「{value}」不是計畫的課程類別，改由課程名稱判斷；若是其中之一，請填：{options}。'
            when 'id' then '{header}「{value}」不是編號；請填這個人自己的編號。'
            when 'person' then '{header}「{value}」不是一個人的姓名；請寫出姓名，一位教師一列。'
            when 'item' then '{header}「{value}」不是計畫的項目，只列出、不判定；若是其中之一，請填：{options}。'
            else '{header}「{value}」不在選項內，或與計畫公告不符；請填：{options}。'
        end
        when 'ambiguous_person' then person_sentence(true, suggestion, has_id)
        when 'unknown_person' then person_sentence(false, suggestion, has_id)
        when 'contradiction' then case
            when type = 'roster' and same_file then '{header}「{value}」與第 {other} 列不同，兩列說的是同一件事，採用第 {other} 列；請確認後只留正確的一列。'
            when type = 'roster' then '{header}「{value}」與「{source}」第 {other} 列不同，兩列說的是同一件事，採用那一列；請確認後只留正確的一列。'
            when same_file then '{header}「{value}」與第 {other} 列相反，兩列說的是同一件事，以「是」採計；請確認後把兩列改成一致。'
            else '{header}「{value}」與「{source}」第 {other} 列相反，兩列說的是同一件事，以「是」採計；請確認後把兩列改成一致。'
        end
        when 'bad_character' then '有字元存不進這個檔案的編碼，以〓代替；請改存成 UTF-8 再補正。'
    end;

create or replace temp macro cut(value) as case when length(value) > 40 then value[1:40] || '…' else value end;

-- The values of a sentence's places; a long text is cut.
create or replace temp macro places_of(header, value, look_alike, suggestion, options, other, source) as {
    header: header,
    letter: numbered(look_alike),
    month: no_such_month(value),
    options: options,
    suggestion: suggestion,
    value: cut(value),
    other: other::varchar,
    source: source
};

-- The value comes last: it may hold anything, also what looks like a place.
create or replace temp macro filled(sentence, places) as
    sentence
        .replace('{header}', coalesce(places.header, ''))
        .replace('{letter}', coalesce(places.letter, ''))
        .replace('{month}', coalesce(places.month, ''))
        .replace('{options}', coalesce(places.options, ''))
        .replace('{suggestion}', coalesce(places.suggestion, ''))
        .replace('{other}', coalesce(places.other, ''))
        .replace('{source}', coalesce(places.source, ''))
        .replace('{value}', coalesce(places.value, ''));

create or replace temp macro csv_cell(value) as
    case when regexp_matches(value, '[",\n\r]') then '"' || replace(value, '"', '""') || '"' else value end;

-- A row as its file has it: before each known cell the extra ones there, and behind the last the others.
create or replace temp macro csv_row(cells, extra, known, before) as
    array_to_string(
        list_concat(
            flatten(list_transform(known, lambda place, i: list_concat(
                list_transform(
                    coalesce(extra[coalesce(before[i - 1], 0) + 1:before[i]], []), lambda cell: csv_cell(cell)
                ),
                [csv_cell(cells[place])]
            ))),
            list_transform(coalesce(extra[before[-1] + 1:], []), lambda cell: csv_cell(cell))
        ),
        ','
    );
