"""The workbook of `kpi export`: the figures of `kpi results`, as cells that sort and filter, and nothing beyond its scope."""

import datetime as dt
import html
import io
import os
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from dashboard import access, questions, warehouse
from dashboard.exports import ods, tables, workbook
from dashboard.exports.ods import Cell as Looked
from dashboard.language import words
from dashboard.language.texts import Manner, written
from tests.cases.tables import COACHING, SCHOOLS, STAFF
from tests.cases.tables import written as rows_written
from tests.pages import html_of, open_page
from tests.running import EVERY_SCHOOL, kpi
from tests.samples import Place

KINDS = ("xlsx", "ods")
FIGURES = ("計數", "基數", "應達", "完成率", "期限", "資料註記")
LAST = ["指標定義", "資料快照", "資料註記"]


def read(made: bytes) -> dict[str, list[dict[str, Any]]]:
    """The rows of each worksheet by the names of its columns; a blank cell is None."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    found = {}
    for name in book.sheet_names:
        head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        found[name] = [
            dict(zip(head, (None if cell == "" else cell for cell in row), strict=True)) for row in rows
        ]
    return found


def text_of(made: bytes) -> str:
    """All that the file's parts say."""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        told = (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
        return html.unescape("\n".join(told))  # a part may write a letter as its number


def shown(place: Place, on: dt.date) -> dict[tuple[str, str], dict[str, Any]]:
    """The indicators and periods that the pages show on a day, by what the workbook calls them."""
    found = {}
    for period in rows_of(place, "periods", by_default=on):
        for one in rows_of(place, "kpis", period=period["period"], by_default=on):
            found[one["kpi"], one["period"]] = {**one, "period_label": period["label"]}
    return found


def rows_of(place: Place, query: str, **asked: Any) -> list[dict[str, Any]]:
    names, found = warehouse.rows(place.snapshot, query, access.bureau(), **asked)
    return [dict(zip(names, row, strict=True)) for row in found]


def figures(row: dict[str, str], one: dict[str, Any]) -> list[Any]:
    """The status and the figures of a row of `kpi results`, as the workbook has them."""
    numbers = [float(row[name]) if row[name] else None for name in ("counted", "base", "required", "rate")]
    deadline = dt.date.fromisoformat(row["deadline"]) if row["deadline"] else None
    flags = "、".join(words.FLAGS[code].source_text for code in row["flags"].split(";") if code)
    some = "（部分學校）" if flags and row["level"] != "school" else ""
    status = words.STATUSES[row["status"]].sign + " " + words.word(row["status"], one["require"])
    return [status, *numbers, deadline, flags + some or None]


def told(row: dict[str, Any]) -> list[Any]:
    return [row["狀態"], *(row[name] for name in FIGURES)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("later", [0, 45])
def test_every_figure_is_that_of_kpi_results(each_programme: Place, kind: str, later: int) -> None:
    on = each_programme.on + dt.timedelta(days=later)
    book = read(each_programme.export(kind, "--as-of", on))
    wanted = shown(each_programme, on)
    several = len({period for _, period in wanted}) > 1
    assert several == (each_programme.programme == "ntpc-5g-112")
    own = [row for row in each_programme.results("--as-of", on) if (row["kpi"], row["period"]) in wanted]
    schools, sums = [], []
    for row in own:
        one = wanted[row["kpi"], row["period"]]
        period = one["period_label"] if several else None
        if row["level"] == "school":
            schools.append([one["short"], period, row["group"], row["school"], *figures(row, one)])
        else:
            counts = [float(row[f"schools_{name}"]) for name in ("met", "judged", "no_data")]
            sums.append([one["label"], period, row["group"] or "全市", *counts, *figures(row, one)])
    assert [
        [name, row.get("期間"), row["組別"], row["學校"], *told(row)]
        for name, rows in book.items()
        if name not in ("總表", *LAST)
        for row in rows
    ] == schools
    counted = ("達標校數", "應評校數", "未填報校數")
    found = [
        [row["指標"], row.get("期間"), row["組別"], *(row[name] for name in counted), *told(row)]
        for row in book["總表"]
    ]
    assert sorted(found, key=str) == sorted(sums, key=str) and len(found) > 50
    assert [row[2] for row in found[:2]] == ["全市", own[0]["group"]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_sheets_are_the_sum_each_indicator_and_what_they_rest_on(
    each_programme: Place, kind: str
) -> None:
    on = each_programme.on
    book = read(each_programme.export(kind, "--as-of", on))
    shorts = list(
        dict.fromkeys(
            one["short"] for one in sorted(shown(each_programme, on).values(), key=lambda one: one["ord"])
        )
    )
    assert list(book) == ["總表", *shorts, *LAST]
    defined = {(row["指標"], row["規則"], row["條文"], row["期限"]) for row in book["指標定義"]}
    assert defined == {
        (one["label"], one["rule"], one["clause"], one["deadline"] or "不設")
        for one in shown(each_programme, on).values()
    }
    assert all(row["應達"] for row in book["指標定義"])
    (facts,) = rows_of(each_programme, "snapshot")
    said = {row["項目"]: row["內容"] for row in book["資料快照"]}
    built = facts["built_at"].replace(microsecond=0)
    assert said["快照時間"].replace(microsecond=0) == built
    assert (said["計畫"], said["截至"], said["指紋"]) == (facts["title"], on, facts["fingerprint"])
    assert said["縣市"] in ("基隆市", "新北市") and said["快照"] == each_programme.snapshot.stamp
    assert (said["資料範圍"], said["校數"]) == ("全市", len(rows_of(each_programme, "school_names")))


@pytest.mark.parametrize("kind", KINDS)
def test_the_flags_are_those_of_kpi_flags_a_line_a_cause(each_programme: Place, kind: str) -> None:
    on = each_programme.on
    own = each_programme.ask("flags", "--as-of", on, "--format", "csv").rows
    wanted = shown(each_programme, on)
    masked = [
        row["message"]
        for row in rows_of(each_programme, "kpi_flags", on=on)
        if (row["kpi"], row["period"]) in wanted
    ]
    own = [row for row in own if (row["kpi"], row["period"]) in wanted]
    labels = {row["table_name"]: row["label"] for row in rows_of(each_programme, "tables")}
    assert [list(row.values()) for row in read(each_programme.export(kind, "--as-of", on))["資料註記"]] == [
        [
            wanted[row["kpi"], row["period"]]["label"],
            *(
                [wanted[row["kpi"], row["period"]]["period_label"]]
                if each_programme.programme != "keelung-111"
                else []
            ),
            row["school"],
            words.FLAGS[row["flag"]].source_text,
            labels[row["table"]],
            row["file"] or None,
            float(row["line"]) if row["line"] else None,
            message,
        ]
        for row, message in zip(own, masked, strict=True)
    ]
    assert len(own) > 10


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_named(keelung: Place, kind: str) -> None:
    """The sample has refused rows whose reason names two persons; the command's own `flags` prints them whole."""
    asked = {"on": keelung.on, "kpi": None, "period": None, "school": None}
    whole = {row[-1] for row in warehouse.rows(keelung.snapshot, "kpi_flags", EVERY_SCHOOL, **asked)[1]}
    named = {name for message in whole for name in re.findall(r"名冊上是「(\w+)」", message)}
    assert len(named) >= 2
    units = warehouse.rows(
        keelung.snapshot, "kpi_units", EVERY_SCHOOL, **asked | {"kpi": "a1a2", "missing": False}
    )
    people = {row[units[0].index("label")] for row in units[1]}
    assert len(people) > 1000
    text = text_of(keelung.export(kind))
    assert "名冊上是「" in text
    assert [name for name in named | people if len(name) > 2 and name in text] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "scope", [("--group", "自主學習組"), ("--school", "深澳國小")], ids=["group", "school"]
)
def test_nothing_outside_the_scope_is_in_the_file(keelung: Place, kind: str, scope: tuple[str, str]) -> None:
    schools = rows_of(keelung, "schools")
    wanted = {one["name"] for one in schools if scope[1] in (one["group_name"], one["name"])}
    (group,) = {one["group_name"] for one in schools if one["name"] in wanted}
    made = keelung.export(kind, *scope)
    text, book = text_of(made), read(made)
    assert {row["學校"] for rows in book.values() for row in rows if "學校" in row} == wanted
    assert [one["name"] for one in schools if one["name"] not in wanted and one["name"] in text] == []
    assert {row["組別"] for row in book["總表"]} == {"全市", group}
    said = {row["項目"]: row["內容"] for row in book["資料快照"]}
    assert (said["資料範圍"], said["校數"]) == (scope[1], len(wanted))
    whole = {(row["指標"], row["組別"]): row for row in read(keelung.export(kind))["總表"]}
    assert [whole[row["指標"], row["組別"]] for row in book["總表"]] == book["總表"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_figures_are_the_same_bytes_whenever_they_are_written(
    keelung: Place, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = keelung.export(kind)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
    assert keelung.export(kind) == first


def test_an_xlsx_filters_by_its_header_keeps_it_in_view_and_has_numbers_days_and_colours(
    each_programme: Place,
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(each_programme.export("xlsx", "--as-of", each_programme.on)))
    colours = set()
    for sheet in book:
        assert sheet.auto_filter.ref == sheet.dimensions
        assert re.fullmatch(r"[B-E]2", sheet.freeze_panes)
        head = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            for name, cell in zip(head, row, strict=True):
                assert cell.data_type != "f"
                if name == "狀態":
                    colours.add(
                        (cell.value, cell.font.color.rgb, cell.fill.fill_type and cell.fill.fgColor.rgb)
                    )
                elif name == "完成率" and cell.value is not None:
                    assert cell.data_type == "n" and cell.number_format in ("0.0%", "0.0000%")
                elif name in ("計數", "基數", "應達", "達標校數") and sheet.title != "指標定義":
                    assert cell.data_type == "n"
                elif name == "期限" and cell.value not in (None, "不設"):
                    assert cell.is_date and cell.number_format == "yyyy-mm-dd"
    assert ("▼ 落後", "007A4100", "00FBE1B6") in colours and ("✓ 達標", "000B6152", None) in colours
    by_word = dict[str, set[Any]]()
    for word, *colour in colours:
        by_word.setdefault(word, set()).add(tuple(colour))
    assert all(len(of) == 1 for of in by_word.values())


def test_an_ods_filters_by_its_header_keeps_it_in_view_and_has_numbers_days_and_colours(
    each_programme: Place,
) -> None:
    made = each_programme.export("ods", "--as-of", each_programme.on)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        content, settings = (archive.read(part).decode() for part in ("content.xml", "settings.xml"))
    names = list(read(made))
    ranges = re.findall(
        r"table:target-range-address=\"'([^']+)'\.A1:[^\"]*\" table:display-filter-buttons=\"true\"", content
    )
    assert ranges == names
    assert re.findall(r'"VerticalSplitPosition" config:type="int">(\d)', settings) == ["1"] * len(names)
    assert "0" not in re.findall(r'"HorizontalSplitPosition" config:type="int">(\d)', settings)
    cells = re.findall(r"<table:table-cell ([^>]*)><text:p>([^<]*)</text:p>", content)
    behind = {attributes for attributes, text in cells if text == "▼ 落後"}
    assert behind and all(
        'table:style-name="behind"' in one and 'value-type="string"' in one for one in behind
    )
    assert re.search(r'office:value="0\.\d+"[^>]*table:style-name="share"', content)
    assert re.search(r'office:value-type="date"[^>]*office:date-value="20\d\d-\d\d-\d\d"', content)
    assert "table:formula" not in content


def test_both_formats_know_the_same_looks() -> None:
    blank = ods.BLANK.read_text("utf-8")
    for name, (text, fill) in tables.LOOKS.items():
        (style,) = re.findall(
            rf'<style:style style:name="{name}" [^>]*>(.*?)</style:style>', blank, re.DOTALL
        )
        assert re.findall(r"#(\w+)", style) == [colour.lower() for colour in (fill, text) if colour]
    assert {status.colour for status in words.STATUSES.values()} == set(tables.LOOKS)
    assert all(f'style:name="{name}" style:family="table-cell" style:data-style-name="as-{name}"' in blank
               for name in tables.FORMATS)  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "look"),
    [(0.0, "share"), (1.0, "share"), (0.999999, "exact-share"), (0.9995, "exact-share"), (0.999, "share"),
     (0.0004, "exact-share"), (0.0005, "share"), (1.0001, "exact-share"), (1.2, "share")],
)  # fmt: skip
def test_all_and_nothing_are_shown_only_when_exact(rate: float, look: str) -> None:
    assert workbook._share(rate) == Looked(rate, look)


@pytest.fixture(scope="module")
def formulas(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A warehouse of files whose names begin as formulas do, each with a row that is refused; and the names."""
    folder = tmp_path_factory.mktemp("formulas")
    names = [f"{start}1+1 入校輔導" for start in ("=", "+", "-", "@")]
    rows = {name: [COACHING, ("深澳國小", f"111/13/{day}", "甲")] for day, name in enumerate(names, 1)}
    rows_written(folder / "data", schools=SCHOOLS, staff=STAFF, **rows)
    options = ("--data", folder / "data", "--warehouse", folder / "w", "--programme", "keelung-111")
    assert kpi("build", *options).code == 0
    return folder / "w", names


@pytest.mark.parametrize("kind", KINDS)
def test_the_name_of_a_file_is_no_formula(
    formulas: tuple[Path, list[str]], tmp_path: Path, kind: str
) -> None:
    place, names = formulas
    made = Place(place, tmp_path).export(kind, "--as-of", "2022-12-31")
    files = {row["檔案"] for row in read(made)["資料註記"]}
    assert {f"'{name}.csv" for name in names} <= files
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(made))
        assert all(cell.data_type != "f" for sheet in book for row in sheet.rows for cell in row)
    else:
        assert "table:formula" not in text_of(made)


def test_a_text_with_a_look_is_no_formula_either_and_two_sheets_never_share_a_name() -> None:
    sheets = [tables.Sheet("甲/乙", ["=頭"], [[Looked("=1+1", "met")]]), tables.Sheet("甲:乙", ["數"], [[1]])]
    sheets += [tables.Sheet("A" * 40, ["數"], [[2]]), tables.Sheet("a" * 31, ["數"], [[3]])]
    for write in (tables.xlsx_book, tables.ods_book):
        found = read(write(sheets))
        assert list(found) == ["甲_乙", "甲_乙 2", "A" * 31, "a" * 29 + " 2"]
        assert found["甲_乙"] == [{"'=頭": "'=1+1"}]


# The command


@pytest.mark.parametrize("kind", ["odp", "pack", "csv"])
def test_a_format_that_there_is_not_is_refused(
    keelung: Place, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    told = keelung.ask("export", kind, "--output", keelung.folder / "x")
    assert told.code == 2 and list(keelung.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--group", "不存在組"), "自主學習組"), (("--school", "不存在國小"), "沒有「不存在國小」這所學校"),
     (("--school", "深澳國小", "--group", "行動學習組"), "「深澳國小」不在「行動學習組」")],
)  # fmt: skip
def test_a_group_or_a_school_that_there_is_not_is_told(
    keelung: Place, options: tuple[str, ...], said: str
) -> None:
    told = keelung.ask("export", "xlsx", "--output", keelung.folder / "x.xlsx", *options)
    assert told.code == 2 and said in told.err and list(keelung.folder.iterdir()) == []


def test_nothing_to_read_is_exit_code_3(tmp_path: Path) -> None:
    told = kpi("export", "xlsx", "--output", tmp_path / "x.xlsx", "--warehouse", tmp_path / "none")
    assert told.code == 3 and "請先執行 kpi build" in told.err and list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_exit_code_3(keelung: Place) -> None:
    (keelung.folder / "folder").mkdir()
    os.mkfifo(keelung.folder / "pipe")
    for name, why in {
        "folder": "資料夾",
        "pipe": "管線",
        "none/x.xlsx": "沒有「",
        "x" * 300: "名稱太長",
    }.items():
        told = keelung.ask("export", "xlsx", "--output", keelung.folder / name)
        assert told.code == 3 and "寫不進去" in told.err and why in told.err
        assert len(told.err.splitlines()) == 1
    assert sorted(path.name for path in keelung.folder.iterdir()) == ["folder", "pipe"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_there_is_replaced_whole_or_stays(
    keelung: Place, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = keelung.folder / f"out.{kind}"
    file.write_bytes(b"former")
    link = keelung.folder / "link"
    link.symlink_to(file)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        told = keelung.ask("export", kind, "--output", link)
    assert told.code == 3 and "磁碟空間不足" in told.err and file.read_bytes() == b"former"
    with file.open("rb") as open_one:
        assert keelung.ask("export", kind, "--output", link).code == 0
        assert open_one.read() == b"former"
    assert link.is_symlink() and file.read_bytes() == keelung.export(kind)
    assert sorted(path.name for path in keelung.folder.iterdir()) == ["link", f"out.{kind}"]


def test_what_is_too_large_for_an_ods_says_to_take_the_xlsx(
    keelung: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ODS_CELLS", 1_000)
    told = keelung.ask("export", "ods", "--output", keelung.folder / "x.ods")
    assert told.code == 3 and "請改用 XLSX" in told.err and list(keelung.folder.iterdir()) == []
    assert keelung.export("xlsx")


# The page


@pytest.fixture
def seen(keelung: Place) -> Iterator[questions.View]:
    yield questions.unaddressed(keelung.snapshot, access.bureau(names=True), keelung.on)


def test_the_overview_offers_it_in_both_formats(served: Path) -> None:
    links = re.findall(
        r'<a class="file" [^>]*download="([^"]+)" aria-label="([^"]+)"', html_of(open_page("overview"))
    )
    name = "全部指標_基隆市 111 年 · 國小組_111-11-25"
    for kind in KINDS:
        assert (f"{name}.{kind}", f"下載全部指標 {kind.upper()}") in links


@pytest.mark.parametrize("kind", KINDS)
def test_the_pages_file_is_the_commands_even_where_names_are_shown(
    keelung: Place, seen: questions.View, kind: str
) -> None:
    assert workbook.write(seen, kind) == keelung.export(kind)


def test_it_speaks_the_language_of_the_page(seen: questions.View) -> None:
    with written(Manner("en", "ce")):
        book = read(workbook.write(seen, "xlsx"))
    assert next(iter(book)) == "City and groups" and list(book)[-3:] == [
        "Definitions",
        "Snapshot",
        "Data flags",
    ]
    assert {"✓ Met", "▼ Behind"} <= {row["Status"] for row in book["City and groups"]}
