-- How a person's name is masked, beside which it is kept (queries/models/5_visible.sql says who sees which: to mask what a
-- page asks for would take longer than the page), and where names stand in what a row says of itself: in the columns
-- of persons, as the contracts of the tables have them; in those that no contract knows, which may hold anything; in a
-- signature; where a cell is a name that the roster knows; and in an address of electronic mail.

-- 王○, 林○君, 歐陽○○, Li○; what has no letter is no name.
create or replace temp macro masked_name(name) as
    case
        when name not between '一' and '龦' and not regexp_matches(name, '\p{L}') then name
        when name not between '一' and '龦' and regexp_matches(name, '^\p{Latin}') then left(name, 2) || '○'
        when length(name) = 1 then '○'
        when length(name) = 2 then left(name, 1) || '○'
        when length(name) = 4 and left(name, 2) in (
            '歐陽', '張簡', '范姜', '司馬', '司徒', '司空', '上官', '諸葛', '端木', '夏侯', '皇甫', '公孫', '東方', '尉遲', '慕容', '令狐',
            '鍾離', '長孫', '宇文', '淳于', '申屠', '太史', '南宮', '西門', '獨孤', '軒轅', '百里', '呼延', '東郭', '公羊'
        )
            then left(name, 2) || '○○'
        else left(name, 1) || '○' || right(name, 1)
    end;

-- A text in which the name `person` stands.
create or replace temp macro masked_in(text, person) as
    case when person is null then text else replace(text, person, masked_name(person)) end;

-- A cell of a person that says whom it does not name: a number of people, all of them, a total, an example, nobody.
create or replace temp macro names_no_person(name) as
    is_error(lower(name)) or regexp_full_match(
        name,
        '[^\p{L}]*|全[體校部]'
        || '|(?:全[體校部]?|各|所有|本校)[各班校年級學科領域任專級導一二三四五六]*(?:教師|老師|導師|師生|同仁|教職員工?|人員|班級)群?'
        || '|(?:約|共計?|計)?(?:\d+|[一二三四五六七八九十兩]+)[人位名](?:教師|老師|導師)?'
        || '|[小合總]計:?|範例|必填|選填|說明|無|本月無|未辦理|本月未辦理'
    );

create or replace temp macro masked_person(cell) as
    list_transform([cell], lambda text: case
        when names_no_person(squeeze(text)) then text
        else array_to_string(
            list_transform(
                names_in(text),
                lambda part: case when names_no_person(squeeze(part)) then part else masked_name(person_name(part)) end
            ),
            '、'
        )
    end)[1];

create or replace temp macro masked_mail(cell) as
    regexp_replace(cell, '([^\s@＠,;:<>()「」、，；]{1,2})[^\s@＠,;:<>()「」、，；]*([@＠])', '\1○\2', 'g');

-- 承辦人：王小明 as 承辦人：王○明.
create or replace temp macro masked_signature(cell) as
    list_transform(
        [regexp_extract(
            cell,
            '^((?:承辦人?|核章|填表人?|製表人?|校長|(?:教務|學務|訓導|總務|輔導|人事|會計|主計)?主任)?\s*(?:核章|簽章|蓋章)?[:：\s]*)((?s:.*))$',
            ['title', 'rest']
        )],
        lambda signed: signed.title || masked_person(signed.rest)
    )[1];

-- A cell of a row that is told of. `of` is the type of its column, 'person_id' of a person's id, and null where no contract knows
-- it; `headers` are that column's, `is_no_record` says that the row is none.
create or replace temp macro masked_cell(cell, of, headers, is_no_record) as
    list_transform([cell], lambda text: case
        when is_no_record and list_contains(headers, word(text)) then text
        when is_no_record and is_signature(squeeze(text)) then masked_signature(text)
        when of = 'person' then masked_person(text)
        when of = 'person_id' and regexp_matches(text, '\p{Han}') then masked_person(text)
        when of is null and not names_no_person(squeeze(text))
            and not regexp_full_match(text, '[^\s\p{Han}]+[@＠][^\s\p{Han}]+')
            then '○'
        else masked_mail(text)
    end)[1];
