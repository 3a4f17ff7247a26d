-- What is wrong with a row and how to mend it, for the person who filled it in.

create or replace temp macro shown(value) as
    '「' || case when length(value) > 40 then value[1:40] || '…' else value end || '」';

create or replace temp macro mend_day(header, value, life, is_future) as
    header || shown(value) || case
        when life then '不合理：須在 29 年（1940）到 189 年（2100）之間，離職日也不能早於到職日；仍在職請把離職日清空。'
        when is_future then '晚於讀取當天；請確認年份與月日。'
        else '早於 89 年（2000）；請確認年份。'
    end;

create or replace temp macro mend_month(header, value) as
    header || shown(value) || coalesce(
        '沒有 ' || nullif(regexp_extract(value, '^\D*\d+\D+(1[3-9]|[2-9]\d)\D+\d+', 1), '') || ' 月', '不是看得懂的日期'
    ) || '；請寫成 111/10/07 或 2022-10-07。';

create or replace temp macro mend_person(value, suggestion, given_id) as
    case
        when given_id then
            '教職員名冊沒有教師編號' || shown(value) || '；'
            || coalesce('本校同名教師的編號是「' || suggestion || '」，請確認。', '請更正編號，或把這個人補進名冊。')
        else '這所學校的名冊沒有' || shown(value) || '；請更正姓名、填教師編號，或把這個人補進名冊。'
    end;

create or replace temp macro mend(reason, header, type, life, value, suggestion, options, given_id, is_future) as
    case reason
        when 'missing_value' then '「' || header || '」空白；請補上。'
        when 'unknown_school' then
            shown(value) || '不是本計畫的學校'
            || coalesce('；可能是「' || suggestion || '」，系統不自動改，請更正校名。', '，或校名與學校代碼不是同一所；請更正校名或代碼。')
        when 'bad_date' then mend_month(header, value)
        when 'bad_number' then header || shown(value) || case type
            when 'hours' then '不是數字；請填小時數，例如 3、1.5 或 90分鐘。'
            when 'money' then '不是整數金額；請以元為單位填寫，例如 12,000。'
            else '不是數字；請填阿拉伯數字。'
        end
        when 'out_of_range' then case type
            when 'hours' then header || shown(value) || '不合理；須大於 0、不超過 200 小時。'
            when 'count' then header || shown(value) || '不能小於 0。'
            when 'money' then header || shown(value) || '不能小於 0。'
            when 'number' then header || shown(value) || coalesce('不合理；須' || nullif(options, '') || '。', '不能小於 0。')
            else mend_day(header, value, life, is_future)
        end
        when 'bad_choice' then case type
            when 'class' then header || shown(value) || '與年級不符，或年級不在 1 到 12；請確認年級與班級。'
            when 'grade' then header || shown(value) || '不是 1 到 12 年級；請填例如 五、5 或 5年級。'
            when 'item' then header || shown(value) || '不是計畫的項目，只列出、不判定；若是其中之一，請填：' || options || '。'
            else header || shown(value) || '不在選項內，或與計畫公告不符；請填：' || options || '。'
        end
        when 'ambiguous_person' then
            case when given_id
                then '教師編號與姓名' || shown(value) || '不是同一人' || coalesce('（名冊上是「' || suggestion || '」）', '') || '；請確認編號與姓名。'
                else '這所學校有兩位以上的' || shown(value) || coalesce('（' || suggestion || '）', '') || '；請填教師編號。'
            end
        when 'unknown_person' then mend_person(value, suggestion, given_id)
        when 'bad_character' then '有字元存不進這個檔案的編碼，以〓代替；請改存成 UTF-8 再補正。'
    end;

create or replace temp macro csv_cell(value) as
    case when regexp_matches(value, '[",\n\r]') then '"' || replace(value, '"', '""') || '"' else value end;
