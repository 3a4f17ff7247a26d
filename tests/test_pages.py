"""The pages: how they write numbers and dates, that data never becomes markup, and that every page runs."""

import csv
import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from types import SimpleNamespace
from xml.etree import ElementTree

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from dashboard import access, questions, warehouse
from dashboard.definitions import deployment
from dashboard.exports import tables
from dashboard.language import words
from dashboard.paths import ROOT
from dashboard.rows import Row, typed
from dashboard.ui.base import address, cards, cells, findings, parts, records, sparklines
from dashboard.ui.data import intake
from dashboard.ui.frame import navigation
from dashboard.ui.help import glossary
from dashboard.ui.school import rows as school_rows
from tests.pages import PAGES, PARAMETERS, QUERIES, cells_of, figures_of, html_of, open_page
from tests.running import stated_and_own
from tests.samples import DAY, results_of_level

HOSTILE = """<img src=x onerror="alert('1')">&\n\n# x"""


# How things are written


@pytest.mark.parametrize(
    ("part", "whole", "places", "text"),
    [
        (979, 1103, 1, "88.8%"),
        (1, 8, 0, "13%"),
        (125, 1000, 0, "13%"),
        (2000, 2000, 1, "100%"),
        (1999, 2000, 1, "99.9%"),
        (999, 1000, 0, "99%"),
        (1, 3400, 1, "0.1%"),
        (0, 12, 1, "0%"),
        (0, 0, 1, ""),
        (None, 5, 1, ""),
        (3.0, 4.0, 1, "75.0%"),
    ],
)
def test_a_rate_is_half_up_and_whole_only_when_exact(part, whole, places, text):
    assert words.percent(part, whole, places) == text


def test_a_figure_has_thousands_marks_and_a_missing_one_is_never_zero():
    assert [words.number(value) for value in (1103, 3.0, -2, 0, None)] == ["1,103", "3", "−2", "0", "?"]
    assert [words.plain(value) for value in (1103, 3.0, 0, None)] == ["1103", "3", "0", ""]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (612_000, "元", "61.2 萬"),
        (700_000, "元", "70 萬"),
        (9_999, "元", "9,999"),
        (-20_500, "元", "−2.1 萬"),
        (14_425_000, "元", "1,443 萬"),
        (123_456_789, "元", "1.2 億"),
        (612_000, "人", "612,000"),
        (0, "元", "0"),
        (None, "元", "?"),
    ],
)
def test_a_large_sum_of_money_is_shortened_and_nothing_else_is(value, unit, text):
    assert words.brief(value, unit) == text


def test_two_figures_stay_apart_when_they_are_shortened():
    assert words.pair(612_000, 700_000, "元") == "61.2/70 萬"
    assert words.pair(5_000, 100_000, "元") == "5,000/10 萬"
    assert words.pair(700_001, 700_000, "元") == "700,001/700,000"
    assert words.pair(20, None, "人") == "20/–"
    assert words.amount(612_000, "元") == "61.2 萬元" and words.amount(24, "<人>") == "24 &lt;人&gt;"


def test_a_ceiling_says_what_is_left_or_over_and_never_what_is_missing():
    left, over = SimpleNamespace(room=88_000, gap=0), SimpleNamespace(room=-20_000, gap=0)
    assert [findings.lacking(row, "元") for row in (left, over)] == ["尚餘 8.8 萬元", "超出 2 萬元"]
    assert findings.lacking(SimpleNamespace(room=None, gap=3), "人") == "還差 3 人"
    assert "超出上限" in parts.tag("overdue", "ceiling") and "逾期未達" in parts.tag("overdue")


def test_dates_are_in_roc_years_and_leave_out_the_programmes_own():
    assert words.full_day(DAY) == "111/11/25（五）"
    assert [words.short_day(day, 2022) for day in (dt.date(2022, 12, 31), dt.date(2023, 1, 31), None)] == [
        "12/31",
        "112/1/31",
        "–",
    ]
    assert words.written_day(dt.date(2021, 7, 8), pad=True) == "110/07/08"
    assert [words.days_left(days) for days in (43, 0, -3, None)] == ["剩 43 天", "今天截止", "已過 3 天", ""]


def test_text_from_data_never_becomes_markup_or_ends_it():
    shown = words.escape(HOSTILE)
    assert "<" not in shown and '"' not in shown and "\n" not in shown


def files_of(header: list[str], rows: list[list[object]]) -> list[bytes]:
    """A table in each of the kinds in which it can be downloaded."""
    return [tables.csv_bytes(header, rows), tables.xlsx("表", header, rows), tables.ods("表", header, rows)]


@pytest.mark.parametrize("text", ["=1+1", "+886", "-1", "@x", "\t=1", "\r=1"])
def test_a_downloaded_cell_is_never_a_formula(text):
    for made in files_of([text], [[text]]):
        told = cells_of(made)
        assert told == [["'" + text], ["'" + text]] or (text[0] in "\t\r" and told[0][0].startswith("'"))


def test_a_downloaded_ods_reads_back_with_its_numbers_days_and_texts():
    header = ["校名", "數", "率", "日", "時", "文字"]
    moment = dt.datetime(2022, 11, 25, 15, 21, 7)
    rows = [
        ["深澳國小", 3, Decimal("0.25"), DAY, moment, "5-2"],
        [None, -3, 2.0, None, None, " 頭  尾 "],
        ["甲\n乙", 0, 0.1, dt.date(1996, 8, 1), None, '<b> & "丙"'],
        ["011601", None, 1 / 3, None, None, "TRUE"],
    ]
    told = cells_of(tables.ods("各校/每日's", header, rows))
    assert told == [
        header,
        ["深澳國小", 3, 0.25, DAY, moment, "5-2"],
        ["", -3, 2, "", "", " 頭  尾 "],
        ["甲\n乙", 0, 0.1, dt.date(1996, 8, 1), "", '<b> & "丙"'],
        ["011601", "", 1 / 3, "", "", "TRUE"],
    ]
    assert told == [["" if cell is None else cell for cell in row] for row in [header, *rows]]


@pytest.mark.parametrize("text", ["甲\x00乙", "甲\x1b乙", "甲\ufffe乙", "甲\uffff乙", "甲\ud800乙"])
def test_a_character_that_no_workbook_can_hold_is_left_out_of_every_kind_of_file(text):
    for made in files_of(["欄"], [[text]]):
        assert cells_of(made) == [["欄"], ["甲乙"]]


def test_the_header_of_a_downloaded_workbook_stays_in_view_and_filters_its_rows():
    _, xlsx, ods = files_of(["甲", "乙", "丙"], [[1, 2, 3], [4, 5, 6]])
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx)).active
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:C3")
    with zipfile.ZipFile(io.BytesIO(ods)) as archive:
        content, settings = (archive.read(part).decode() for part in ("content.xml", "settings.xml"))
    assert """target-range-address="'表'.A1:'表'.C3" table:display-filter-buttons="true\"""" in content
    kept = dict(re.findall(r'config:name="(\w+)" config:type="\w+">(\d+)<', settings))
    assert (kept["VerticalSplitMode"], kept["VerticalSplitPosition"], kept["HorizontalSplitMode"]) == (
        "2",
        "1",
        "0",
    )


def parts_of(ods: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(ods)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_an_ods_is_in_chinese_and_tells_neither_who_made_it_nor_when():
    parts = parts_of(tables.ods("表", ["甲"], [[DAY]]))
    assert "<dc:language>zh-TW</dc:language>" in parts["meta.xml"]
    assert not re.search(r'creator|printed-by|date>|"fr"|fr-FR|Feuille|Imprimante', "".join(parts.values()))


def test_the_settings_of_an_ods_stand_where_a_spreadsheet_looks_for_them():
    told = parts_of(tables.ods("表", ["甲"], [[1]]))["settings.xml"]
    root = ElementTree.fromstring(told)
    assert [part.tag.rpartition("}")[2] for part in root] == ["settings"]
    assert [part.tag.rpartition("}")[2] for part in root[0]] == ["config-item-set"]
    assert 'xmlns:ooo="http://openoffice.org/2004/office"' in told and told.count('office:version="1.4"') == 1


def test_the_blanks_and_lines_of_a_text_in_an_ods_are_markup_for_whoever_reads_no_attribute():
    content = parts_of(tables.ods("表", ["甲"], [[" 甲  乙\n丙\r\n丁\t戊"]]))["content.xml"]
    assert (
        "<text:p><text:s/>甲 <text:s/>乙</text:p><text:p>丙</text:p><text:p>丁<text:tab/>戊</text:p>"
        in content
    )


@pytest.mark.parametrize(("title", "sheet"), [(" 甲 ", "甲"), ("  ", "資料"), ("'甲'", "_甲_")])
def test_a_worksheet_has_a_name_that_every_spreadsheet_takes(title, sheet):
    for made in [tables.xlsx(title, ["甲"], [[1]]), tables.ods(title, ["甲"], [[1]])]:
        assert CalamineWorkbook.from_filelike(io.BytesIO(made)).sheet_names == [sheet]


def test_a_downloaded_file_opens_in_a_spreadsheet_with_its_numbers_and_safe_headers():
    data = tables.csv_bytes(["=名稱", "數"], [["@a", -3], [None, 2.0]])
    assert data.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [
        ["'=名稱", "數"],
        ["'@a", "-3"],
        ["", "2"],
    ]


def test_a_file_name_holds_nothing_that_windows_refuses():
    assert words.file_name('a/b:c*"d', "", "e\n") == "a_b_c__d_e_"


# The address


@pytest.mark.parametrize("asked", ["2022-13-40", "111/11/25", "<b>", "20221125", "0022-11-25", "٢٠٢٢-11-25"])
def test_a_day_that_cannot_be_read_is_told_and_the_default_is_shown(asked):
    notices: list[str] = []
    assert address.day_of(asked, DAY, notices) == DAY
    assert asked in notices[0]


def test_a_day_that_can_be_read_is_shown():
    assert address.day_of("2022-10-31", DAY, []) == dt.date(2022, 10, 31)


def test_a_row_has_plain_values_and_an_exact_figure_is_a_float():
    names = ("day", "many", "share", "text")
    full, empty = typed(Row, names, [(DAY, 3, Decimal("0.5"), "a"), (None, None, None, None)])
    assert vars(full) == {"day": DAY, "many": 3, "share": 0.5, "text": "a"} and isinstance(full.share, float)
    assert set(vars(empty).values()) == {None}


def test_the_shortcuts_are_today_the_last_month_end_and_each_deadline_once():
    deadlines = [dt.date(2022, 12, 31), dt.date(2022, 11, 22), dt.date(2022, 12, 31), dt.date(2023, 1, 31)]
    found = navigation.shortcuts(DAY, False, deadlines, 2022)
    assert [text for _, text in found] == ["今天", "10 月底", "11/22 期限", "12/31 期限", "112/1/31 期限"]


# Pieces


def total(**changes):
    plain = {"met": 4, "judged": 7, "no_data": 0, "on_track": 1, "behind": 2, "overdue": 0, "exempt": 0}
    schools = {f"schools_{name}": changes.pop(name, many) for name, many in plain.items()}
    facts = {"kpi": "a1a2", "level": "group", "group_name": "甲", "counted": 93, "base": 100, "required": 100}
    return SimpleNamespace(
        **(facts | {"status": "behind", "flags": "", "deadline": DAY, "days_left": 3} | changes | schools)
    )


KPI = SimpleNamespace(kpi="a1a2", label="A1、A2", short="A1、A2", unit="人", require="all")


def test_a_figure_carries_its_values_and_blanks_what_is_missing():
    row = SimpleNamespace(
        kpi="a", level="school", counted=None, base=None, required=None, status="no_data", flags=""
    )
    assert parts.figure(row, '"校"|') == 'data-figure="a|school||no_data|||||||&quot;校&quot;|"'


def test_a_groups_cell_says_how_many_are_behind_and_is_filled_from_a_quarter_on():
    assert (cells.signs(total()), cells.shade(total())) == ("▼2", "c-behind")
    assert cells.shade(total(behind=1)) == "c-behind0"
    assert cells.signs(total(overdue=1, no_data=2)) == "✕1 ▼2 ?2"
    assert cells.shade(total(overdue=1)) == "c-overdue0"
    assert cells.shade(total(behind=0, status="no_data", judged=0)) == "c-no_data"


def test_a_strip_has_a_cell_a_school_until_there_are_too_many_to_see():
    few, many = cards.strip({"met": 3, "behind": 2}), cards.strip({"met": 3000, "behind": 400})
    assert '"strip cells"' in few and '"strip"' in many
    assert re.findall(r'class="(\w+)" style="--n:(\d+)"', few) == [("met", "3"), ("behind", "2")]


def test_a_school_without_data_shows_no_zero():
    row = SimpleNamespace(
        counted=None, base=None, required=None, status="no_data", flags="", gap=None, weekly=None
    )
    assert cells.school_figures(row, KPI) == "未填報"
    assert "0" not in school_rows._counts(row, KPI)
    assert findings.gap(row, "人") == ""


def test_a_large_gap_is_told_with_its_pace_and_a_small_one_without():
    assert findings.pace(SimpleNamespace(gap=4, weekly=0.651), "人") == "每週 0.7 人"
    assert findings.pace(SimpleNamespace(gap=3, weekly=0.6), "人") == ""


def test_a_sparkline_survives_having_no_step():
    nothing = sparklines.Course((), dt.date(2022, 1, 1), DAY, dt.date(2022, 12, 31), 4)
    assert 'd="M3.0,23.0H132.8"' in sparklines.sparkline(nothing)


def test_days_on_which_nothing_was_done_add_nothing_to_a_curve():
    days = [dt.date(2022, month, 1) for month in range(1, 10)]
    still = [(day, 1.0 + (day >= days[4])) for day in days]
    told = [
        sparklines.Course(tuple(steps), days[0], days[-1], days[-1], 4)
        for steps in (still, [still[0], still[4]])
    ]
    assert sparklines.sparkline(told[0]) == sparklines.sparkline(told[1])


def test_what_cannot_be_read_is_told_with_its_file_and_cut_where_it_is_endless():
    broken = SimpleNamespace(file=HOSTILE, sheet=None, problem=HOSTILE)
    assert "<img" not in intake.unreadable([broken] * 30)
    row = SimpleNamespace(
        severity="rejected",
        table_name="training",
        file=HOSTILE,
        line=3,
        cell="B3",
        link=None,
        is_new=False,
        reason_label="x",
        sentence="{value}",
        places={"value": HOSTILE},
        suggestion=HOSTILE + "?",
    )
    row.original, row.school_name = HOSTILE * 10_000, HOSTILE
    row.header_row, row.could = f"a,{HOSTILE}", [HOSTILE]
    shown = records.rejected([row]) + records.own_rejects([row], SimpleNamespace(status="behind", gap=1))
    assert "<img" not in shown and len(shown) < 10_000


@pytest.mark.parametrize(
    ("asked", "page"), [(None, 1), ("2", 2), ("99", 3), ("0", 1), ("x", 1), ("-1", 1), ("9" * 99, 1)]
)
def test_a_page_number_stays_within_what_there_is(asked, page):
    assert parts.page(asked, 45, 20) == page


# What runs


@pytest.mark.parametrize("name", PAGES)
def test_every_page_runs_on_the_sample_and_says_its_day_and_that_it_is_a_sample(served, name):
    app = open_page(name)
    shown = html_of(app)
    assert not app.exception
    assert "這個畫面讀不出來" not in shown and "還沒有可以看的資料" not in shown
    said = re.sub("<[^>]*>", "", shown)
    assert "截至 111/11/25（五）" in said and "示範資料" in said and "資料快照" in said


@pytest.mark.parametrize("day", ["2022-01-01", "2022-11-25", "2022-12-31", "2023-02-01", "2024-01-01"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_stands_on_any_day(served, name, day):
    app = open_page(name, on=day)
    assert "這個畫面讀不出來" not in html_of(app)
    assert f"截至 <b>{words.full_day(dt.date.fromisoformat(day))}" in html_of(app)


@pytest.mark.parametrize("name", PAGES)
def test_a_viewer_without_schools_gets_every_page_and_no_school_on_it(served, name, monkeypatch):
    monkeypatch.setattr(access, "bureau", access.nobody)
    app = open_page(name)
    shown = html_of(app)
    assert not app.exception and "這個畫面讀不出來" not in shown
    assert not re.search(r'data-figure="\w+\|school', shown) and "國小<" not in shown


def agree(figures, rows):
    """Every figure is that of its row; gives the rows that were shown."""
    for figure in figures:
        row = rows[figure["kpi"], figure["group"], figure["school"]]
        stated, own = stated_and_own(figure, row)
        assert stated == own, figure
    return {(figure["kpi"], figure["group"], figure["school"]) for figure in figures}


def test_the_overview_shows_every_indicator_of_the_city_and_of_every_group(served):
    found = figures_of(open_page("overview"))
    for level in ("city", "group"):
        rows = results_of_level(served, level)
        assert agree([figure for figure in found if figure["level"] == level], rows) == set(rows)


def test_a_groups_page_shows_every_indicator_of_each_of_its_schools(served):
    found = [
        figure for figure in figures_of(open_page("group", group="行動學習組")) if figure["level"] == "school"
    ]
    rows = results_of_level(served, "school")
    assert agree(found, rows) == {key for key, row in rows.items() if row.group == "行動學習組"}


def test_a_schools_page_shows_every_indicator_and_opens_the_one_in_the_address(served):
    app = open_page("school", school="深澳國小", kpi="infosec", on="2022-10-31")
    rows = results_of_level(served, "school", dt.date(2022, 10, 31))
    assert agree(figures_of(app), rows) == {key for key in rows if key[2] == "深澳國小"}
    assert re.search(r'<div class="kr open" data-figure="infosec\|', html_of(app))
    assert html_of(app).count('aria-expanded="true"') == 1 and len(app.get("plotly_chart")) == 1


TABLES = {
    "data": ["來源", "檔案", "被退回的列", "各校要改的列", "已解決的列", "留存的快照"],
    "help": ["名詞與狀態", "每個數字怎麼來", "資料從哪裡來"],
    "indicator": ["參數", "各組", "各校", "背後的列"],
}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_one_button_that_unfolds_it_as_xlsx_ods_and_csv(served, name):
    app = open_page(name)
    app.session_state["parameters"] = True  # 參數 is in a fold, and made once it is opened
    shown = html_of(app.run())
    buttons = re.findall(
        r'<details class="files" name="files"><summary aria-label="下載([^"]+)">下載…</summary><div>(.*?)</div></details>',
        shown,
    )
    assert {*TABLES[name]} <= {what for what, _ in buttons}
    for what, links in buttons:
        labels = re.findall(r'<a class="file" [^>]*aria-label="([^"]*)"', links)
        assert labels == [f"下載{what} {kind}" for kind in ("XLSX", "ODS", "CSV")]
        assert re.findall(r' download="[^"]*\.(\w+)"', links) == ["xlsx", "ods", "csv"]
    assert shown.count('class="file"') == 3 * len(buttons)


def test_a_letter_stays_one_link(served):
    shown = html_of(open_page("reminders"))
    assert re.findall(r'<p class="files">下載函稿 <a class="file" [^>]*>DOCX</a></p>', shown)


def test_the_words_and_the_origins_leave_with_what_the_page_says():
    words_ = dict(glossary.words_of().values())
    assert words_["應達"] == "計數要到多少才算達標。" and words_["✓ 達標"] == "計數已達應達"
    rows = [SimpleNamespace(label="甲", supplied=True, files=2, accepted=30),
            SimpleNamespace(label="乙", supplied=False, files=0, accepted=0)]  # fmt: skip
    assert glossary.origins(rows).values() == [["甲", 2, 30], ["乙", None, None]]


@pytest.mark.parametrize(
    ("page", "asked", "told"),
    [
        ("school", {"school": HOSTILE}, "找不到學校"),
        ("group", {"group": HOSTILE}, "找不到組別"),
        ("group", {"kpi": HOSTILE}, "不存在，已略過"),
        ("overview", {"on": HOSTILE}, "讀不懂"),
        ("overview", {"programme": HOSTILE}, "不存在，已改為預設"),
    ],
)
def test_what_an_address_asks_for_in_vain_is_told_and_the_default_is_shown(served, page, asked, told):
    shown = html_of(open_page(page, **asked))
    assert told in shown and "<img" not in shown
    assert "data-figure=" in shown


def test_a_filter_that_leaves_nothing_offers_the_way_back(served):
    app = open_page("group", status="exempt", group="自主學習組")
    assert "清除篩選" not in html_of(app)
    app = open_page("data", table="training", school="沒有這所學校")
    assert "清除篩選" in html_of(app) and not app.exception


def test_links_keep_programme_and_day(served):
    shown = html_of(open_page("overview", on="2022-10-31"))
    links = [link for link in re.findall(r'href="\./([^"]*)"', shown) if link.startswith(("group", "school"))]
    assert links and all("programme=keelung-111" in link and "on=2022-10-31" in link for link in links)


def test_without_a_snapshot_a_notice_says_what_to_do(tmp_path, monkeypatch):
    file = tmp_path / "kpi.toml"
    file.write_text('programmes = ["keelung-111"]\n', encoding="utf-8")
    monkeypatch.setenv(deployment.VARIABLE, str(file))
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60).run()
    assert "還沒有可以看的資料" in html_of(app) and "kpi build" in html_of(app) and not app.exception


def test_a_query_that_fails_becomes_a_notice_and_no_traceback(served, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(warehouse, "rows", fail)
    monkeypatch.setattr(questions, "_cached", questions._cached.__wrapped__)
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60).run()
    assert "這個畫面讀不出來" in html_of(app)
    assert "secret detail" not in html_of(app) and not app.exception


SCHOOLS_OWN = {"school_id", "school_name", "school", "school_names", "unit_id", "unit", "unit_label"}


@pytest.mark.parametrize("name", QUERIES)
def test_a_scope_of_no_schools_sees_no_school(sample_warehouse, name):
    text = re.sub(r"--.*", "", (ROOT / "queries" / "pages" / f"{name}.sql").read_text("utf-8"))
    asked = {parameter: PARAMETERS.get(parameter) for parameter in set(re.findall(r"\$([a-z_]+)", text))}
    if name.startswith("kpi_"):
        asked |= {"kpi": None if name == "kpi_results" else "a1a2", "all": True, "missing": False}
        asked = {key: value for key, value in asked.items() if f"${key}" in text}
    snapshot = warehouse.current(sample_warehouse, "keelung-111")
    frame = warehouse.ask(snapshot, name, access.nobody(), **asked)
    if "level" in frame:
        assert "school" not in set(frame["level"])
    own = [column for column in frame if column in SCHOOLS_OWN and name != "kpis" and name != "deadlines"]
    assert not frame[own].replace("", None).notna().any(axis=None)
