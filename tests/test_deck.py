"""The deck: the slides of a meeting as PPTX. Its figures are those of `kpi results`, every text is whole, nobody is named."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import io
import itertools
import re
import subprocess
import tempfile
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import ImageFont
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.util import Emu

from dashboard.exports import deck, slide_facts, slides
from dashboard.exports.document import Big, Cell, Column, Curve, Document, Figure, Slide, Table
from dashboard.language import words
from dashboard.language.texts import Manner, written
from dashboard.rows import Kpi
from tests.running import EVERY_SCHOOL
from tests.running import named as names_in
from tests.samples import MEETINGS, NTPC, SCOPES, Place, wanted

UNIT = 6350  # EMU, of our own slides
NOTE = re.compile(r"(?P<who>.+)：(?P<sign>\S+) (?P<word>.+?)，計數 (?P<counted>\S+)，基數 (?P<base>\S+)，應達 (?P<required>[^；]+)(?:；! (?P<flags>.+))?$")  # fmt: skip
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def opened(made: bytes) -> Any:
    return Presentation(io.BytesIO(made))


def parts(made: bytes) -> dict[str, bytes]:
    """Every part of the file, and of the worksheets within it."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        for name in archive.namelist():
            found[name] = archive.read(name)
            if name.endswith(".xlsx"):
                found |= {f"{name}/{inner}": body for inner, body in parts(found[name]).items()}
    return found


def said(made: bytes) -> str:
    """All that the parts of the file say."""
    return "\n".join(body.decode("utf-8", "replace") for body in parts(made).values())


def table_of(slide: Any) -> list[list[str]] | None:
    tables = [shape.table for shape in slide.shapes if shape.has_table]
    assert len(tables) <= 1
    return [[cell.text for cell in row.cells] for row in tables[0].rows] if tables else None


def charts_of(slide: Any, kind: Any) -> list[Any]:
    return [shape for shape in slide.shapes if shape.has_chart and shape.chart.chart_type == kind]


def notes_of(slide: Any) -> list[str]:
    return slide.notes_slide.notes_text_frame.text.split("\n") if slide.has_notes_slide else []


def texts_of(slide: Any) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def made_of(at: Place, scope: Sequence[str] = (), compare: bool = False, **choices: Any) -> Document:
    """The document that the command draws."""
    from dashboard.cli.export import scope_of

    snapshot = at.view.snapshot
    asked = dict(zip(scope[::2], scope[1::2], strict=True))
    view = dataclasses.replace(
        at.view, scope=scope_of(snapshot, asked.get("--group"), asked.get("--school")),
        versus=MEETINGS[at.programme][1] if compare else None,
    )  # fmt: skip
    return slides.document(view, slide_facts.Choices(**choices))


def exported(at: Place, scope: Sequence[str] = (), compare: bool = False, *options: object) -> bytes:
    """What the command writes; the same once for every test that reads it."""
    return _exported(at.warehouse, at.programme, tuple(scope), compare, options)


@functools.cache
def _exported(
    folder_of: Path, programme: str, scope: Sequence[str], compare: bool, options: tuple[object, ...]
) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        at = Place(folder_of, Path(folder), programme, MEETINGS[programme][0])
        return at.export(
            "pptx", *scope, *(("--compare", MEETINGS[programme][1]) if compare else ()), *options
        )


def number(text: str) -> float | None:
    return None if text in ("?", "–") else float(text.replace(",", ""))


@pytest.mark.parametrize("compare", [False, True], ids=["a day", "compared"])
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_the_notes_have_every_figure_and_flag_of_the_scope(keelung: Place, scope, compare: bool):
    check_notes(keelung, scope, compare)


@pytest.mark.parametrize("scope", [(), ("--group", "淡水區")], ids=["city", "group"])
def test_the_notes_have_every_figure_and_flag_of_the_other_programme(both: Path, tmp_path: Path, scope):
    check_notes(Place(both / "warehouse", tmp_path, NTPC, MEETINGS[NTPC][0]), scope, True)


def check_notes(at: Place, scope: Sequence[str], compare: bool) -> None:
    from dashboard import questions

    labels = {
        (one.kpi, period.period): one
        for period in at.view.periods
        for one in questions.ask(at.view, Kpi, period=period.period)
    }
    periods = {period.period: period.label for period in at.view.periods}
    own = set()
    for row in wanted(at, scope).values():
        kpi = labels[row["kpi"], row["period"]]
        flags = "、".join(words.FLAGS[code].source_text for code in row["flags"].split(";") if code)
        some = "（部分學校）" if flags and row["level"] != "school" else ""
        who = row["school"] or row["group"] or "全市"
        values = [float(row[name]) if row[name] else None for name in ("counted", "base", "required")]
        label = kpi.label if len(at.view.periods) == 1 else f"{kpi.label}（{periods[row['period']]}）"
        own.add((f"{label} {who}", words.STATUSES[row["status"]].sign, *values, flags + some or None))
    lines = [line for slide in opened(exported(at, scope, compare)).slides for line in notes_of(slide)]
    found = {
        (one["who"], one["sign"], number(one["counted"]), number(one["base"]), number(one["required"]), one["flags"])
        for line in lines
        if (one := NOTE.match(line))
    }  # fmt: skip
    assert len(own) > 15 and found == own


@pytest.mark.parametrize("compare", [False, True], ids=["a day", "compared"])
def test_the_slides_titles_tables_and_texts_are_the_documents(each_programme: Place, compare: bool):
    for scope in ((), ("--group", "自主學習組" if each_programme.programme == "keelung-111" else "淡水區")):
        wanted_slides = made_of(each_programme, scope, compare)
        presentation = opened(exported(each_programme, scope, compare))
        assert presentation.core_properties.title == wanted_slides.title
        assert len(presentation.slides) == len(wanted_slides.slides)
        for at, (one, slide) in enumerate(zip(wanted_slides.slides, presentation.slides, strict=True), 1):
            assert slide.shapes.title.text == one.title
            assert slide.shapes.title.placeholder_format.type.name == "TITLE"
            texts = "\n".join(texts_of(slide))
            foot = [wanted_slides.whose, f"{wanted_slides.snapshot}　{at}/{len(wanted_slides.slides)}"]
            chips = [cell.text for cell in one.big.tally] if one.big else []
            big = [one.big.value + one.big.of, one.big.change] if one.big else []
            curve = [one.curve.title, one.curve.caption] if one.curve else []
            for text in [one.about, one.rule, *one.lines, *one.flags, *foot, *chips, *big, *curve]:
                assert text in texts
            assert [line for line in notes_of(slide) if line] == list(one.notes)
            check_table(one, table_of(slide))


def check_table(one: Slide, table: list[list[str]] | None) -> None:
    if one.table is None:
        assert table is None
        return
    assert table is not None
    kept = [
        at
        for at in range(len(one.table.columns))
        if any(row[at].text or row[at].strip for row in one.table.rows) or not one.table.rows
    ]
    strips = {at for at in kept if any(row[at].strip for row in one.table.rows)}
    names = [one.table.columns[at].name if at not in strips else "各狀態校數" for at in kept]
    assert table[0] == names
    for cells, texts in zip(one.table.rows, table[1:], strict=True):
        for at, text in zip(kept, texts, strict=True):
            assert sorted(text.split()) == sorted([*cells[at].text.split(), *cells[at].mark.split()])


def test_a_school_and_its_figure_are_read_in_the_table_as_kpi_results_has_them(keelung: Place):
    """From the PPTX to `kpi results` without the document: sign, counted, required and the mark of each flag."""
    from dashboard import questions

    short = {one.short: one.kpi for one in questions.ask(keelung.view, Kpi, period="111")}
    marks = {code: chr(ord("a") + at) for at, code in enumerate(words.FLAGS)}
    rows = {(row["kpi"], row["school"]): row for row in wanted(keelung).values() if row["school"]}
    read = set()
    for slide in opened(exported(keelung)).slides:
        table = table_of(slide)
        if not table or table[0][0] != "學校":
            continue
        for school, *cells in table[1:]:
            for name, text in zip(table[0][1:], cells, strict=True):
                row = rows[key := (short[name], school.removesuffix("（重點）"))]
                mark = "".join(marks[code] for code in words.FLAGS if code in row["flags"].split(";"))
                figure = "未填報" if not row["counted"] else row["counted"] + (f"/{row['required']}" if row["required"] else "")  # fmt: skip
                sign = words.STATUSES[row["status"]].sign
                assert text == (f"!{mark} " if mark else "") + f"{sign} {figure}"
                read.add(key)
    assert read == set(rows)


@pytest.mark.parametrize("compare", [False, True], ids=["a day", "compared"])
def test_the_bars_are_the_schools_by_status(each_programme: Place, compare: bool):
    schools = [row for row in wanted(each_programme).values() if row["level"] == "school"]
    presentation = opened(exported(each_programme, (), compare))
    document_ = made_of(each_programme, (), compare)
    several = 0
    for one, slide in zip(document_.slides, presentation.slides, strict=True):
        for frame in charts_of(slide, XL_CHART_TYPE.BAR_STACKED_100):
            plot = frame.chart.plots[0]
            assert one.table is not None
            for at, row in enumerate(one.table.rows):
                figure = next(cell.figure for cell in row if cell.figure)
                own = Counter(
                    words.STATUSES[each["status"]].word
                    for each in schools
                    if (each["kpi"], each["period"]) == (figure.kpi, figure.period)
                    and figure.group in ("", each["group"])
                    and each["status"] != "info"
                )
                drawn = {series.name: int(series.values[at] or 0) for series in plot.series}
                assert plot.categories[at].label == row[0].text
                if any(drawn.values()):
                    assert {name: many for name, many in drawn.items() if many} == dict(own)
                    several += 1
                    for name, many in own.items():
                        assert f"{name} {many}" in frame._element.nvGraphicFramePr.cNvPr.get("descr")
            check_sheet(frame.chart)
    assert several > 50


def check_sheet(chart: Any) -> None:
    """What one edits is what is drawn, and no cell is a formula."""
    book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    rows = list(book.active.iter_rows())
    assert not [cell for row in rows for cell in row if cell.data_type == "f"]
    plot = chart.plots[0]
    assert [cell.value for cell in rows[0][1:]] == [series.name for series in plot.series]
    for at, series in enumerate(plot.series, 1):
        assert [row[at].value for row in rows[1:]] == [None if value is None else pytest.approx(value) for value in series.values]  # fmt: skip


def test_the_curve_is_the_documents_in_steps_with_the_pace_and_the_deadline(each_programme: Place):
    document_, several = made_of(each_programme), 0
    for one, slide in zip(document_.slides, opened(exported(each_programme)).slides, strict=True):
        frames = charts_of(slide, XL_CHART_TYPE.LINE)
        assert len(frames) == bool(one.curve)
        if not one.curve:
            continue
        several += 1
        chart = frames[0].chart
        days = [category_day(each) for each in chart._chartSpace.xpath(".//c:ser[1]/c:cat//c:v")]
        actual, pace, deadline = (
            dict(zip(days, series.values, strict=True)) for series in chart.plots[0].series
        )
        points = {day: share for day, share, _ in one.curve.points}
        last = max(points)
        now = None
        for day in days:
            now = points.get(day, now)
            assert actual[day] == (pytest.approx(now) if day <= last else None)
        assert all(day - dt.timedelta(1) in actual for day in points if day > min(points)), "in steps"
        assert [day for day, value in deadline.items() if value] == [one.curve.deadline]
        drawn = {day: value for day, value in pace.items() if value is not None}
        if one.curve.pace:
            start, end = one.curve.pace
            assert max(drawn) == end and drawn[end] == 1
            for day, value in drawn.items():
                assert value == pytest.approx((day - start) / (end - start))
        else:
            assert not drawn
        dashes = chart._chartSpace.xpath(".//c:ser[2]/c:spPr//a:prstDash/@val")
        assert dashes == ["dash"] and chart._chartSpace.xpath(".//c:ser[3]/c:errBars")
        labels = ["".join(each.xpath(".//a:t/text()")) for each in chart._chartSpace.xpath(".//c:dLbl")]
        assert one.curve.now in labels and one.curve.due in labels
        assert one.curve.now in frames[0]._element.nvGraphicFramePr.cNvPr.get("descr")
        check_sheet(chart)
    assert several > 7


def category_day(element: Any) -> dt.date:
    return dt.date(1899, 12, 30) + dt.timedelta(int(element.text))


def test_an_indicators_last_share_is_that_of_kpi_results(keelung: Place):
    rows = {row["kpi"]: row for row in wanted(keelung).values() if row["level"] == "city"}
    shares = set()
    for one, slide in zip(made_of(keelung).slides, opened(exported(keelung)).slides, strict=True):
        for frame in charts_of(slide, XL_CHART_TYPE.LINE):
            row = rows[one.key.split("-")[1]]
            counted, whole = ("counted", "required") if row["required"] else ("schools_met", "schools_judged")
            values = [value for value in frame.chart.plots[0].series[0].values if value is not None]
            assert values[-1] == pytest.approx(min(float(row[counted]) / float(row[whole]), 1))
            shares.add(values[-1])
    assert len(shares) > 5


# Whole texts


@functools.cache
def font(strong: bool, size: int) -> ImageFont.FreeTypeFont:
    name = f"Noto Sans CJK TC:{'bold' if strong else 'regular'}"
    asked = ["fc-match", "-f", "%{file}|%{index}|%{family}", name]
    path, index, family = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split("|")
    assert "CJK" in family, "sh tests/browser/install.sh"
    return ImageFont.truetype(path, size, index=int(index))


@functools.cache
def wide(text: str, strong: bool) -> float:
    """In sizes of its letters, by the font's own widths."""
    return font(strong, 100).getlength(text) / 100


def lines_of(runs: Sequence[Any], room: float) -> int:
    """Over how many lines a paragraph goes in so many points, broken where PowerPoint does."""
    count, left = 1, room
    for run in runs:
        size, strong = run.font.size.pt, bool(run.font.bold)
        for unit in re.findall(r"[!-~]+|\s+|.", run.text):
            length = wide(unit, strong) * size
            if length > left and unit.strip():
                assert length <= room, f"{unit} is broken"
                count, left = count + 1, room
            left -= length
    return count


def check_frame(frame: Any, room: float, high: float, spacing: float = 1.2) -> None:
    """A text frame in so many points."""
    used = 0.0
    for paragraph in frame.paragraphs:
        if paragraph.runs:
            size = max(run.font.size.pt for run in paragraph.runs)
            lines = 1 if frame.word_wrap is False else lines_of(paragraph.runs, room)
            if frame.word_wrap is False:
                assert sum(wide(run.text, bool(run.font.bold)) * run.font.size.pt for run in paragraph.runs) <= room + 0.5  # fmt: skip
            used += lines * size * spacing
    assert used <= high + 0.5, frame.text


@dataclasses.dataclass(frozen=True)
class Box:
    """Where a shape lies, read once: each is compared with all others of its slide."""

    name: str
    kind: str
    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, shape: Any) -> Box:
        kind = "table" if shape.has_table else "chart" if shape.has_chart else ""
        left, top = shape.left, shape.top
        return cls(shape.name, kind, left, top, left + shape.width, top + shape.height)

    def overlaps(self, other: Box) -> bool:
        slack = 3 * 12700 // 2
        across = self.left + slack < other.right and other.left + slack < self.right
        return across and self.top + slack < other.bottom and other.top + slack < self.bottom


def check_room(made: bytes) -> None:
    """Every text is whole, and nothing lies upon anything but bars upon their column."""
    presentation = opened(made)
    for slide in presentation.slides:
        boxes, title = [], slide.shapes.title.name
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= presentation.slide_width
            assert shape.top >= 0 and shape.top + shape.height <= presentation.slide_height, shape.name
            if shape.name == "Ground":
                continue
            if shape.has_text_frame and shape.text_frame.text:
                inset = (shape.text_frame.margin_left or 0) * 2 if shape.name != title else 0
                check_frame(shape.text_frame, (shape.width - inset) / 12700, shape.height / 12700)
                boxes.append(Box.of(shape))
            elif not shape.has_text_frame:
                boxes.append(Box.of(shape))
            if shape.has_table:
                check_cells(shape)
        for one, other in itertools.combinations(boxes, 2):
            on = {one.kind, other.kind} == {"table", "chart"}
            assert on or not one.overlaps(other), (one.name, other.name)
        check_bars(slide)


def check_cells(shape: Any) -> None:
    assert sum(row.height for row in shape.table.rows) <= shape.height + 12700
    for row in shape.table.rows:
        for column, cell in zip(shape.table.columns, row.cells, strict=True):
            room = (column.width - cell.margin_left - cell.margin_right) / 12700
            check_frame(
                cell.text_frame, room, (row.height - cell.margin_top - cell.margin_bottom) / 12700, 1.45
            )


def check_bars(slide: Any) -> None:
    """Bars lie in the middle of their rows: these are of one height, and the chart is as high as they are."""
    for frame in charts_of(slide, XL_CHART_TYPE.BAR_STACKED_100):
        table = next(shape for shape in slide.shapes if shape.has_table)
        head, *rows = [row.height for row in table.table.rows]
        assert max(rows) - min(rows) <= 1 and len(frame.chart.plots[0].categories) == len(rows)
        assert abs(frame.top - table.top - head) <= len(rows) and abs(frame.height - sum(rows)) <= len(rows)
        at = next(at for at, cell in enumerate(table.table.rows[0].cells) if cell.text in ("各狀態校數", "Schools by status"))  # fmt: skip
        left = table.left + sum(column.width for column in list(table.table.columns)[:at])
        assert left <= frame.left and frame.left + frame.width <= left + table.table.columns[at].width
        assert all(row.cells[at].text == "" for row in list(table.table.rows)[1:])


@pytest.mark.parametrize("scope", ["city", "group", "school", "without schools", "english"])
def test_every_text_is_whole_and_nothing_overlaps(each_programme: Place, scope: str):
    group = "自主學習組" if each_programme.programme == "keelung-111" else "淡水區"
    school = next(one.name for one in each_programme.scope_of(()))
    scopes = {"group": ("--group", group), "school": ("--school", school)}
    with written(Manner("en" if scope == "english" else "zh-TW")):
        made = made_of(each_programme, scopes.get(scope, ()), True, schools=scope != "without schools")
    check_room(deck.write(made))


LONG_SCHOOL = "新北市立鶯歌高級工商職業學校附設國民中學暨實驗教育部"
LONG_KPI = "學生自主學習與數位素養課程實施情形調查前後測完成率（全期（112–113 年））"
SENTENCE = "某某表單最近兩週沒有更新、名冊有退回的列、有退回的列、沒有該校的列（部分學校）：" + "、".join(
    [LONG_KPI] * 6
)
EVERY_FLAG = ";".join(words.FLAGS)


def figure(status: str, counted: float | None, base: float | None, required: float | None) -> Figure:
    return Figure("k", "p", "school", "g", "s", status, EVERY_FLAG, counted, base, required)


def extreme(rows: int, columns: int) -> Document:
    """Long names, twelve indicators, nothing and all, no data, and every flag."""
    texts = {
        "met": "100%（12,345/12,345 人）",
        "no_data": "? 未填報",
        "behind": "▼ 0/12,345",
        "overdue": "✕ 0%（0/1 人）",
    }
    cells = [Cell(text, status, figure=figure(status, 0, 1, 1)) for status, text in texts.items()]
    schools = {"met": 150, "on_track": 41, "behind": 3, "overdue": 1, "no_data": 1, "exempt": 1}
    matrix = Table(
        [Column("學校", 2.2), *(Column(LONG_KPI, 1.3, True) for _ in range(columns))],
        [
            [
                Cell(LONG_SCHOOL + str(at)),
                *(Cell("▼ 1,031/1,040", "behind", figure=figure("behind", 0, 1, 1)) for _ in range(columns)),
            ]
            for at in range(rows)
        ],
    )
    bars = Table(
        [Column("指標", 2), Column("一格一校", 4), Column("達標校數", 1, True), Column("合計", 3, True)],
        [
            [Cell(f"▼ {LONG_KPI}"), Cell("", strip=schools), Cell("150/197"), cells[at % 4]]
            for at in range(rows)
        ],
    )
    start = dt.date(2022, 8, 1)
    curve = Curve(
        "全市比應有進度少 12,345 人，其中半數在最近四週沒有任何增加，須立即處理", f"累計人數 ÷ {LONG_KPI}",
        [(start, 0.0, "8/1 0/9"), (dt.date(2022, 10, 1), 1.0, "10/1 9/9")], (start, dt.date(2022, 12, 31)),
        dt.date(2022, 12, 31), "期限 112/12/31", "100%", "應有進度", [(start, "8 月"), (dt.date(2022, 10, 1), "10 月")],
    )  # fmt: skip
    tally = [Cell(f"✕ 逾期未達 {n},345", status) for n, status in enumerate(words.STATUSES)]
    big = Big("12,345", "/12,345 校達標", "112/10/21 起 +12,345", tally)
    title = "12,345 校落後、12,345 校逾期未達；其中 1,234 校就占還差 123,456 人中的 61,728 人" * 2
    return Document(
        "極端", "zh-TW", f"{LONG_SCHOOL}、{LONG_KPI} · 1 校 · 截至 112/12/31（五） · 與 112/10/21 相比 · 示範資料",
        "資料快照 115/12/1 07:49 · 5aeb-ceb8",
        [
            Slide("a", LONG_KPI, "每格：狀態　計數／應達 · 112/12/31 截止，已過期限 1,234 天", title, matrix, flags=[f"! {SENTENCE}"]),
            Slide("b", LONG_KPI, "須全數", title, bars, flags=[f"! {SENTENCE}"] * 2),
            Slide("c", LONG_KPI, "須全數", title, bars, big, curve, lines=[SENTENCE], flags=["! 名冊有退回的列"]),
            Slide("d", LONG_KPI, "", title, lines=[SENTENCE] * 3, flags=[f"! {n} {SENTENCE}" for n in range(12)]),
            Slide("e", "決議", "", "沒有表格的一張"),
            Slide("f", "資料", "", "空的表格", Table(bars.columns, [])),
        ],
    )  # fmt: skip


@pytest.mark.parametrize(("rows", "columns"), [(12, 12), (1, 12), (12, 1), (6, 6)])
def test_the_longest_names_and_all_flags_are_whole(rows: int, columns: int):
    check_room(deck.write(extreme(rows, columns)))


def test_flags_for_which_there_is_no_room_are_counted(keelung: Place):
    slide = opened(deck.write(extreme(12, 12))).slides[3]
    texts = "\n".join(texts_of(slide))
    left = [at for at in range(12) if f"! {at} {SENTENCE}" not in texts]
    assert left and f"! 另有 {len(left)} 則註記，見備忘稿" in texts


# What the file is


def test_every_text_has_its_language_and_a_font_with_chinese_letters(keelung: Place):
    for language, tag in (("zh-TW", "zh-TW"), ("en", "en-US")):
        with written(Manner(language)):
            made = deck.write(made_of(keelung, compare=True))
        slides_ = {name: body for name, body in parts(made).items() if re.search(r"/(slides|charts|notesSlides)/\w+\.xml$", name)}  # fmt: skip
        assert len(slides_) > 40
        for name, body in slides_.items():
            assert set(re.findall(rb'\blang="([\w-]+)"', body)) <= {tag.encode()}, name
            runs = re.findall(rb"<a:(?:rPr|defRPr)\b.*?</a:(?:rPr|defRPr)>|<a:rPr[^>]*/>", body)
            if "notes" not in name:
                assert all(b'<a:ea typeface="Microsoft JhengHei"/>' in run for run in runs), name


def test_english_slides_say_what_the_english_document_says(keelung: Place):
    with written(Manner("en")):
        made = made_of(keelung, compare=True)
    presentation = opened(deck.write(made))
    assert [slide.shapes.title.text for slide in presentation.slides] == [one.title for one in made.slides]
    text = said(deck.write(made))
    assert "Schools by status" in text and not re.search("各狀態校數|另有|達標|落後", text)


def test_who_listens_is_told_every_table_and_chart_and_no_decoration(keelung: Place):
    for slide in opened(exported(keelung, (), True)).slides:
        first = slide.shapes[0]
        assert first.is_placeholder and first == slide.shapes.title
        for shape in slide.shapes:
            properties = shape._element.xpath(".//p:cNvPr")[0]
            if shape.has_table or shape.has_chart:
                assert len(properties.get("descr")) > 5
            elif not shape.text_frame.text:
                assert b"decorative" in properties.xml.encode()
            if shape.has_table:
                assert shape._element.xpath(".//a:tblPr/@firstRow") == ["1"]


def test_a_status_is_a_colour_a_sign_and_a_word(keelung: Place):
    """The colours of a slide are in its legend or its tally, in words."""
    for slide in opened(exported(keelung)).slides:
        texts = "\n".join(texts_of(slide))
        cells = [
            cell
            for shape in slide.shapes
            if shape.has_table
            for row in shape.table.rows
            for cell in row.cells
        ]
        for cell in cells:
            fill = cell._tc.xpath("./a:tcPr/a:solidFill/a:srgbClr/@val")
            for colour, status in (("9C1F2E", "overdue"), ("FBE1B6", "behind"), ("E9EBEE", "no_data")):
                if fill == [colour]:
                    assert words.STATUSES[status].sign in cell.text
                    assert words.STATUSES[status].word in texts


def test_the_same_document_is_the_same_bytes_of_no_day_and_nobody(keelung: Place):
    first, second = (keelung.export("pptx", "--compare", MEETINGS[keelung.programme][1]) for _ in range(2))
    assert first == second
    packages = [first, *(body for name, body in parts(first).items() if name.endswith(".xlsx"))]
    assert len(packages) > 10
    for each in packages:
        with zipfile.ZipFile(io.BytesIO(each)) as archive:
            assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert b"dcterms:created" not in archive.read("docProps/core.xml")
    properties = opened(first).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    text = said(first)
    assert not re.search(r"Steve|python-pptx|Macintosh|/(?:work|tmp|home|Users)/", text)
    assert "printerSettings" not in "".join(parts(first)) and "thumbnail" not in "".join(parts(first))


def test_no_teacher_is_named_in_any_part(keelung: Place):
    from dashboard import warehouse

    asked = {"on": keelung.on, "period": None, "school": None}
    columns, rows = warehouse.rows(
        keelung.view.snapshot, "kpi_units", EVERY_SCHOOL, **asked, kpi="a1a2", missing=False
    )
    people = {row[columns.index("label")] for row in rows}
    named = dataclasses.replace(keelung.view, scope=EVERY_SCHOOL)
    text = said(deck.write(slides.document(named)))
    assert len(people) > 1000 and "名冊上是「" in text
    assert names_in(text, {one for one in people if len(one) > 2}) == set()


def test_without_schools_no_part_names_a_school(each_programme: Place):
    names = {one.name for one in each_programme.scope_of(())}
    whole = said(exported(each_programme, (), True))
    assert all(name in whole for name in names)
    text = said(exported(each_programme, (), True, "--without-schools"))
    assert [name for name in names if name in text] == []


@pytest.mark.parametrize("scope", ["group", "school"])
def test_nothing_outside_the_scope_is_in_any_part(keelung: Place, scope: str):
    mine = {one.name for one in keelung.scope_of(SCOPES[scope])}
    groups = {one.group_name for one in keelung.scope_of(SCOPES[scope])}
    text = said(exported(keelung, SCOPES[scope], True))
    for one in keelung.scope_of(()):
        assert (one.name in text) == (one.name in mine)
        assert one.group_name in groups or one.group_name not in text


HOSTILE = '=cmd|"/c calc"!A1<script>&amp;\x00\x07\x1b\ud800\ufffe</a:t>]]>&#0;%s{0}\u202e\n\t尾'


def test_hostile_text_is_text_and_no_worksheet_runs_it():
    """Every text of the document is hostile; the file opens, and says what can be said."""

    def foul(value: Any) -> Any:
        if isinstance(value, str):
            return HOSTILE + value if value not in words.STATUSES and value != "zh-TW" else value
        if isinstance(value, tuple | list):
            return [foul(each) for each in value]
        if dataclasses.is_dataclass(value) and not isinstance(value, Figure):
            changed = {
                each.name: foul(getattr(value, each.name))
                for each in dataclasses.fields(value)
                if each.name != "status"
            }
            return dataclasses.replace(value, **changed)
        return value

    made = deck.write(foul(extreme(3, 3)))
    presentation = opened(made)
    texts = [text for slide in presentation.slides for text in texts_of(slide)]
    assert any('=cmd|"/c calc"!A1<script>&amp;' in text and "</a:t>]]>&#0;%s{0}" in text for text in texts)
    books = [body for name, body in parts(made).items() if name.endswith(".xlsx")]
    assert len(books) == 3
    for body in books:
        cells = [cell for row in openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows() for cell in row]
        assert not [cell.value for cell in cells if cell.data_type == "f"]
        assert not [
            cell.value for cell in cells if isinstance(cell.value, str) and cell.value.startswith("=")
        ]
    for name, body in parts(made).items():
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", body) or not name.endswith(".xml"), name


# A bureau's own template


def template(path: Path, change: Any = None, wide_: float = 10.0, high: float = 5.625) -> Path:
    """A bureau's presentation with a slide of its own, its theme, and who made it."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = Emu(int(wide_ * 914400)), Emu(int(high * 914400))
    scale = high / 7.5
    for shape in presentation.slide_master.placeholders:
        shape.left, shape.width = Emu(int(shape.left * wide_ / 10)), Emu(int(shape.width * wide_ / 10))
        shape.top, shape.height = Emu(int(shape.top * scale)), Emu(int(shape.height * scale))
    theme = presentation.slide_master.part.part_related_by(RT.THEME)
    theme._blob = theme.blob.replace(b'name="Office Theme"', 'name="教育局主題"'.encode())
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "機密的舊投影片"
    slide.notes_slide.notes_text_frame.text = "舊備忘稿"
    presentation.core_properties.author = "某位承辦人"
    if change:
        change(presentation)
    presentation.save(path)
    return path


@pytest.mark.parametrize(("wide_", "high"), [(10.0, 5.625), (13.333, 7.5)])
def test_a_bureaus_template_keeps_its_look_and_loses_its_slides(keelung: Place, wide_: float, high: float):
    file = template(keelung.folder / "局.pptx", wide_=wide_, high=high)
    made = exported(keelung, (), True, "--template", file)
    text, presentation = said(made), opened(made)
    assert "教育局主題" in text and len(presentation.slide_layouts) == 11
    assert not re.search("機密的舊投影片|舊備忘稿|某位承辦人", text)
    assert [slide.shapes.title.text for slide in presentation.slides] == [one.title for one in made_of(keelung, compare=True).slides]  # fmt: skip
    assert {slide.slide_layout.name for slide in presentation.slides} == {"Title Only"}
    title, panel = list(presentation.slides[0].shapes)[:2]
    assert str(panel.fill.fore_color.rgb) == "FFFFFF" and panel.top >= title.top + title.height
    behind = (panel.left, panel.top, panel.left + panel.width, panel.top + panel.height)
    for shape in list(presentation.slides[0].shapes)[2:]:
        assert shape.left >= behind[0] and shape.top >= behind[1] and shape.left + shape.width <= behind[2]
        assert shape.top + shape.height <= behind[3]
    assert "title" in title._element.xpath(".//p:ph/@type") and not title._element.xpath(".//a:xfrm")
    check_room(made)


def test_a_template_of_its_own_kind_is_taken_too(keelung: Place):
    file = template(keelung.folder / "局.pptx")
    kept = parts(file.read_bytes())
    kept["[Content_Types].xml"] = kept["[Content_Types].xml"].replace(
        b"presentation.main+xml", b"template.main+xml"
    )
    potx = packed(keelung.folder / "局.potx", kept)
    assert "教育局主題" in said(exported(keelung, (), False, "--template", potx))


def packed(path: Path, kept: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in kept.items():
            archive.writestr(name, body)
    return path


def without_titles(presentation: Any) -> None:
    for layout in presentation.slide_layouts:
        for shape in [one for one in layout.placeholders if "TITLE" in one.placeholder_format.type.name]:
            shape._element.getparent().remove(shape._element)


def fetching(presentation: Any) -> None:
    for layout in presentation.slide_layouts:
        layout.part.relate_to("http://192.0.2.1/pixel.png", RT.IMAGE, is_external=True)


def filled(presentation: Any) -> None:
    for shape in presentation.slide_master.placeholders:
        if shape.placeholder_format.type.name == "TITLE":
            shape.height = presentation.slide_height


def changed(path: Path, name: str, body: bytes) -> Path:
    kept = {key: each for key, each in parts(template(path).read_bytes()).items() if ".xlsx/" not in key}
    return packed(path, {**kept, name: body})


REFUSED = {
    "no file": (lambda at: at, "讀不到"),
    "a folder": (lambda at: at.parent, "讀不到"),
    "text": (lambda at: (at.write_bytes(b"hello"), at)[1], "不是 PPTX 檔"),
    "an empty file": (lambda at: (at.write_bytes(b""), at)[1], "不是 PPTX 檔"),
    "a broken ZIP": (lambda at: (at.write_bytes(template(at).read_bytes()[:9000]), at)[1], "檔案壞了"),
    "a ZIP": (lambda at: packed(at, {"a.txt": b"a"}), "不是 PowerPoint 簡報"),
    "a bomb": (lambda at: changed(at, "ppt/media/a.bin", bytes(201_000_000)), "太大"),
    "macros": (lambda at: changed(at, "ppt/vbaProject.bin", b"a"), "巨集"),
    "entities": (lambda at: changed(at, "ppt/a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "不安全"),
    "no XML": (lambda at: changed(at, "ppt/presentation.xml", b"<p:presentation"), "檔案壞了"),
    "4:3": (lambda at: template(at, high=7.5), "16:9"),
    "no title": (lambda at: template(at, without_titles), "沒有含標題的版面配置"),
    "no room": (lambda at: template(at, filled), "空白不夠大"),
    "what is fetched": (lambda at: template(at, fetching), "外部"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_template_that_cannot_be_used_is_refused_in_a_sentence(keelung: Place, kind: str):
    make, why = REFUSED[kind]
    file = make(keelung.folder / "局.pptx")
    output = keelung.folder / "out.pptx"
    done = keelung.ask("export", "pptx", "--output", output, "--as-of", keelung.on, "--template", file)
    assert done.code == 3 and why in done.err and file.name in done.err, done.err
    assert done.err.count("\n") == 1 and "Traceback" not in done.err and not output.exists()


# The command


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("odp",), "不提供 ODP"),
        (("xlsx", "--template", "a.pptx"), "--template 只用於簡報（pptx）"),
        (("html", "--template", "a.pptx"), "--template 只用於簡報（pptx）"),
        (("pptx", "--paper", "a4"), "--paper 只用於簡報（html、pdf）"),
        (("pptx", "--compare", "2022-11-25"), "--compare 要早於截至日"),
    ],
)
def test_what_a_kind_has_not_is_refused(keelung: Place, options: tuple[str, ...], why: str):
    kind, *others = options
    file = keelung.folder / f"out.{kind}"
    done = keelung.ask("export", kind, "--output", file, "--as-of", keelung.on, *others)
    assert done.code == 2 and why in done.err and not file.exists()


def test_each_slide_moves_the_bar(keelung: Place):
    steps: list[tuple[float, str]] = []
    made = made_of(keelung)
    deck.write(made, None, lambda share, text: steps.append((share, text)))
    assert [text for _, text in steps] == [one.about for one in made.slides]
    assert [share for share, _ in steps] == sorted(share for share, _ in steps) and steps[-1][0] < 1


def test_the_order_is_the_definitions_where_that_is_asked_for(keelung: Place):
    titles = [
        slide.shapes.title.text
        for slide in opened(exported(keelung, (), False, "--order", "definition")).slides
    ]
    assert titles == [one.title for one in made_of(keelung, order="definition").slides]
    assert titles != [one.title for one in made_of(keelung).slides]
