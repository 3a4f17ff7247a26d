"""Round trips of the parsers: whatever way a value is written, it is read back as that value.

The parsers are SQL over distinct texts, so each example is a batch of texts that goes through the real maps.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.sources import sheet
from dashboard.warehouse.build import texts
from dashboard.warehouse.sql import QUERIES, create_functions, remove_functions

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HAN = "零一二三四五六七八九"
SCHEMAS = {
    "text_texts": "raw text", "date_texts": "raw text, excel boolean", "hours_texts": "raw text",
    "number_texts": "raw text", "yes_no_texts": "raw text", "class_texts": "grade_raw text, class_raw text",
    "category_texts": "category_raw text, course_raw text",
}  # fmt: skip


class Maps:
    """The product's maps over whatever texts a test gives."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        create_functions(con, texts.FUNCTIONS)
        con.execute("create table fault_codes (table_name text, reason text, column_name text, code int)")
        con.execute("create table courses (category text, ord int, word text, contains text[], never text[])")
        con.execute("set variable place_pattern = '基隆市立|基隆市|信義區|中正區|市立|私立'")
        con.execute((QUERIES / "macros.sql").read_text(encoding="utf-8"))
        maps = [path.read_text(encoding="utf-8") for path in (QUERIES / "staging" / "maps").glob("*.sql")]
        self.statements = [part for text in maps for part in text.split(";\n") if "create or" in part]
        for name, columns in SCHEMAS.items():
            con.execute(f"create table {name} ({columns})")

    def read(self, kind: str, rows: Sequence[tuple[Any, ...]], wanted: str) -> list[Any]:
        """`wanted` of the map `kind` for each of `rows` of raw texts."""
        width = len(rows[0])
        names = [f"k{i}" for i in range(width)]
        batch = pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})
        self.con.register("batch", batch)
        self.con.execute(f"delete from {kind}_texts")
        self.con.execute(f"insert into {kind}_texts select distinct * from batch")
        for statement in self.statements:
            if f"table {kind}_map" in statement:
                self.con.execute(statement)
        keys = [part.split()[0] for part in SCHEMAS[f"{kind}_texts"].split(", ")]
        found = self.con.execute(f"select {', '.join(keys)}, {wanted} from {kind}_map").fetchall()
        self.con.unregister("batch")
        by_key = {row[:width]: row[width] for row in found}
        return [by_key[row] for row in rows]


@pytest.fixture(scope="module")
def maps() -> Iterator[Maps]:
    con = duckdb.connect()
    yield Maps(con)
    remove_functions(con, texts.FUNCTIONS)
    con.close()


def wide(text: str) -> str:
    """The same in full-width characters, as a phone types them."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@st.composite
def written_days(draw: st.DrawFn) -> tuple[dt.datetime, str]:
    """A day, or a day and time, in one of the accepted forms."""
    day = draw(st.dates(dt.date(1912, 1, 1), dt.date(2100, 12, 31)))
    clock = draw(st.times().map(lambda t: t.replace(microsecond=0)))
    roc = day.year - 1911
    half = "上午" if clock.hour < 12 else "下午"
    twelve = f"{clock.hour % 12 or 12}:{clock:%M:%S}"
    plain = [
        f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}", f"{day:%Y%m%d}",
        f"{roc}/{day:%m/%d}", f"{roc}-{day.month}-{day.day}", f"{roc}.{day:%m.%d}", f"{roc}年{day.month}月{day.day}日",
        f"民國{roc}年{day.month}月{day.day}日",
    ]  # fmt: skip
    if roc >= 10:
        plain.append(f"{roc}{day:%m%d}")
    timed = [
        f"{day:%Y-%m-%d}T{clock:%H:%M:%S}", f"{day.year}/{day.month}/{day.day} {half} {twelve}",
        f"{day.year}/{day.month}/{day.day} {clock:%H:%M:%S}", f"{day:%Y/%m/%d} {twelve} {half} GMT+8",
        f"{day.month}/{day.day}/{day.year} {clock:%H:%M:%S}",
    ]  # fmt: skip
    text = draw(st.sampled_from(plain + timed))
    moment = dt.datetime.combine(day, clock if text in timed else dt.time())
    return moment, draw(st.sampled_from([text, wide(text), f"  {text} ", f"　{text}"]))


@FEW
@given(st.lists(written_days(), min_size=1, max_size=60))
def test_a_day_in_any_accepted_form_is_that_day(maps: Maps, written: list[tuple[dt.datetime, str]]):
    assert maps.read("date", [(text, False) for _, text in written], "moment") == [
        moment for moment, _ in written
    ]


@FEW
@given(st.lists(st.dates(dt.date(1940, 1, 1), dt.date(2100, 12, 31)), min_size=1, max_size=60))
def test_a_serial_number_is_a_day_in_a_workbook_and_nothing_in_a_csv(maps: Maps, days: list[dt.date]):
    serials = [str((day - dt.date(1899, 12, 30)).days) for day in days]
    assert maps.read("date", [(text, True) for text in serials], "day") == days
    assert maps.read("date", [(text, False) for text in serials], "day") == [None] * len(days)


@FEW
@given(st.lists(st.text(max_size=30), min_size=1, max_size=40))
def test_no_text_whatever_makes_a_parser_fail(maps: Maps, texts: list[str]):
    rows = [(text.replace("\0", ""),) for text in texts]
    for kind, wanted in (("text", "word"), ("hours", "minutes"), ("number", "whole"), ("yes_no", "answer")):
        assert len(maps.read(kind, rows, wanted)) == len(rows)
    assert len(maps.read("date", [(text, True) for (text,) in rows], "moment")) == len(rows)
    assert len(maps.read("class", [(text, text) for (text,) in rows], "class_key")) == len(rows)


@pytest.mark.parametrize(
    "text",
    ["111/13/05", "2022-02-30", "111年9月31日", "10/7/2022", "昨天", "111/10", "2022", "44841", "0/10/7", "2022-10-07T25:00",
     "10/7/2022 25:00:00", "民國111年", "1111/1/1/1", "+111/10/7", "2022/10/7 上午 15:00:00", "10月7日", "10/7(五)",
     "111/10/7-10/9", "111/10/7~8", "111/10/07~111/10/08", "111/10/7-8", "111/10/07、111/10/14", "111/10/7(五)-10/8(六)",
     "111/10/7(五)~8(六)", "111/10/7 9:00 - 10/9 12:00", "111/10/7(五、六)", "111年10月(五)", "111/10 週五", "10月7日 星期五", "星期五",
     "111年10月", "2022-10", "111/10/7 25時", "111/10/7 9:60", "111/10/7 第二場", "2022-10-07T09:00:00+25:00", "10/7/2022 (五)",
     "#N/A", "111/10/7 及 111/10/8", "111/10/7(8)", "五 111"],
)  # fmt: skip
def test_what_is_no_day_is_not_read_as_one(maps: Maps, text: str):
    assert maps.read("date", [(text, False)], "moment") == [None]


@FEW
@given(st.lists(st.integers(1, 20000).map(lambda n: Decimal(n) / 100), min_size=1, max_size=40), st.data())
def test_hours_are_exact_in_whatever_unit(maps: Maps, hours: list[Decimal], data: st.DataObject):
    forms = ("{h}", "{h}小時", " {h} 小時 ", "{h}時", "{h} hr", "{h}HOURS")
    texts = [data.draw(st.sampled_from(forms)).format(h=hour) for hour in hours]
    texts = [data.draw(st.sampled_from([text, wide(text)])) for text in texts]
    assert maps.read("hours", [(text,) for text in texts], "minutes") == [hour * 60 for hour in hours]


@FEW
@given(st.lists(st.integers(1, 12000), min_size=1, max_size=40))
def test_minutes_are_exact_parts_of_an_hour(maps: Maps, minutes: list[int]):
    got = maps.read("hours", [(f"{minute}分鐘",) for minute in minutes], "minutes")
    assert [Fraction(value) / 60 for value in got] == [Fraction(minute, 60) for minute in minutes]


@FEW
@given(st.lists(st.integers(0, 999_999), min_size=1, max_size=40), st.data())
def test_a_count_is_read_with_its_unit_and_separators(maps: Maps, counts: list[int], data: st.DataObject):
    forms = ("{n}", "{n}班", "{n:,}", "{n} 人", "{n}.0")
    texts = [data.draw(st.sampled_from(forms)).format(n=count) for count in counts]
    texts = [data.draw(st.sampled_from([text, wide(text)])) for text in texts]
    assert maps.read("number", [(text,) for text in texts], "whole") == counts


@pytest.mark.parametrize(
    "text",
    [
        "半天",
        "約3小時",
        "",
        "1,00",
        "1.2.3",
        "３／２",
        "--3",
        "3節",
        "3:60",
        "3:00:30",
        "1 day, 3:00:00",
        "09:00-12:00",
        "整",
        "1小時60分",
        "1.5小時30分",
        "半",
        "3:00 AM",
        "時",
        "#N/A",
        "五十",
    ],
)
def test_what_is_no_number_of_hours_is_not_read_as_one(maps: Maps, text: str):
    assert maps.read("hours", [(text,)], "minutes") == [None]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("3:00", 180), ("3:00:00", 180), ("0:30", 30), ("30:00", 1800), ("３：３０", 210), (" 03:20 ", 200), ("1小時30分", 90),
     ("1時30分鐘", 90), ("1小時又5分", 65), ("1hr30min", 90), ("三小時", 180), ("兩小時", 120), ("十二個小時", 720), ("三十分鐘", 30),
     ("3小時整", 180), ("3.5小時整", 210), ("3小時半", 210), ("一個半小時", 90), ("1個半小時", 90), ("兩個半鐘頭", 150), ("半小時", 30),
     ("半個小時", 30), ("二十分", 20), ("2 小時 20 分鐘", 140), ("90 分鐘;", 90), ('="3"', 180), ("'3", 180), ("3、", 180),
     ("3小時\u200b", 180), ("&#51;小時", 180), ("-3小時", -180), ("1,000小時", 60000), ("1.5hours", 90)],
)  # fmt: skip
def test_hours_in_words_or_as_a_time_are_exact_minutes(maps: Maps, text: str, minutes: int):
    assert maps.read("hours", [(text,)], "minutes") == [minutes]


# What a spreadsheet, a form or a web page does to a text


@pytest.mark.parametrize(
    ("text", "name", "tidied"),
    [('="T1"', "T1", "T1"), ("'T1", "T1", "T1"), (' ="T 1" ', "T1", "T 1"), ('="他說""好"""', '他說"好"', '他說"好"'),
     ('＝"T1"', "T1", "T1"), ("'=\"T1\"", "T1", "T1"), ("'", "", ""), ('=""', "", ""), ("=T1", "=T1", "=T1"),
     ("O'Brien", "O'Brien", "O'Brien"), ("王&#22531;明", "王堃明", "王堃明"), ("王&#x5803;明", "王堃明", "王堃明"),
     ("甲 &amp; 乙", "甲&乙", "甲 & 乙"), ("R&D", "R&D", "R&D"), ("a&b;c", "a&b;c", "a&b;c"), ("甲&nbsp;乙", "甲乙", "甲 乙"),
     ("深\u200b澳\ufeff", "深澳", "深澳"), ("深\ufe00澳\U000e0101", "深澳", "深澳"), ("深\u00ad澳\u202e", "深澳", "深澳"),
     ("深\x01澳\x7f", "深澳", "深澳"), ("深\t澳\n國\x0b小", "深澳國小", "深 澳 國 小"), ("深　澳\u2028國", "深澳國", "深 澳 國"),
     ("\u2060", "", ""), ("⽊工", "木工", "木工"), ("  plain  text ", "plaintext", "plain text"), ("a=b'c", "a=b'c", "a=b'c")],
)  # fmt: skip
def test_a_text_is_compared_without_what_plays_no_part_in_it(maps: Maps, text: str, name: str, tidied: str):
    assert maps.con.execute("select squeeze($1), tidy($1)", [text]).fetchall() == [(name, tidied)]


@FEW
@given(st.lists(st.text(st.sampled_from("aB3 五班&='\"-;"), max_size=8), min_size=1, max_size=60))
def test_the_short_way_of_a_plain_text_gives_what_the_long_one_does(maps: Maps, texts: list[str]):
    query = "select squeeze(t) = replace(nfkc(t), ' ', ''), tidy(t) = nfkc(t) from unnest($1) as texts (t)"
    assert set(maps.con.execute(query, [texts]).fetchall()) == {(True, True)}


@pytest.mark.parametrize(
    "text",
    ["#N/A", "#n/a ", " #REF!", "＃ＲＥＦ！", "#VALUE!", "#DIV/0!", "#div/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "Loading...",
     "Loading…", "loading...", "#N\u200b/A", "#ERROR!", "#N/A;", "#CALC!", "#FIELD!", "#GETTING_DATA", "#BLOCKED!", "#UNKNOWN!",
     "載入中...", "載入中…", "正在載入…", "Err:502", "#####"],
)  # fmt: skip
def test_an_error_cell_is_one_in_any_case_and_width(maps: Maps, text: str):
    assert read_by(maps, "failed", [text]) == [True]
    assert text[:1] == "＃" or "\u200b" in text or sheet.ERROR.fullmatch(text.strip(" ;"))
    assert maps.con.execute("select names_nobody(squeeze($1))", [text.strip(";")]).fetchall() == [(True,)]
    assert maps.read("hours", [(text,)], "blank") == [False]


@pytest.mark.parametrize(
    "text",
    ["N/A", "無", "#1", "#N/A 說明", "REF", "Loading", "", "-", "##", "#1班!", "載入中", "Err", "enter"],
)
def test_what_only_resembles_an_error_cell_is_none(maps: Maps, text: str):
    assert read_by(maps, "failed", [text]) == [False]
    assert not sheet.ERROR.fullmatch(text)


SEVENTH = dt.datetime(2022, 10, 7)


@pytest.mark.parametrize(
    ("text", "hour"),
    [("111/10/7(五)", 0), ("111/10/7（五）", 0), ("111年10月7日(星期五)", 0), ("111年10月7日 星期五", 0), ("111.10.07（週五）", 0),
     ("2022/10/7 禮拜五", 0), ("2022-10-07 (Fri)", 0), ("2022-10-07 Friday", 0), ("2022/10/7 Fri.", 0), ("2022/10/7 周五", 0),
     ("111/10/7 五", 0), ("111年10月7日 五", 0), ("1111007(五)", 0), ("111/10/07 (五) 13:30", 13.5), ("111/10/7【五】09:00", 9),
     ("111.10.7.", 0), ("111.10.7.(五)", 0), ("111/10/7。", 0), ("111/10/7;", 0), ("111/10/7、", 0), ("'111/10/07", 0),
     ('="111/10/07"', 0), ("111年10月7日上午9時", 9), ("111/10/7 上午9時", 9), ("111/10/7 下午3點半", 15.5), ("111/10/7 9時30分", 9.5),
     ("111/10/7 上午九時", 9), ("111年10月7日下午十二時", 12), ("111/10/7 09:00", 9), ("111/10/7 9:00-12:00", 9),
     ("111-10-07 13:30-16:30", 13.5), ("111/10/7 09:00~12:00", 9), ("111/10/7(五) 9:00–12:00", 9), ("111/10/7 9時至12時", 9),
     ("111/10/7 9:00 - 12:00", 9), ("111/10/7 (09:00-12:00)", 9), ("111/10/7 下午1:30~4:30", 13.5), ("111/10/7 上午", 0),
     ("111/10/7 早上9點", 9), ("111/10/7 晚上7:00", 19), ("111 年 10 月 7 日", 0), ("民國111年10月7日（星期五）上午9時", 9),
     ("１１１／１０／７（五）", 0), ("2022/10/7 3:00:00 下午", 15), ("2022/10/07 3:00:00 下午 GMT+8", 15), ("2022-10-07 24:00", 24),
     ("111/10/\u200b7", 0), ("10/7/2022 9:00:00", 9), ("2022-10-07T09:00:00.000", 9), ("2022-10-07 9:00 AM", 9)],
)  # fmt: skip
def test_what_stands_behind_a_day_does_not_hide_it(maps: Maps, text: str, hour: float):
    assert maps.read("date", [(text, False)], "moment") == [SEVENTH + dt.timedelta(hours=hour)]


@pytest.mark.parametrize(
    ("text", "moment"),
    [("2022-09-12T16:00:00.000Z", "2022-09-13 00:00"), ("2022-09-12T15:59:59Z", "2022-09-12 23:59:59"),
     ("2022-09-12T16:00:00+00:00", "2022-09-13 00:00"), ("2022-09-12T16:00Z", "2022-09-13 00:00"),
     ("2022-09-12 16:00:00 UTC", "2022-09-13 00:00"), ("2022/09/12 4:00:00 下午 GMT+0", "2022-09-13 00:00"),
     ("2022-09-12T16:00:00-05:00", "2022-09-13 05:00"), ("2022-09-12 20:00-05:00", "2022-09-13 09:00"),
     ("2022-09-13T00:30:00+09:00", "2022-09-12 23:30"), ("2022-09-13T00:00:00+0800", "2022-09-13 00:00"),
     ("2022/09/13 12:30:00 上午 GMT+8", "2022-09-13 00:30"), ("2022-07-31T16:30Z", "2022-08-01 00:30"),
     ("2022-09-12T16:00:00−05:00", "2022-09-13 05:00"), ("9/12/2022 16:00:00 GMT+00:00", "2022-09-13 00:00"),
     ("2022-12-31T16:00:00Z", "2023-01-01 00:00"), ("2022-09-12 16:00:00 +0000", "2022-09-13 00:00")],
)  # fmt: skip
def test_an_instant_is_the_day_in_taiwan(maps: Maps, text: str, moment: str):
    assert maps.read("date", [(text, False)], "moment") == [dt.datetime.fromisoformat(moment)]


def han(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else HAN[tens]) + "十" if tens else "") + (HAN[ones] if ones else "")


@st.composite
def written_classes(draw: st.DrawFn) -> tuple[str, str, str]:
    """A class in one of the accepted forms: its key and the texts of its two columns."""
    grade = draw(st.integers(1, 12))
    number = draw(st.one_of(st.integers(1, 30), st.sampled_from("忠孝仁愛信義和平甲乙")))
    grades = [f"{grade}", han(grade), f"{grade}年級", f"{han(grade)}年級", f"{grade}年"]
    names = [
        f"{number}",
        f"{number}班",
        f"{grade}年{number}班",
        f"{han(grade)}年{number}班",
        f"{grade}-{number}",
    ]
    if isinstance(number, int):
        names += [han(number), f"{han(number)}班", f"{han(grade)}年{han(number)}班", f"{grade}{number:02}"]
    texts = draw(st.tuples(st.sampled_from(grades), st.sampled_from(names)))
    if draw(st.booleans()):
        texts = (wide(texts[0]), wide(texts[1]))
    return f"{grade}-{number}", *texts


@FEW
@given(st.lists(written_classes(), min_size=1, max_size=60))
def test_a_class_in_any_accepted_form_is_that_class(maps: Maps, written: list[tuple[str, str, str]]):
    rows = [(grade, name) for _, grade, name in written]
    assert maps.read("class", rows, "case when not conflict then class_key end") == [
        key for key, _, _ in written
    ]


@FEW
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 30))
def test_a_class_of_another_grade_is_a_conflict(maps: Maps, grade: int, other: int, number: int):
    texts = [f"{other}{number:02}", f"{other}-{number}", f"{han(other)}年{number}班"]
    got = maps.read("class", [(str(grade), text) for text in texts], "conflict")
    assert got == [grade != other] * 3


@FEW
@given(
    st.sampled_from(["深澳", "信義", "中正", "暖暖", "二信"]),
    st.lists(
        st.sampled_from(["", "基隆市", "基隆市立", "市立", "私立", "信義區", "中正區", "基隆市信義區"]),
        min_size=8,
        max_size=8,
    ),
    st.lists(st.sampled_from(["", "國小", "國民小學", "小學"]), min_size=8, max_size=8),
)
def test_a_school_is_its_stem_whatever_stands_around_it(
    maps: Maps, stem: str, places: list[str], kinds: list[str]
):
    for place, kind in zip(places, kinds, strict=True):
        for text in (f"{place}{stem}{kind}", wide(f" {place} {stem}{kind}　")):
            assert maps.con.execute("select stem_of($1)", [text]).fetchall() == [(stem,)]


@pytest.mark.parametrize(
    "text", ["新北市信義國小", "信義國中", "信義國民中小學", "信義國中小", "信義高中", "信義國小附設幼兒園"]
)
def test_another_school_is_another_stem(maps: Maps, text: str):
    assert maps.con.execute("select stem_of($1)", [text]).fetchall() != [("信義",)]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [("王堃明", "王〓明", True), ("王?明", "王堃明", True), ("王〓明", "王〓明", True), ("王〓明", "李堃明", False),
     ("王〓", "王堃明", False), ("王小明", "王大明", False), ("?", "王", True)],
)  # fmt: skip
def test_a_lost_character_fits_any_one_character(maps: Maps, a: str, b: str, same: bool):
    assert maps.con.execute("select same_name($1, $2)", [a, b]).fetchall() == [(same,)]


# Yes or no, classes, categories, schools


@pytest.mark.parametrize(
    ("text", "answer"),
    [("是;", True), ("是,", True), ("是、", True), ("是。", True), ("是※", True), ("否*", False), ("否 ＊", False), ("無；", False),
     ("✔\ufe0f", True), ("V.", True), ("'是", True), ('="否"', False), ("是\u200b", True), ("X!", False), ("1.0", True), ("√", True),
     ("是?", None), ("是否", None), ("#REF!", None), (";", None), ("是(已補)", None)],
)  # fmt: skip
def test_a_mark_behind_a_yes_or_no_plays_no_part(maps: Maps, text: str, answer: bool | None):
    assert maps.read("yes_no", [(text,)], "answer") == [answer]
    assert maps.read("yes_no", [(text,)], "blank") == [False]


@pytest.mark.parametrize(
    "text",
    ["2022-05-02", "2022/5/2", "2022.5.2", "5月2日", "05月02日", "２０２２／５／２", "111/5/2", "5/2", "05/02", "2-May", "02-May", "May-02",
     "2-may", "2 May", "May-2", "2-May-22", "2022年5月2日", "五月二日", "2022-05-02 00:00:00", "5/2/2022", "44683", '="2022-05-02"',
     "5月2日 上午 12:00:00", "2-Sept", "'5月2日"],
)  # fmt: skip
def test_what_a_spreadsheet_made_of_a_class_is_no_class(maps: Maps, text: str):
    assert maps.read("class", [("五", text)], "is_none") == [True]
    assert maps.con.execute("select is_date_of_class(squeeze($1))", [text]).fetchall() == [(True,)]


@pytest.mark.parametrize(
    "text",
    [
        "#N/A",
        "Loading...",
        "全校五年級各班學生",
        "五年自主學習資優班班班",
        "ㄧ班",
        "班",
        "五年ㄧ班",
        "無",
        "－",
        "各班",
        "全部",
        "五年各班",
        "全年級",
        "五年級",
        "5年",
        "二班、三班",
        "1~3",
        "2,3",
        "忠/孝",
        "1至3班",
        "0",
        "52",
        "五年七十班",
        "5-0",
    ],
)
def test_what_is_no_class_is_not_read_as_one(maps: Maps, text: str):
    assert maps.read("class", [("五", text)], "is_none") == [True]


@pytest.mark.parametrize(
    ("text", "key"),
    [("5-2", "5-2"), ("502", "5-2"), ("五年二班", "5-2"), ("二班;", "5-2"), ("忠", "5-忠"), ("五年忠班", "5-忠"), ("2", "5-2"), ("資源班", "5-資源"),
     ("5-12", "5-12"), ("'5-2", "5-2"), ('="502"', "5-2"), ("5\u200b-2", "5-2"), ("５－２", "5-2"), ("五年級自主學習班", "5-自主學習"),
     ("5之2", "5-2"), ("5.2", "5-2"), ("五(2)", "5-2"), ("5（二）班", "5-2"), ("五年(2)班", "5-2"), ("五02", "5-2"), ("五二", "5-2"), ("502.0", "5-2"),
     ("2.0", "5-2"), ("五忠", "5-忠"), ("5忠", "5-忠"), ("五忠班", "5-忠"), ("5A", "5-A"), ("五a", "5-A"), ("五年二班（普通班）", "5-2"),
     ("十二", "5-12"), ("12", "5-12"), ("30", "5-30"), ("混齡班", "5-混齡"), ("不分班", "5-不分"), ("信義", "5-信義")],
)  # fmt: skip
def test_a_class_stays_a_class(maps: Maps, text: str, key: str):
    assert maps.read(
        "class", [("五", text)], "case when not conflict and not is_none then class_key end"
    ) == [key]


@pytest.mark.parametrize("text", ["六忠", "6之2", "6.2", "一二", "6A", "四(2)", "602", "六年二班"])
def test_a_class_of_another_grade_is_none_of_this_one(maps: Maps, text: str):
    assert maps.read("class", [("五", text)], "conflict") == [True]


COURSES = [
    ("A1", 0, ["數位學習工作坊(一)"], []), ("A2", 1, ["數位學習工作坊(二)"], []),
    ("資安", 2, ["資通安全", "資訊安全", "資安"], ["專業職能"]), ("數位素養", 3, ["數位素養"], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("category", "course", "categories", "unknown"),
    [
        ("A1, A2", "增能", ["A1", "A2"], False), ("A2、A1", "增能", ["A1", "A2"], False), ("a1/a2", "增能", ["A1", "A2"], False),
        ("資安;數位素養", "研習", ["資安", "數位素養"], False), ("Ａ１；Ａ２", "增能", ["A1", "A2"], False), ("A1;", "增能", ["A1"], False),
        ("資通安全", "研習", ["資安"], False), ("資訊安全、數位素養", "研習", ["資安", "數位素養"], False), ("A1, 其他", "研習", ["A1"], False),
        ("資安, 數位素養", "資安專業職能", ["數位素養"], False), ("資安", "資安專業職能", [], False), ("", "資安專業職能", [], False),
        ("", "數位學習工作坊(二)", ["A2"], False), ("其他", "資通安全研習", ["資安"], True), ("其他", "體育", [], True), ("#N/A", "資安", ["資安"], True),
        ("", "體育", [], False), ("A1A2", "體育", [], True), ("'A1", "體育", ["A1"], False), ("A1\u200b,A2", "體育", ["A1", "A2"], False),
        ("資安", "數位素養", ["資安"], False), (" , ", "資安", ["資安"], False), ("A1\nA2", "增能", ["A1", "A2"], False),
        ("A1＋A2", "增能", ["A1", "A2"], False), ("資安 & 數位素養", "研習", ["資安", "數位素養"], False),
    ],
)  # fmt: skip
def test_a_course_has_every_category_that_it_names(
    maps: Maps, category: str, course: str, categories: list[str], unknown: bool
):
    maps.con.execute("delete from courses")
    for name, ord_, contains, never in COURSES:
        row = [name, ord_, name, contains, never]
        maps.con.execute(
            "insert into courses select $1, $2, word($3), list_transform($4, lambda x: word(x)), $5", row
        )
    assert maps.read("category", [(category, course)], "categories") == [categories]
    assert maps.read("category", [(category, course)], "is_unknown") == [unknown]


@pytest.mark.parametrize(
    ("text", "code", "stem"),
    [("173608市立深澳國小", "173608", "深澳"), ("深澳國小(173608)", "173608", "深澳"), ("（１７３６０８）深澳國小", "173608", "深澳"),
     ("基隆市深澳國小173608", "173608", "深澳"), ("173608_深澳國小", "173608", "深澳"), ("深澳國小-173608", "173608", "深澳"),
     ("[173608]信義區深澳國小", "173608", "深澳"), ("11601板橋國小", "11601", "板橋"), ("深澳國小、", None, "深澳"), ("173608", None, "173608"),
     ("深\u200b澳國小", None, "深澳"), ("'深澳國小", None, "深澳"), ('="深澳國小"', None, "深澳"), ("&#28145;澳國小", None, "深澳")],
)  # fmt: skip
def test_a_code_beside_a_schools_name_is_no_part_of_it(maps: Maps, text: str, code: str | None, stem: str):
    query = "select code_beside(answer(squeeze($1))), stem_of($1)"
    assert maps.con.execute(query, [text]).fetchall() == [(code, stem)]


@pytest.mark.parametrize(
    ("text", "letter"),
    [("碇内國小", "内"), ("⻄定國小", "⻄"), ("ニ信國小", "ニ"), ("А1", "А"), ("五年ㄧ班", "ㄧ"), ("深奧國小", None), ("A1", None), ("", None)],
)  # fmt: skip
def test_a_look_alike_is_found(maps: Maps, text: str, letter: str | None):
    assert maps.con.execute("select look_alike_in($1)", [text]).fetchall() == [(letter,)]


@pytest.mark.parametrize(
    ("text", "number"),
    [("24班", 24), ("24 班;", 24), ("３０人次", 30), ("10場次", 10), ("2份", 2), ("'24", 24)],
)
def test_a_unit_may_follow_a_number(maps: Maps, text: str, number: int):
    assert maps.read("number", [(text,)], "whole") == [number]


# Semesters, years, money, rounds: read from the map of texts by a macro each


def read_by(maps: Maps, macro: str, texts: Sequence[str]) -> list[Any]:
    """What a macro gives for each text, as the columns of that type read it."""
    return maps.read("text", [(text,) for text in texts], macro)


@st.composite
def written_semesters(draw: st.DrawFn) -> tuple[str, str]:
    year, half = draw(st.integers(100, 199)), draw(st.integers(1, 2))
    text = draw(
        st.sampled_from([
            f"{year}-{half}", f"{year}{half}", f"{year}學年度第{half}學期", f"{year}學年度第{HAN[half]}學期",
            f"{year}學年度{'上下'[half - 1]}學期", f"{year} 學年 第 {half} 學期",
        ])
    )  # fmt: skip
    return f"{year}-{half}", draw(st.sampled_from([text, wide(text), f" {text}　"]))


@FEW
@given(st.lists(written_semesters(), min_size=1, max_size=60))
def test_a_semester_in_any_accepted_form_is_that_semester(maps: Maps, written: list[tuple[str, str]]):
    assert read_by(maps, "semester_in(word)", [text for _, text in written]) == [name for name, _ in written]


@pytest.mark.parametrize(
    "text", ["112", "111-3", "11-2", "111學年度", "第2學期", "111-22", "2022-2", "下學期"]
)
def test_what_is_no_semester_is_nothing(maps: Maps, text: str):
    assert read_by(maps, "semester_in(word)", [text]) == [None]


@st.composite
def written_years(draw: st.DrawFn) -> tuple[str, str]:
    year = draw(st.integers(90, 188))
    text = draw(
        st.sampled_from(
            [f"{year}", f"{year}年", f"{year}年度", f"{year + 1911}", f"{year + 1911}年度", f"民國{year}年"]
        )
    )
    return str(year), draw(st.sampled_from([text, wide(text), f" {text} "]))


@FEW
@given(st.lists(written_years(), min_size=1, max_size=60))
def test_a_year_in_any_accepted_form_is_that_year(maps: Maps, written: list[tuple[str, str]]):
    assert read_by(maps, "year_in(word)", [text for _, text in written]) == [year for year, _ in written]


@pytest.mark.parametrize("text", ["一一二", "112.5", "11200", "年", "112學年度"])
def test_what_is_no_year_is_nothing(maps: Maps, text: str):
    assert read_by(maps, "year_in(word)", [text]) == [None]


@st.composite
def written_money(draw: st.DrawFn) -> tuple[int, str]:
    amount = draw(st.integers(-(10**9), 10**11))
    figure = draw(st.sampled_from([f"{amount}", f"{amount:,}", f"{amount}.00"]))
    front = draw(st.sampled_from(["", "NT$", "NT$ ", "nt$", "$", "新臺幣"]))
    text = f"{front}{figure}{draw(st.sampled_from(['', '元', ' 元']))}"
    return amount, draw(st.sampled_from([text, wide(text), f" {text} "]))


@FEW
@given(st.lists(written_money(), min_size=1, max_size=60))
def test_money_in_any_accepted_form_is_that_amount(maps: Maps, written: list[tuple[int, str]]):
    assert read_by(maps, "money_of(word)", [text for _, text in written]) == [amount for amount, _ in written]


@pytest.mark.parametrize("text", ["1,00", "12萬", "NT", "元", "約 5000", "1,0000", "--5"])
def test_what_is_no_money_is_nothing(maps: Maps, text: str):
    assert read_by(maps, "money_of(word)", [text]) == [None]


@FEW
@given(
    st.lists(
        st.tuples(st.integers(1, 99), st.sampled_from(["{0}", "第{0}次", "{1}", "第{1}次", "第 {0} 次"])),
        min_size=1,
        max_size=60,
    )
)
def test_a_round_in_figures_or_numerals_is_one(maps: Maps, written: list[tuple[int, str]]):
    texts = [form.format(number, han(number)) for number, form in written]
    assert read_by(maps, "round_of(name)", texts) == [str(number) for number, _ in written]


@pytest.mark.parametrize(
    ("text", "rest"),
    [("1.單元", "單元"), ("(1)單元", "單元"), ("1單元", "單元"), ("１、單元", "單元"), ("一、單元", "單元"), ("5g應用", "5g應用"),
     ("3. 5G 應用", "5g應用"), ("單元1", "單元1"), ("一單元", "一單元")],
)  # fmt: skip
def test_a_number_in_front_of_a_choice_is_ignored(maps: Maps, text: str, rest: str):
    assert read_by(maps, "without_number(word)", [text]) == [rest]
