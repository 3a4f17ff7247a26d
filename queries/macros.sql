-- The one place where a text becomes a value: a date, a number, a yes or no, a class, the stem of a school's name.
-- Every parser takes the raw text and gives null for what it cannot read.
-- A macro's argument is pasted wherever its parameter is, and planned as often. Where it is long and used often,
-- it goes through a list of one, in whose lambda it is a single value.

-- What a cell says, as texts are compared, is worked out by Python (`nfkc` of dashboard/warehouse/build/texts.py): NFKC without
-- invisible characters, ="T1" and 'T1 as T1, character references as their characters, white space as single blanks.
-- Most texts are ASCII, common Han and single blanks, which all of that leaves as they are: asking Python for each of
-- them is what takes long. So a text that begins with neither = nor ' and has no & goes past it.

-- Without any white space: how names, ids and words are compared.
create or replace temp macro squeeze(t) as
    case
        when regexp_full_match(t, ' *(?:[\x21-\x25\x28-\x3C\x3E-\x7E\x{4E00}-\x{9FFF}][\x20-\x25\x27-\x7E\x{4E00}-\x{9FFF}]*)?')
            then replace(t, ' ', '')
        else replace(nfkc(t), ' ', '')
    end;

-- With runs of white space as one blank, none at the ends.
create or replace temp macro tidy(t) as
    case
        when regexp_full_match(
            t,
            '(?:[\x21-\x25\x28-\x3C\x3E-\x7E\x{4E00}-\x{9FFF}][\x21-\x25\x27-\x7E\x{4E00}-\x{9FFF}]*(?: [\x21-\x25\x27-\x7E\x{4E00}-\x{9FFF}]+)*)?'
        )
            then t
        else nfkc(t)
    end;

-- An answer of a form may end in the separator of a list.
create or replace temp macro answer(t) as regexp_replace(t, '[;,、]+$', '');

create or replace temp macro word(t) as lower(answer(squeeze(t)));

-- What a spreadsheet shows in a cell whose formula has no result, or none yet: `word` is in lower case. As `ERROR` of
-- dashboard/sources/sheet.py.
create or replace temp macro is_error(word) as
    case
        when word[1] in ('#', 'l', '載', '正', 'e')
            then regexp_full_match(word, '#n/a|#getting_data|#[a-z0-9/_]+[!?]|#{3,}|(?:loading|(?:正在)?載入中?)\.{3}|err:\d{3}')
        else false
    end;

-- Letters that show as nothing and are no white space: the fillers of Hangul, blank Braille, the joiner of graphemes.
create or replace temp macro blank_letters() as chr(4447) || chr(4448) || chr(10240) || chr(847);

-- Characters that look like another one, and which: Cyrillic and Greek letters like Latin ones, radicals, kana and
-- bopomofo signs like Han characters, and Han characters that differ in a stroke from those of Taiwan.
create or replace temp macro look_alikes() as
    'АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧοエカタトニハロㄧ⺌⺝⺠⺩⻄⻑⻘⻝⻣⻤内户戸温説税脱呉黄録緑絶眞靑淸愼敎旣尙産彦歩毎徳' || blank_letters();

create or replace temp macro as_usual(t) as
    translate(
        t,
        look_alikes(),
        'ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXo工力夕卜二八口一小月民王西長青食骨鬼內戶戶溫說稅脫吳黃錄綠絕真青清慎教既尚產彥步每德'
    );

create or replace temp macro look_alike_in(t) as
    nullif(regexp_extract(t, '[' || look_alikes() || ']'), '');

-- A character with its number, unlike that of the one that it looks like: 内 U+5185.
create or replace temp macro numbered(letter) as
    concat_ws(' ', nullif(trim(letter, blank_letters()), ''), 'U+' || lpad(hex(unicode(letter)), 4, '0'));

-- A remark in brackets is ignored.
create or replace temp macro without_remark(t) as regexp_replace(t, '[(\[【〔].*?[)\]】〕]', '', 'g');

-- A whole number in Arabic or Chinese numerals up to 99.
create or replace temp macro numeral(t) as
    case
        when regexp_full_match(t, '\d{1,4}') then try_cast(t as int)
        when regexp_full_match(t, '[一二三四五六七八九]') then strpos('一二三四五六七八九', t)::int
        when regexp_full_match(t, '[一二三四五六七八九]?十[一二三四五六七八九]?')
            then greatest(strpos('一二三四五六七八九', split_part(t, '十', 1)), 1)::int * 10
                + case when ends_with(t, '十') then 0 else strpos('一二三四五六七八九', split_part(t, '十', 2)) end::int
    end;

-- The time at the end of a text, of a form or an instant, which is followed by its zone.
create or replace temp macro clock_pattern() as
    '[T ]+(?:(上午|下午|AM|PM) ?)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?(上午|下午|AM|PM))?'
        || '(?: ?(Z|(?:GMT|UTC)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{1,2}(?::?\d{2})?))?$';

-- The minutes by which a zone is ahead of Greenwich: Z, GMT+8, +0800, -05:00.
create or replace temp macro zone_minutes(zone) as
    case
        when regexp_full_match(zone, 'Z|GMT|UTC') then 0
        when regexp_full_match(zone, '(GMT|UTC)?[+-](0?\d|1[0-4])(:?[0-5]\d)?')
            then try_cast(regexp_extract(zone, '[+-]') || '1' as int) * (
                60 * try_cast(regexp_extract(zone, '[+-](0?\d|1[0-4])(:?[0-5]\d)?$', 1) as int)
                + coalesce(try_cast(right(regexp_extract(zone, '[+-](0?\d|1[0-4])(:?[0-5]\d)?$', 2), 2) as int), 0)
            )
    end;

-- Whether a text that is a day, or a day and a form's time, says more than that: most do not, and to look for it is what
-- takes long.
create or replace temp macro has_more(t) as
    not regexp_full_match(
        t,
        '[\d/.年月-]*[\d日](?:[ T]+(?:[上下]午 ?)?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[上下]午)?(?:Z| ?GMT\+8)?)?'
    );

-- A number in a text without blanks: thousands may be separated, one of `units` may follow.
create or replace temp macro number_of(word, units) as
    try_cast(
        case
            when regexp_full_match(regexp_replace(word, '(' || units || ')$', ''), '[+-]?\d{1,3}(,\d{3})+(\.\d+)?')
                then replace(regexp_replace(word, '(' || units || ')$', ''), ',', '')
            when regexp_full_match(regexp_replace(word, '(' || units || ')$', ''), '[+-]?(\d+(\.\d*)?|\.\d+)')
                then regexp_replace(word, '(' || units || ')$', '')
        end as decimal(30, 12)
    );

-- Whole dollars, with or without NT$, 元 and separators; a fraction is none.
create or replace temp macro money_of(word) as
    number_of(
        regexp_replace(word, '^([+-]?)(?:nt\$|新[臺台]幣|twd|\$)([+-]?)', '\1\2'), '元整|元|圓'
    );

-- 111-2, 1112, 111學年度第2學期, 111學年度下學期: the semester as 111-2.
create or replace temp macro semester_in(name) as
    case when regexp_full_match(name, '\d{3}(?:學?年度?)?[-/.]?第?[12一二上下](?:學期)?')
        then name[1:3] || case when regexp_matches(name, '[2二下](學期)?$') then '-2' else '-1' end
    end;

-- 112, 112年, 112年度, 2023: the year as 112.
create or replace temp macro year_in(name) as
    case
        when regexp_full_match(name, '(?:民國)?\d{2,3}(?:年度?)?')
            then (try_cast(regexp_extract(name, '\d+') as int))::varchar
        when regexp_full_match(name, '(?:西元)?\d{4}(?:年度?)?')
            then (try_cast(regexp_extract(name, '\d+') as int) - 1911)::varchar
    end;

-- 1, 第1次 and 第一次 are one round; any other text names itself.
create or replace temp macro round_of(name) as
    coalesce(numeral(regexp_extract(name, '^第?([\d一二三四五六七八九十]{1,3})[次回]?$', 1))::varchar, name);

-- A number in front, as in a numbered list, is ignored; the 5 of 5G is no such number.
create or replace temp macro without_number(word) as
    regexp_replace(
        word, '^\(?(?:\d{1,2}(?:[.、:)-]+|(\p{Han}))|[一二三四五六七八九十]{1,3}[.、:)-]+)', '\1'
    );

-- A mark behind an answer plays no part; a question mark is a doubt.
create or replace temp macro without_mark(word) as regexp_replace(word, '[;,、。.※*!]+$', '');

create or replace temp macro yes_no_of(word) as
    case
        when word in ('是', '有', 'y', 'yes', 'v', '√', '✓', '✔', '☑', '✅', '○', '〇', '◯', '1', '1.0', 'true', 't') then true
        when word in ('否', '無', 'n', 'no', 'x', '✗', '✘', '✕', '✖', '╳', '×', '0', '0.0', 'false', 'f') then false
    end;

-- A school's code before or behind its name: 173608市立深澳國小, 深澳國小(173608).
create or replace temp macro code_before() as '^[(\[【〔]?([0-9][0-9A-Za-z]{3,5})[)\]】〕]?[-_:.、]*(\p{Han})';

create or replace temp macro code_behind() as '(\p{Han})[-_:.、]*[(\[【〔]?([0-9][0-9A-Za-z]{3,5})[)\]】〕]?$';

create or replace temp macro code_beside(name) as
    nullif(coalesce(
        nullif(regexp_extract(name, code_before(), 1), ''), regexp_extract(name, code_behind(), 2)
    ), '');

create or replace temp macro without_code(name) as
    regexp_replace(regexp_replace(name, code_before(), '\2'), code_behind(), '\1');

-- A school's name as it is compared.
create or replace temp macro school_name(t) as without_code(answer(squeeze(t)));

-- Schools: a `school_name` without the programme's own city and districts in front and 國小 behind. 國中 and 國中小 stay.
create or replace temp macro without_place(name) as
    regexp_replace(name, '^(' || getvariable('place_pattern') || ')+', '');

create or replace temp macro stem_in(name) as
    regexp_replace(
        regexp_replace(
            regexp_replace(without_place(name), '(國民中小學|中小學)$', '國中小'), '國民中學$', '國中'
        ),
        '(國民小學|國小|小學)$', ''
    );

create or replace temp macro stem_of(t) as stem_in(school_name(t));

create or replace temp macro kind_in(name) as
    map {
        '國民中小學': '國中小', '國中小': '國中小', '中小學': '國中小', '國民小學': '國小', '國小': '國小', '小學': '國小',
        '國民中學': '國中', '國中': '國中', '高級中學': '高中', '高中': '高中'
    }[regexp_extract(name, '(國民中小學|國中小|中小學|國民小學|國小|小學|國民中學|國中|高級中學|高中)$')];

create or replace temp macro kind_of(t) as kind_in(school_name(t));

-- A code that lost its leading zeros in a spreadsheet is the same code.
create or replace temp macro code_in(squeezed) as nullif(ltrim(upper(answer(squeezed)), '0'), '');

create or replace temp macro code_of(t) as code_in(squeeze(t));

-- Names of persons: dots between Han characters play no part, nor does a title behind at least two other characters, with
-- its field (資訊組長) or in brackets. A plain name of two or three characters has neither.
create or replace temp macro person_name(t) as
    case when regexp_full_match(t, '[\x{4E00}-\x{9FFF}]{2,3}') then t else bare_name(t) end;

-- Whether a cell without blanks says that there was nothing to record, or is in the place of a number that nobody
-- has, is clear from its first character but in few.
create or replace temp macro is_none(name) as
    case when regexp_matches(name, '^(?:[本目尚暫無沒未–—―─/-]|[nN].{0,2}$)') then no_record_in(name) else false end;

create or replace temp macro is_no_id(name) as
    case when regexp_matches(name, '^(?:[本目尚暫無沒未–—―─/免待-]|[nN0].{0,2}$)') then no_id_in(name) else false end;

-- Whether a text without blanks names nobody; nearly all are a plain name.
create or replace temp macro names_nobody(name) as
    case
        when regexp_full_match(name, '[\x{4E00}-\x{9FFF}]{2,4}') and not regexp_matches(name, '[全各所本人位名師計例填說無未待沒從缺]') then false
        else nobody_in(name)
    end;

-- Names in which a character was lost fit any character there.
create or replace temp macro same_name(a, b) as
    case
        when a = b then true
        when length(a) <> length(b) or not regexp_matches(a || b, '[〓?]') then false
        else len(list_filter(
            range(1, length(a) + 1), lambda i: a[i] <> b[i] and a[i] not in ('〓', '?') and b[i] not in ('〓', '?')
        )) = 0
    end;

-- Semesters of a school year: 08-01 to 01-31 and 02-01 to 07-31.
create or replace temp macro semester_of(day) as
    (year(day) - 1911 - (month(day) < 8)::int)::varchar || case when month(day) between 2 and 7 then '-2' else '-1' end;

-- The county that a name begins with or an answer names, with or without its 縣 or 市; 台 and 臺 are one.
create or replace temp macro counties() as [
    '臺北市', '新北市', '桃園市', '臺中市', '臺南市', '高雄市', '基隆市', '新竹市', '嘉義市', '新竹縣', '苗栗縣', '彰化縣',
    '南投縣', '雲林縣', '嘉義縣', '屏東縣', '宜蘭縣', '花蓮縣', '臺東縣', '澎湖縣', '金門縣', '連江縣'
];

create or replace temp macro county_in(name) as
    list_filter(counties(), lambda county: starts_with(replace(name, '台', '臺'), county))[1];

-- The first county that a name has anywhere: （新北市）信義國小, 私立臺北市再興國小.
create or replace temp macro county_within(name) as
    coalesce(
        county_in(name), list_filter(counties(), lambda county: contains(replace(name, '台', '臺'), county))[1]
    );

create or replace temp macro county_of(answer) as
    coalesce(
        county_in(answer),
        list_filter(counties(), lambda county: county[1:2] = replace(answer, '台', '臺'))[1]
    );

-- The number of a fault, as `fault_codes` lists them.
create or replace temp macro fault_of(in_table, because, in_column) as (
    select code from fault_codes where table_name = in_table and reason = because and column_name = in_column
);

-- The letters of a spreadsheet's column: 1 is A, 27 is AA.
create or replace temp macro column_letters(number) as
    case when number > 26 then chr((64 + (number - 1) // 26)::int) else '' end
    || chr((65 + (number - 1) % 26)::int);

-- A number without the zeros of its type.
create or replace temp macro plain(number) as format('{:.12g}', number::double);
