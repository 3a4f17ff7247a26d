"""What is known to be wrong with the data stands wherever the figure stands, in words, and leads to the data."""

import datetime as dt
import html
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard import access, questions, reminders, warehouse
from dashboard.definitions import deployment
from dashboard.exports import letters
from dashboard.language import words
from dashboard.rows import Group, IndicatorGroup, IndicatorSchool, Kpi, Reject, SchoolResult, Total
from dashboard.ui.base import faults, matrix, paper, parts, records
from dashboard.ui.group import sheets as group_sheets
from dashboard.ui.indicator import tables as indicator
from dashboard.ui.overview import sheets as overview_sheets
from dashboard.ui.school import opened
from dashboard.ui.school import rows as school_rows
from dashboard.ui.school import tables as school_tables
from dashboard.warehouse.build import measure
from tests.cases.flags import A1, A2, City, courses
from tests.cases.tables import LESSONS, SCHOOLS, STAFF, TRAINING, VISITS
from tests.pages import figures_in, html_of, open_page
from tests.running import kpi
from tests.samples import view_on

PROGRAMME, ON = "keelung-111", "2022-12-31"
BROKEN, MEND, CLEAN, SILENT = "信義國小", "深澳國小", "七堵國小", "暖暖國小"
FILE = "研習紀錄_信義國小.csv"
WORDS = {
    "unreadable_source": "讀不到檔案",
    "stale_source": "沿用舊資料",
    "base_rejected": "名冊有退回的列",
    "rows_rejected": "有退回的列",
    "no_rows": "沒有該校的列",
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """One school whose file cannot be read, one with refused rows, one with nothing to say of, and others that sent nothing."""
    made = City.__new__(City)
    made.place = tmp_path_factory.mktemp("flagged")
    made.data.mkdir()
    (made.data / FILE).write_text("學校名稱,教師編號\n信義國小,T5\n", encoding="utf-8")
    made.build(
        schools=SCHOOLS,
        staff=[
            *STAFF,
            (MEND, "T9", "孫九思", "正式教師", "99/13/1"),
            (CLEAN, "T6", "孫六合", "正式教師", "99/8/1"),
            (SILENT, "T8", "吳八方", "正式教師", "99/8/1"),
        ],
        training=courses(
            (MEND, "T1", "", A1, "111/5/5", "3", "有"),
            (MEND, "T1", "", A2, "111/13/5", "3", "有"),
            (CLEAN, "T6", "", A1, "111/5/5", "3", "有"),
        ),
        public_lessons=[LESSONS, *((name, "王一平", "111/10/26", "是") for name in (MEND, CLEAN))],
        observations=[VISITS, (MEND, "111/10/26", CLEAN, "孫六合"), (CLEAN, "111/10/26", MEND, "王一平")],
    )
    return made


def configured(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    """The pages show this city."""
    file = city.place / "kpi.toml"
    place = (city.place / "warehouse").as_posix()
    file.write_text(f'programmes = ["{PROGRAMME}"]\nwarehouse = "{place}"\n', encoding="utf-8")
    monkeypatch.setenv(deployment.VARIABLE, str(file))
    return city


@pytest.fixture
def served(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    return configured(city, monkeypatch)


def results(city: City, **named: str) -> list[dict[str, str]]:
    rows = kpi("results", "--warehouse", city.place / "warehouse", "--as-of", ON, "--format", "csv").rows
    return [row for row in rows if all(row[name] == value for name, value in named.items())]


def seeing(city: City) -> questions.View:
    """What an address that names the day alone asks to see."""
    return view_on(city.place / "warehouse", PROGRAMME, dt.date.fromisoformat(ON), access.bureau())


def said(codes: str) -> list[str]:
    return [WORDS[code] for code in codes.split(";") if code]


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def test_a_school_without_flags_sees_none_of_them(served: City) -> None:
    assert {row["flags"] for row in results(served, school=CLEAN, kpi="a1a2")} == {""}
    shown = html_of(open_page("school", school=CLEAN, on=ON, kpi="a1a2"))
    rows = re.findall(r'<div class="kr[^"]*" data-figure="([^"|]*)\|.*?(?=<div class="kr|$)', shown, re.S)
    assert rows
    for row in results(served, school=CLEAN):
        if not row["flags"]:
            (one,) = re.findall(rf'data-figure="{row["kpi"]}\|school.*?</a></div>', shown, re.S)
            assert "!" not in plain(one) and 'class="fl"' not in one


@pytest.mark.parametrize("school", [BROKEN, MEND, SILENT])
def test_every_flag_of_a_school_stands_in_words_beside_its_figure_on_each_page(
    served: City, school: str
) -> None:
    rows = {row["kpi"]: row for row in results(served, school=school)}
    flagged = {name: row for name, row in rows.items() if row["flags"]}
    assert flagged
    shown = html_of(open_page("school", school=school, on=ON))
    for name, row in flagged.items():
        (one,) = re.findall(rf'data-figure="{name}\|school.*?</a></div>', shown, re.S)
        assert f"! {'、'.join(said(row['flags']))}" in plain(one)
    page = html_of(open_page("group", group=next(iter(rows.values()))["group"], on=ON))
    for name, row in flagged.items():
        cell = next(
            one
            for one in re.findall(rf'<a class="cell" [^>]*data-figure="{name}\|school[^>]*>.*?</a>', page)
            if figures_in(one)[0]["school"] == school
        )
        assert "!" in plain(cell) and all(
            one in re.search('title="([^"]*)"', cell)[1] for one in said(row["flags"])
        )
        for one in said(row["flags"]):
            line = next(
                line for line in re.findall(r'<p class="foot fl">.*?</p>', page) if f"! {one}：" in line
            )
            assert (school in line or "等 " in line) and "./data?" in line


def test_an_opened_row_says_which_file_and_which_row_and_leads_there(served: City) -> None:
    shown = html_of(open_page("school", school=BROKEN, on=ON, kpi="a1a2"))
    body = shown.split('class="krbody"')[1]
    assert (
        FILE in body
        and "課程名稱" in body
        and f"data?programme={PROGRAMME}" in body
        and f"school={BROKEN}" in body
    )
    shown = html_of(open_page("school", school=MEND, on=ON, kpi="a1a2")).split('class="krbody"')[1]
    assert "staff.csv" in shown and "基數可能偏低" in shown and "99/13/1" in shown


def test_groups_and_the_city_say_that_it_is_some_of_their_schools(served: City) -> None:
    (row,) = results(served, level="city", kpi="a1a2")
    told = f"! {'、'.join(said(row['flags']))}（部分學校）"
    overview = html_of(open_page("overview", on=ON))
    tile = next(
        one
        for one in re.findall(r'<div class="tile".*?(?=<div class="tile"|<div class="aside")', overview, re.S)
        if "a1a2|city" in one
    )
    assert told in plain(tile) and "./data?" in tile
    lead = html_of(open_page("indicator", kpi="a1a2", on=ON))
    assert told in plain(lead.split('class="lead"')[1].split("</p>")[0])
    for one in said(row["flags"]):
        assert re.search(rf'<p class="foot fl">! {one}：.*?A1、A2', overview)


@pytest.mark.parametrize("page", ["overview", "group", "school", "indicator", "reminders"])
def test_the_flags_of_every_shown_figure_are_those_of_the_results(served: City, page: str) -> None:
    rows = {
        (row["kpi"], row["level"], row["group"] * (row["level"] == "group"), row["school"]): row
        for row in results(served)
    }
    named = {"group": {"group": "自主學習組"}, "school": {"school": BROKEN}}.get(page, {})
    found = figures_in(html_of(open_page(page, on=ON, **named)))
    assert found
    for figure in found:
        row = rows[
            figure["kpi"], figure["level"], figure["group"] * (figure["level"] == "group"), figure["school"]
        ]
        assert figure["flags"] == row["flags"], figure
    assert any(figure["flags"] for figure in found)


def test_every_table_to_take_away_has_a_column_of_flags_in_words(served: City) -> None:
    seen = seeing(served)
    periods = seen.periods
    kpis = questions.ask(seen, Kpi, period="111")
    at = {"on": seen.on, "period": "111"}
    of_schools = {
        (row["kpi"], row["school"]): "、".join(said(row["flags"])) for row in results(served, level="school")
    }
    pooled = {
        (row["kpi"], row["group"] or "全市"): row for row in results(served) if row["level"] != "school"
    }
    short = {one.label: one.kpi for one in kpis}

    sheet = overview_sheets.totals(seen, periods[0], kpis, questions.ask(seen, Total, **at), {})
    lines = [dict(zip(sheet.header(), line, strict=True)) for line in sheet.values()]
    assert lines
    for line in lines:
        row = pooled[short[line["指標"]], line["組別"]]
        assert line["資料註記"] == ("、".join(said(row["flags"])) + "（部分學校）" if row["flags"] else "")

    group = questions.ask(seen, Group)[0]
    schools = matrix.grouped(questions.ask(seen, SchoolResult, **at, group_id=group.group_id, school_id=None))
    sheet = group_sheets.results(seen, periods[0], group, kpis, schools, {})
    lines = [dict(zip(sheet.header(), line, strict=True)) for line in sheet.values()]
    assert lines and all(line["資料註記"] == of_schools[short[line["指標"]], line["學校"]] for line in lines)

    one = kpis[0]
    listed = questions.ask(seen, IndicatorSchool, **at, kpi=one.kpi, versus=None, sort=None, falling=False)
    every = indicator.Selection(listed, listed, paper.page(listed, None, 20), None, None)
    table = indicator.by_school(seen, one, every, None, lambda **_: "")
    for line in table.values():
        assert dict(zip(table.header(), line, strict=True))["資料註記"] == of_schools[one.kpi, line[0]]
    listed_groups = questions.ask(seen, IndicatorGroup, kpi=one.kpi, period="111", on=seen.on)
    table = indicator.by_group(seen, one, listed_groups, {})
    for line in table.values():
        row = dict(zip(table.header(), line, strict=True))
        assert row["資料註記"].removesuffix("（部分學校）") == "、".join(
            said(pooled[one.kpi, row["組別"]]["flags"])
        )
    blank = dict.fromkeys(("pace", "weekly", "days_left", "deadline"))
    row = SimpleNamespace(**blank | vars(next(row for row in listed if row.flags)))
    item = SimpleNamespace(kpi=one, row=row, then=None)
    figures = school_tables.indicators(seen, [(periods[0], [item])])
    assert (
        dict(zip(figures.header(), figures.values()[0], strict=True))["資料註記"]
        == of_schools[one.kpi, item.row.school_name]
    )


@pytest.mark.parametrize(
    "codes", ["", "rows_rejected", "base_rejected", "base_rejected;rows_rejected", "no_rows", "stale_source"]
)
def test_a_flag_leads_to_the_table_that_it_is_about_where_there_is_one(codes: str) -> None:
    kpi_ = SimpleNamespace(table_name="training", base="staff")
    row = SimpleNamespace(flags=codes, level="school", school_name="甲")
    expected = {"rows_rejected": "training", "base_rejected": "staff", "no_rows": "training"}.get(codes)
    if codes:
        assert parts.flag_table(codes.split(";"), kpi_) == expected
    told = parts.flagged(row, kpi_, lambda page, **at: f"{page}:{at['school']}:{at['table']}")
    assert (f'href="data:甲:{expected}"' in told) == bool(codes) and bool(told) == bool(codes)


def test_every_code_of_the_results_has_its_words() -> None:
    assert list(words.FLAGS) == list(WORDS) == list(measure.FLAGS)


def test_what_a_file_is_called_is_no_markup(served: City) -> None:
    cause = SimpleNamespace(
        file="<img src=x>", line=2, message="<b>", flag="base_rejected", kpi="a", period="p"
    )
    row = SimpleNamespace(flags="base_rejected", level="school", school_name="甲")
    item = SimpleNamespace(
        row=row, kpi=SimpleNamespace(base="staff", table_name="t"), causes=[cause],
        view=SimpleNamespace(link=lambda *_, **__: "./data"),
    )  # fmt: skip
    assert "<img" not in opened._flags(item) + parts.element("i", title=school_rows.causes_of(item))


# What needs attention


def needing(shown: str) -> list[str]:
    """The sentences below 需要注意."""
    part = shown.split("需要注意</h2>")[1].split("各項期限</h2>")[0]
    return [plain(one) for one in re.findall(r'<div class="li">.*?</div>', part, re.S)]


def test_what_needs_attention_leads_with_the_data_and_each_sentence_leads_to_them(served: City) -> None:
    shown = html_of(open_page("overview", on=ON))
    told = needing(shown)
    assert (
        told[0].startswith("! 讀不到檔案")
        and FILE in told[0]
        and BROKEN in told[0]
        and "請改好再送" in told[0]
    )
    assert told[1].startswith("! 名冊有退回的列") and "教職員名冊有 1 列未採用" in told[1] and MEND in told[1]
    assert told[2].startswith("! 沒有該校的列") and "可能沒有辦理，也可能沒有送來" in told[2]
    assert not any(one.startswith("!") for one in told[3:])
    of_data = re.findall(r'<div class="li"><span class="fl">.*?</div>', shown, re.S)
    assert len(of_data) == 3 and all("./data?" in one for one in of_data)


@pytest.mark.parametrize("stale", [False, True], ids=["unreadable", "stale"])
def test_a_school_whose_file_was_not_read_is_asked_for_it_and_not_told_to_be_late(
    stale: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same school is told to be late as soon as its file is read."""
    place = City.__new__(City)
    place.place = tmp_path
    rows = courses(("信義國小", "T5", "", "資訊安全", "111/5/5", "1", ""))
    staff = [
        *STAFF,
        *(("信義國小", f"U{n}", f"周{'一二三四五六'[n]}五", "正式教師", "99/8/1") for n in range(6)),
    ]
    place.build(
        schools=SCHOOLS,
        staff=staff,
        training=rows,
    )
    configured(place, monkeypatch)
    before = needing(html_of(open_page("overview", on="2022-12-01")))
    assert any(BROKEN in one and "落後" in one for one in before)
    if stale:
        (place.data / "training.csv").write_bytes(b"PK\x03\x04")
    else:
        (place.data / FILE).write_text("學校名稱,教師編號\n信義國小,T5\n", encoding="utf-8")
    place.build()
    after = needing(html_of(open_page("overview", on="2022-12-01")))
    assert (
        after[0].startswith("! 沿用舊資料" if stale else "! 讀不到檔案")
        and BROKEN in after[0] + "信義國小" * stale
    )
    accused = [one for one in after if BROKEN in one and not one.startswith("!")]
    assert not any(name in one for one in accused for name in ("A1、A2", "資安", "數位素養"))
    lead = plain(
        html_of(open_page("school", school=BROKEN, on="2022-12-01")).split('class="lead"')[1].split("</p>")[0]
    )
    assert "還差" not in lead
    group = next(row["group"] for row in results(place, school=BROKEN))
    steps = html_of(open_page("group", group=group, on="2022-12-01")).split("本週可以做的事</h2>")[1]
    (mine,) = re.findall(rf'<div class="li gaps"><span><a [^>]*>{BROKEN}</a>.*?</ul>', steps, re.S)
    assert "檔案沒有讀到，請改好再送" in plain(mine) and "還差" not in plain(mine)


# What is written to schools


@pytest.mark.parametrize("stale", [False, True], ids=["unreadable", "stale"])
def test_a_school_whose_own_file_was_not_read_is_written_to_for_the_file_and_not_for_its_figures(
    stale: bool, tmp_path: Path
) -> None:
    place = City.__new__(City)
    place.place = tmp_path
    place.data.mkdir()
    own = place.data / FILE
    own.write_text(
        "學校名稱,教師編號,姓名,課程名稱,研習日期,時數,研習證明\n信義國小,T5,,資訊安全,111/5/5,1,\n",
        encoding="utf-8",
    )
    if stale:
        place.build(
            schools=SCHOOLS, staff=STAFF, training=courses((MEND, "T1", "", A1, "111/5/5", "3", "有"))
        )
        own.write_bytes(b"PK\x03\x04")
    else:
        own.write_text("學校名稱,教師編號\n信義國小,T5\n", encoding="utf-8")
    place.build(schools=SCHOOLS, staff=STAFF, training=courses((MEND, "T1", "", A1, "111/5/5", "3", "有")))
    seen = seeing(place)
    found = {
        one.school: one
        for one in reminders.in_chinese(seen, reminders.Filter((), (), reminders.STATUSES, False))
    }
    one = found[BROKEN]
    assert not {"a1a2", "infosec", "digital_literacy"} & {item.kpi.kpi for item in one.items}
    assert {"a1a2", "infosec"} <= {item.kpi.kpi for item in found[MEND].items}
    told = letters.message(Path("nowhere"), reminders.context(seen, one, False))
    assert FILE in told.partition("依目前的資料")[0] and "A1、A2" not in told and "資通安全" not in told
    assert FILE not in letters.message(Path("nowhere"), reminders.context(seen, found[MEND], False))


# True reasons


def test_a_row_stands_under_an_indicator_only_if_it_could_count_there_on_that_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = City.__new__(City)
    place.place = tmp_path
    place.build(
        schools=SCHOOLS,
        staff=STAFF,
        training=courses(
            (MEND, "T1", "", A1, "111/5/5", "3", "有"),
            (MEND, "T1", "", A2, "111/13/5", "3", "有"),  # could complete A1 and A2
            (MEND, "T1", "", A2, "111/14/5", "3", "有"),  # the same unit once more
            (
                MEND,
                "T2",
                "",
                "資訊安全",
                "111/11/5",
                "很多",
                "",
            ),  # of another indicator, and of no day before it
            (MEND, "T2", "", "校務會議", "111/13/5", "3", ""),  # of none
        ),
    )
    configured(place, monkeypatch)

    def told(name: str, on: str) -> str:
        shown = html_of(open_page("school", school=MEND, kpi=name, on=on))
        return shown.split('class="krbody"')[1].split('class="rule"')[0]

    body = told("a1a2", ON)
    assert "111/13/5" in body and "111/14/5" in body and "很多" not in body and "校務會議" not in body
    assert "另有 2 列與本項無關" in body and "table=training" in body
    assert "最多會是 <b>1/3</b>" in body, "two rows of one person add one"
    body = told("infosec", ON)
    assert "很多" in body and A2 not in body and "另有 3 列與本項無關" in body
    body = told("infosec", "2022-11-01")
    assert (
        "很多" not in body
        and "可能就是原因" not in body
        and "最多會是" not in body
        and "另有 4 列與本項無關" in body
    )
    why = html_of(open_page("indicator", kpi="infosec", school=MEND, on="2022-11-01"))
    assert "另有 4 列與本項無關" in why and "可能就是原因" not in why


# --- a row that was not taken, as its file has it


def faults_of(page: str, **asked: str) -> list[str]:
    """Each such row of a page."""
    shown = html_of(open_page(page, on=ON, **asked))
    return re.findall(r'<div class="fault">.*?</div>(?:<details.*?</details>)?<p>.*?</div>', shown, re.S)


def cells_of(fault: str) -> list[tuple[str, str, bool]]:
    """Its table: what each column is called, what stands in it, and whether it is marked."""
    header = re.findall(r'<th class="([^"]*)" scope="col">(.*?)</th>', fault)
    cells = re.findall(r'<td class="([^"]*)">(.*?)</td>', fault)
    marks = [
        ("bad" in kind.split(), "bad" in other.split())
        for (kind, _), (other, _) in zip(header, cells, strict=True)
    ]
    assert all(above == below for above, below in marks)
    return [
        (plain(name), plain(value), is_marked)
        for (_, name), (_, value), (is_marked, _) in zip(header, cells, marks, strict=True)
    ]


def test_a_refused_row_shows_its_fault_alike_on_every_page_that_shows_it(served: City) -> None:
    where = {"school": MEND, "kpi": "a1a2"}
    shown, *roster = faults_of("school", **where)
    assert [("staff.csv" in one, "99/13/1" in one) for one in roster] == [(True, True)]
    line = [*zip(TRAINING, (MEND, "T1", "", A2, "111/13/5", "3", "有"), strict=True)]
    marked = {"研習日期": "✕ 有誤 111/13/5"}
    assert cells_of(shown) == [(name, marked.get(name, value), name in marked) for name, value in line]
    assert re.search(r'<th scope="row">3</th>', shown) and "研習紀錄" not in shown
    told = plain(shown)
    assert "training.csv · 第 3 列 · E3 格 · 日期讀不懂" in told
    assert "怎麼改　研習日期「111/13/5」" in told and "請寫成 111/10/07" in told
    assert "可能影響：A1、A2" in told
    assert faults_of("indicator", **where) == [shown]
    (listed,) = faults_of("data", school=MEND, table="training")
    assert listed.replace(f"日期讀不懂 · {MEND}", "日期讀不懂") == shown


def test_a_school_without_refused_rows_sees_no_such_row(served: City) -> None:
    assert (
        faults_of("school", school=CLEAN, kpi="a1a2")
        == faults_of("indicator", school=CLEAN, kpi="a1a2")
        == []
    )
    assert faults_of("data", school=CLEAN) == []


def refused(city: City, **asked: object) -> list[SimpleNamespace]:
    """The rejected rows as a page gets them."""
    wanted = {"severity": "rejected", "table": None, "reason": None, "school": None, "fresh": None} | asked
    on = dt.date.fromisoformat(str(asked.get("on", ON)))
    return questions.ask(seeing(city), Reject, **wanted | {"on": on}, size=None, skip=0)


def test_a_refused_row_says_what_it_could_change_on_the_day_and_that_it_could_change_nothing(
    tmp_path: Path,
) -> None:
    city = City(
        tmp_path,
        staff=[*STAFF, (MEND, "T9", "孫九思", "正式教師", "99/13/1")],
        training=courses(
            (MEND, "T1", "", "", "111/5/5", "3", "有"),
            (MEND, "T2", "", A1, "110/13/5", "3", "有"),
            (MEND, "T2", "", "書法研習", "111/13/5", "3", "有"),
        ),
        coaching=[
            ("學校名稱", "輔導日期", "輔導人員"),
            (MEND, "111/12/32", "甲"),
            ("錠內國小", "111/10/3", "甲"),
        ],
    )

    def told(on: str) -> dict[tuple[str, int], str]:
        return {(row.file, row.line): plain(faults.could_change(row)) for row in refused(city, on=on)}

    late = told(ON)
    assert "A1、A2" in late["training.csv", 2]
    assert late["training.csv", 3] == "可能影響：無（截至這一天，依讀得出的內容）", "A1 alone is not enough"
    assert late["coaching.csv", 3] == "可能影響：讀不出是哪一校的列，改好才知道"
    assert late["training.csv", 4] == "可能影響：無（截至這一天，依讀得出的內容）"
    assert late["coaching.csv", 2] == "可能影響：入校輔導"
    assert "A1、A2" in late["staff.csv", 7], "a row of the roster could change every base of it"
    assert told("2022-04-30")["training.csv", 2] == "可能影響：無（截至這一天，依讀得出的內容）"
    for row in refused(city):
        causes = {
            cause["kpi"]
            for cause in city.ask("flags", on=ON)
            if (cause["file"], cause["line"]) == (row.file, str(row.line))
        }
        shorts = {kpi.kpi: kpi.short for kpi in questions.ask(seeing(city), Kpi, period="111")}
        assert set(row.could or []) == {shorts[kpi] for kpi in causes}, row


def test_what_a_row_could_change_and_its_cells_leave_with_the_table(served: City) -> None:
    (row,) = refused(served, table="training", school=MEND)
    table = records.table([row])
    taken = dict(zip(table.header(), *table.values(), strict=True))
    assert taken["可能影響"] == "、".join(row.could) != ""
    assert taken["儲存格"] == "E3"


def wide(columns: int, fault: str | None, **changed: object) -> SimpleNamespace:
    """A refused row of a file with so many columns."""
    names, values = [f"第{at}欄" for at in range(columns)], [f"值{at}" for at in range(columns)]
    row = {
        "severity": "rejected", "file": "表.csv", "line": 17, "cell": fault, "link": None, "reason_label": "日期讀不懂",
        "sentence": "請補上。", "places": {}, "suggestion": None, "school_name": MEND, "could": [],
        "header_row": ",".join(names), "original": ",".join(values),
    }  # fmt: skip
    return SimpleNamespace(**row | changed)


@pytest.mark.parametrize(("cell", "at"), [("A17", 0), ("D17", 3), ("P17", 15), ("AB17", 27), ("AD17", 29)])
def test_a_wide_row_shows_the_fault_between_its_neighbours_and_folds_the_others(cell: str, at: int) -> None:
    shown = faults.card(wide(30, cell))
    cells = cells_of(shown)
    assert len(cells) <= faults.WIDE
    (marked,) = [(name, value) for name, value, is_marked in cells if is_marked]
    assert marked == (f"第{at}欄", f"✕ 有誤 值{at}")
    names = [name for name, _, _ in cells]
    assert {f"第{near}欄" for near in (0, 1, at - 1, at + 1) if 0 <= near < 30} <= set(names)
    hidden = sum(int(value.removesuffix(" 欄")) for name, value, _ in cells if name == "…")
    assert hidden + len([name for name in names if name != "…"]) == 30, "what is left out is counted"
    assert re.findall(r"<dd>(.*?)</dd>", shown) == [f"值{n}" for n in range(30)], "and unfolds whole"


def test_a_row_of_few_columns_folds_nothing_and_a_blank_cell_says_so() -> None:
    shown = faults.card(wide(5, "B17", original="甲,,丙,丁,戊"))
    assert "<details" not in shown
    assert cells_of(shown)[1] == ("第1欄", "✕ 有誤 （空白）", True)
    warned = faults.card(wide(5, "B17", severity="warning"))
    assert "! 警告 值1" in plain(warned) and "可能影響" not in warned, (
        "a row that was taken could change nothing"
    )


def test_a_long_cell_is_cut_and_a_row_that_does_not_fit_its_header_is_given_as_it_is() -> None:
    shown = faults.card(wide(3, "B17", original=f"甲,{'字' * 5_000_000},丙"))
    assert len(shown) < 6_000 and f"{'字' * faults.SHORT}…" in shown
    short = faults.card(wide(3, "B17", original="甲,乙"))
    assert "<table" not in short and "<code>甲,乙</code>" in short
    beyond = cells_of(faults.card(wide(3, "B17", original="甲,乙,丙,丁,")))
    assert beyond[3:] == [("", "丁", False)], "what stands beyond the header is a cell, an empty one is none"


@pytest.mark.parametrize("programme", [PROGRAMME, "ntpc-5g-112"])
def test_in_every_refused_row_of_the_samples_the_marked_cell_is_the_one_of_its_address(
    both: Path,
    programme: str,
) -> None:
    marked = 0
    for severity in ("rejected", "warning"):
        wanted = {"severity": severity, "table": None, "reason": None, "school": None, "fresh": None}
        snapshot = warehouse.current(both / "warehouse", programme)
        found = warehouse.records(
            snapshot,
            Reject,
            access.bureau(names=True),
            **wanted,
            on=dt.date(2023, 6, 30),
            size=None,
            skip=0,
        )
        for row in found:
            cells = faults._cells(row)
            assert cells, row.original
            said = [cell for cell in cells if cell.is_fault]
            assert len(said) == (row.cell is not None), row
            if said and row.places["value"] and row.reason_label not in ("認不出是哪一位", "名冊沒有這個人"):
                assert row.places["value"].removesuffix("…") in said[0].value, row
                assert row.places["header"] is None or said[0].header, row
                marked += 1
    assert marked > 20
