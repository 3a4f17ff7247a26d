"""Round trips of the parsers: whatever way a value is written, it is read back as that value.

The parsers are SQL over distinct texts, so each example is a batch of texts that goes through the real maps.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.warehouse.sql import QUERIES

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
        con.create_function("nfkc", lambda text: unicodedata.normalize("NFKC", text), ["VARCHAR"], "VARCHAR")
        con.execute("create table fault_codes (table_name text, reason text, column_name text, code int)")
        con.execute("create table courses (category text, ord int, word text, contains text[], never text[])")
        con.execute("set variable place_pattern = '基隆市立|基隆市|信義區|中正區|市立|私立'")
        con.execute((QUERIES / "macros.sql").read_text(encoding="utf-8"))
        maps = (QUERIES / "staging" / "maps.sql").read_text(encoding="utf-8")
        self.statements = [part for part in maps.split(";\n") if "create or replace" in part]
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
    con.remove_function("nfkc")
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
     "10/7/2022 25:00:00", "民國111年", "1111/1/1/1", "+111/10/7", "2022/10/7 上午 15:00:00"],
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


@pytest.mark.parametrize("text", ["半天", "三小時", "3小時半", "", "1,00", "1.2.3", "３／２", "--3", "3節"])
def test_what_is_no_number_of_hours_is_not_read_as_one(maps: Maps, text: str):
    assert maps.read("hours", [(text,)], "minutes") == [None]


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
