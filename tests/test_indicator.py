"""The pages 指標 and 說明: one indicator's rule, figures and the rows behind them, and what the words mean."""

import csv
import datetime as dt
import io
import json
import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from dashboard import access, config, questions, warehouse
from dashboard.language import texts, words
from dashboard.ui.base import links
from dashboard.ui.help import glossary
from dashboard.ui.indicator import parameters, why
from tests import running
from tests.test_pages import figures_of, html_of, open_page

ROOT = Path(__file__).parents[1]
KEELUNG, NTPC = "keelung-111", "ntpc-5g-112"
DAYS = {KEELUNG: ("2022-01-01", "2022-11-25", "2023-08-15"), NTPC: ("2022-06-01", "2023-06-30", "2025-02-01")}
EVERYTHING = access.bureau(names=True)
TWO = access.Scope("兩校", (1, 2))
# Indicators that rest on sums of money or on other indicators: no row is behind one unit alone.
UNTOLD = {"approved", "execution", "targets"}


@pytest.fixture
def served(both, tmp_path, monkeypatch):
    """A configuration that serves both."""
    file = tmp_path / "kpi.toml"
    place = (both / "warehouse").as_posix()
    file.write_text(f'programmes = ["{KEELUNG}", "{NTPC}"]\nwarehouse = "{place}"\n', encoding="utf-8")
    monkeypatch.setenv(config.VARIABLE, str(file))
    return both


def ask(both, programme, name, scope=EVERYTHING, **parameters):
    snapshot = warehouse.current(both / "warehouse", programme)
    return questions.rows(*warehouse.rows(snapshot, name, scope, **parameters))


def results(both, programme, kpi, period, on):
    """`kpi results` of one indicator, by level, group and school."""
    snapshot = warehouse.current(both / "warehouse", programme)
    asked = {"on": on, "level": None, "kpi": kpi, "period": period}
    names, found = warehouse.rows(snapshot, "kpi_results", EVERYTHING, **asked)
    rows = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in found]
    return {(row.level, row.group * (row.level == "group"), row.school): row for row in rows}


@pytest.mark.parametrize(("programme", "day"), [(name, day) for name, days in DAYS.items() for day in days])
def test_every_indicator_opens_on_any_day_with_the_figures_of_the_results(served, programme, day):
    on = dt.date.fromisoformat(day)
    found = {}
    for period in ask(served, programme, "periods", by_default=on):
        for kpi in ask(served, programme, "kpis", period=period.period, by_default=on):
            found.setdefault(kpi.kpi, []).append(kpi)
    opened = {name: links.latest(kpis, on).period for name, kpis in found.items()}
    app = open_page("indicator", programme=programme, on=day)
    for kpi, period in opened.items():
        app.query_params["kpi"] = kpi
        app.run()
        shown = html_of(app)
        assert not app.exception and "這個畫面讀不出來" not in shown, kpi
        told = results(served, programme, kpi, period, on)
        found = figures_of(app)
        assert {figure["level"] for figure in found} == {"city", "group", "school"}, kpi
        for figure in found:
            row = told[figure["level"], figure["group"], figure["school"]]
            values = (row.counted, row.base, row.required, row.schools_met, row.schools_judged)
            names = ("counted", "base", "required", "met", "judged")
            assert [figure[name] for name in names] == [words.plain(value) for value in values]
            assert (figure["status"], figure["flags"]) == (row.status, row.flags)


def test_every_school_is_listed_once_and_those_that_lack_most_come_first(served):
    asked = {"kpi": "a1a2", "period": "111", "on": dt.date(2022, 11, 25), "versus": None}
    every = ask(served, KEELUNG, "indicator_schools", **asked, sort=None, falling=False)
    assert len({row.school_name for row in every}) == len(every) == 41
    gaps = [row.gap for row in every if row.gap]
    assert gaps == sorted(gaps, reverse=True) and all(row.gap for row in every[: len(gaps)])
    app = open_page("indicator", kpi="a1a2", page="3")
    schools = [figure["school"] for figure in figures_of(app) if figure["level"] == "school"]
    assert schools == [every[40].school_name]


def test_a_page_that_is_not_there_is_the_last_one(served):
    schools = [f for f in figures_of(open_page("indicator", page="99")) if f["level"] == "school"]
    assert len(schools) == 1


def test_an_unknown_indicator_or_school_falls_back_with_a_notice(served):
    app = open_page("indicator", kpi="<b>none", school="沒有這所學校")
    shown = html_of(app)
    assert "不存在，已略過" in shown and "找不到學校「沒有這所學校」" in shown and "<b>none" not in shown
    assert {figure["kpi"] for figure in figures_of(app)} == {"a1a2"}


def test_a_period_that_the_address_names_is_the_one_shown(served):
    app = open_page("indicator", programme=NTPC, kpi="public_lesson", period="112-1")
    told = results(served, NTPC, "public_lesson", "112-1", ask(served, NTPC, "snapshot")[0].as_of)
    (city,) = [figure for figure in figures_of(app) if figure["level"] == "city"]
    assert city["met"] == words.plain(told["city", "", ""].schools_met)
    assert "每校須 1 場" in html_of(app)


# The day to compare with


def test_every_figure_shows_its_change_since_the_day_to_compare_with(served):
    day, earlier = dt.date(2022, 11, 25), dt.date(2022, 10, 28)
    app = open_page("indicator", kpi="a1a2", on=day.isoformat(), vs=earlier.isoformat())
    shown = html_of(app)
    then = results(served, KEELUNG, "a1a2", "111", earlier)
    now = results(served, KEELUNG, "a1a2", "111", day)
    for figure in figures_of(app):
        key = (figure["level"], figure["group"], figure["school"])
        stated = rf'data-figure="a1a2\|{key[0]}\|[^"]*\|{key[1] or key[2]}"'
        row = re.search(rf'{stated}.*?(?:</tr>|class="r">.*?</div>)', shown, re.DOTALL)[0]
        was, by = re.findall(r'data-then="([^"]*)" title="[^"]*">([^<]*)<', row)[-1]
        assert was == words.plain(then[key].counted), key
        assert by == words.change(now[key].counted - then[key].counted), key
    assert f"自 {words.short_day(earlier, 2022)}" in shown
    assert "data-then" not in html_of(open_page("indicator", kpi="a1a2", on=day.isoformat()))


# Downloads


def test_the_download_of_the_rows_behind_holds_every_unit_and_every_row_with_its_file_and_line(served):
    snapshot = warehouse.current(served / "warehouse", KEELUNG)
    seen = SimpleNamespace(
        snapshot=snapshot, scope=EVERYTHING, on=dt.date(2022, 11, 25), link=lambda *_, **__: ""
    )
    (kpi,) = [row for row in ask(served, KEELUNG, "kpis", period="111") if row.kpi == "infosec"]
    school = ask(served, KEELUNG, "schools")[0]
    asked = {"on": seen.on, "period": "111", "school_id": school.school_id}
    units = [row for row in ask(served, KEELUNG, "units", **asked) if row.kpi == "infosec"]
    rows = ask(served, KEELUNG, "evidence", kpi="infosec", most=None, **asked)
    table = why.rows(seen, kpi, school).values()
    assert {len(line) for line in table} == {len(why.rows(seen, kpi, school).header())}
    assert {(line[1], line[2]) for line in table} == {(unit.unit_id, unit.unit_label) for unit in units}
    listed = {(row.unit_id, row.unit_label) for row in units}
    expected = {(row.file, row.line) for row in rows if (row.unit_id, row.unit_label) in listed}
    assert {(line[6], line[8]) for line in table if line[6]} == expected and expected
    done = {line[2] for line in table if line[4] == "已計入"}
    assert done == {unit.unit_label for unit in units if unit.done}


@pytest.mark.parametrize("kpi", ["a1a2", "infosec", "srl_survey", "coaching"])
def test_why_says_of_each_unit_what_it_has_and_lacks_and_so_does_its_download(served, kpi):
    day, names = dt.date(2022, 10, 14), {"school": "深美國小", "on": "2022-10-14"}
    seen = SimpleNamespace(
        snapshot=warehouse.current(served / "warehouse", KEELUNG),
        scope=EVERYTHING,
        on=day,
        link=lambda *_, **__: "",
    )
    (row,) = [row for row in ask(served, KEELUNG, "kpis", period="111") if row.kpi == kpi]
    (school,) = [row for row in ask(served, KEELUNG, "schools") if row.name == names["school"]]
    asked = {"kpi": kpi, "period": "111", "missing": False, "school": names["school"], "on": day}
    told = {
        (one.unit, one.label): (one.has or "", one.lacks or "")
        for one in ask(served, KEELUNG, "kpi_units", **asked)
    }
    lines = why.rows(seen, row, school).values()
    assert lines and all(tuple(line[-2:]) == told[line[1], line[2]] for line in lines)
    assert any(line[-1] for line in lines) == (kpi != "coaching")
    shown = html_of(open_page("indicator", kpi=kpi, names="1", **names))
    words = {
        "a1a2": ["缺 A2</span>", "缺 A1、A2</span>", "A1 110/12/23</span>"],
        "infosec": ["還差 3 小時</span>", "還差 1.5 小時</span>", "1.5 小時</span>"],
        "srl_survey": ["還不齊 ", "缺 後測</span>"],
        "coaching": [],
    }[kpi]
    assert [word for word in words if word not in shown] == []


def test_a_class_of_which_nothing_is_there_yet_is_not_known_to_be_one_of_those_missing(served):
    """The roster only counts them, and a page knows nothing of what comes later."""
    for kpi in ("srl_survey", "achievement"):
        for on in (dt.date(2022, 9, 10), dt.date(2022, 10, 14), dt.date(2023, 1, 31)):
            for school in ask(served, KEELUNG, "schools"):
                asked = {"on": on, "period": "111", "school_id": school.school_id}
                for unit in ask(served, KEELUNG, "units", **asked):
                    if unit.kpi == kpi and not unit.done:
                        assert kpi == "srl_survey" and any(part["has"] for part in unit.parts)


def test_without_its_table_nothing_is_said_to_be_missing_of_a_unit(tmp_path):
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    staff = "教師編號,姓名,學校名稱,身分別,到職日\nT1,王一,深澳國小,正式教師,109/08/01\n"
    (data / "教職員名冊.csv").write_text(staff, encoding="utf-8")
    assert running.build(data, place).code == 0
    told = running.kpi("units", "--warehouse", place, "--kpi", "a1a2", "--format", "csv").rows
    assert [(row["unit"], row["has"], row["lacks"]) for row in told] == [("T1", "", "")]


# English


@pytest.mark.parametrize("page", ["indicator", "help"])
def test_the_pages_speak_english_but_for_what_the_data_and_the_definition_say(served, page):
    # A refused row stands as its file has it.
    shown = re.sub(
        '(<div class="fault">.*?)<table.*?</table>',
        r"\1",
        html_of(open_page(page, lang="en")),
        flags=re.DOTALL,
    )
    ours = texts.catalogue("en")
    chinese = [
        text for text in re.findall(r">([^<>]+)<", shown) if text in ours and re.search("[一-鿿]", text)
    ]
    assert set(chinese) <= {"資安", "數位素養"}, "words of the data"


# The rule and its parameters


def test_the_parameters_are_those_of_the_definition(served):
    shown = html_of(open_page("indicator", kpi="infosec"))
    own = tomllib.loads((ROOT / "programmes" / "keelung-111.toml").read_text("utf-8"))
    rule = own["kpis"]["infosec"]
    assert rule["rule"]["zh-TW"] in shown and rule["clause"] in shown and own["source"]["zh-TW"] in shown
    assert "180 分鐘（3 小時）" in shown and "111/1/1 至 111/12/31" in shown and "111/12/31（六）" in shown
    assert "、".join(own["employment"]["formal"]) in shown and "基數全數" in shown
    shown = html_of(open_page("indicator", kpi="digital_literacy"))
    assert "每校基數的 1/10，小數無條件進位" in shown
    assert "資訊組長、資訊負責人" in html_of(open_page("indicator", kpi="it_lead"))


def test_an_indicator_that_takes_every_year_says_so_although_its_period_has_a_first_day(served):
    shown = html_of(open_page("indicator", programme=NTPC, kpi="a1a2", period="112"))
    assert "不限起日，至截至日為止" in shown
    methods = html_of(open_page("indicator", programme=NTPC, kpi="effect"))
    assert "單元學後補救" in methods and "unit_remedial" not in re.sub(r"href=\S+", "", methods)


def test_the_query_is_the_text_that_was_run(served):
    app = open_page("indicator", kpi="a1a2")
    assert [code.value for code in app.code] == [
        (ROOT / "queries" / "kpis" / "a1a2.sql").read_text("utf-8").strip()
    ]


# The list


def listed(app):
    """The schools of the list on the page, each with its cells as text."""
    table = re.search(r'<table class="df schools">.*?</table>', html_of(app), re.DOTALL)[0]
    rows = re.findall(r"<tr[^>]*>(<th scope=\"row\".*?)</tr>", table, re.DOTALL) or re.findall(
        r"<tr[^>]*>(<th[^>]*scope=\"row\".*?)</tr>", table, re.DOTALL
    )
    return [[re.sub("<[^>]*>", "", cell) for cell in re.split(r"</t[hd]>", row)[:-1]] for row in rows]


@pytest.mark.parametrize("column", ["school", "group", "status", "counted", "rate", "gap", "change"])
def test_the_list_sorts_by_each_of_its_columns_both_ways(served, column):
    asked = {"kpi": "a1a2", "period": "111", "on": dt.date(2022, 11, 25), "versus": dt.date(2022, 10, 28)}
    value = {
        "school": lambda row: row.ord,
        "group": lambda row: row.group_ord,
        "status": lambda row: ["overdue", "behind", "on_track", "no_data", "met", "exempt"].index(row.status),
        "counted": lambda row: row.counted,
        "rate": lambda row: row.rate,
        "gap": lambda row: row.gap,
        "change": lambda row: None if row.before is None or row.counted is None else row.counted - row.before,
    }[column]
    ways = {}
    for falling in (False, True):
        rows = ask(served, KEELUNG, "indicator_schools", **asked, sort=column, falling=falling)
        values = [value(row) for row in rows]
        known = [one for one in values if one is not None]
        assert known == sorted(known, reverse=falling) and values[: len(known)] == known
        ways[falling] = [row.school_name for row in rows]
    assert ways[False] != ways[True] and sorted(ways[False]) == sorted(ways[True])
    app = open_page("indicator", kpi="a1a2", vs="2022-10-28", sort=f"-{column}")
    assert [row[0] for row in listed(app)] == ways[True][:20]
    assert re.search(r'class="sorts on"', html_of(app))


def test_the_list_says_group_counts_rate_gap_and_change_of_each_school(served):
    app = open_page("indicator", kpi="a1a2", vs="2022-10-28")
    now = results(served, KEELUNG, "a1a2", "111", dt.date(2022, 11, 25))
    then = results(served, KEELUNG, "a1a2", "111", dt.date(2022, 10, 28))
    rows = listed(app)
    assert len(rows) == 20
    for school, group, status, counts, share, gap, change in rows:
        row = now["school", "", school]
        assert group == row.group and counts == f"{row.counted}/{row.required}"
        flags = words.flag_words(SimpleNamespace(flags=row.flags))
        assert status == words.STATUSES[row.status].text + (f"! {flags}" if flags else "")
        assert share == words.percent(row.counted, row.base)
        assert gap == words.number(max(row.required - row.counted, 0))
        assert change == words.change(row.counted - then["school", "", school].counted)


def test_a_sort_that_is_none_is_passed_over(served):
    assert [row[0] for row in listed(open_page("indicator", sort="rm -rf"))] == [
        row[0] for row in listed(open_page("indicator"))
    ]


# The rows behind


def test_every_shipped_query_says_how_its_rows_are_found_or_that_they_cannot_be():
    text = (ROOT / "queries" / "models" / "3_evidence_rules.sql").read_text("utf-8")
    named = set(re.findall(r"^    \('(\w+)', '\w+', ", text, re.MULTILINE))
    assert named | UNTOLD == {path.stem for path in (ROOT / "queries" / "kpis").glob("*.sql")}
    assert not named & UNTOLD


@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
def test_every_unit_that_counts_has_the_row_of_the_day_on_which_it_was_attained(both, programme):
    on = dt.date(2030, 1, 1)
    told = 0
    for period in ask(both, programme, "periods"):
        links = {
            kpi.kpi: ask(both, programme, "indicator_query", kpi=kpi.kpi)[0].link
            for kpi in ask(both, programme, "kpis", period=period.period)
        }
        for school in ask(both, programme, "schools")[1:4]:
            asked = {"on": on, "period": period.period, "school_id": school.school_id}
            units = ask(both, programme, "units", **asked)
            for kpi, link in links.items():
                evidence = ask(both, programme, "evidence", kpi=kpi, most=4, **asked)
                assert link or not evidence
                days = {}
                for row in evidence:
                    days.setdefault((row.unit_id, row.unit_label), []).append(row)
                for unit in units:
                    if link and unit.kpi == kpi and unit.done:
                        behind = days[unit.unit_id, unit.unit_label]
                        alike = behind[0].rows_in_all > len(behind)
                        assert alike or max(row.day for row in behind) == unit.attained_on, (kpi, unit)
                        told += 1
    assert told > 100


@cache
def lines_of(path: Path, sheet: str | None) -> list[str]:
    """A file's rows as texts; the first is row 1."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, data_only=True)
        found = book[sheet] if sheet else book.worksheets[0]
        return [
            " ".join(str(cell) for cell in row if cell is not None)
            for row in found.iter_rows(values_only=True)
        ]
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "utf-16", "cp950"):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        lines = {}
        reader = csv.reader(io.StringIO(text, newline=""))
        begins = 1
        for row in reader:
            lines[begins] = " ".join(row)
            begins = reader.line_num + 1
        return [lines.get(at, "") for at in range(1, max(lines) + 1)]
    raise AssertionError(path)


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize(
    "kpi", ["a1a2", "infosec", "it_lead", "public_lesson", "cross_observation", "srl_survey", "coaching"]
)
def test_the_rows_behind_a_unit_are_those_of_the_files(both, kpi):
    paths = {row.file: row for row in ask(both, KEELUNG, "inputs")}
    compared = 0
    for school_id in range(1, 4):
        asked = {"kpi": kpi, "on": dt.date(2022, 11, 25), "period": "111", "school_id": school_id}
        for row in ask(both, KEELUNG, "evidence", most=4, **asked):
            name = row.file.removesuffix(f"#{paths[row.file].sheet}") if paths[row.file].sheet else row.file
            line = plain(lines_of(both / KEELUNG / name, row.sheet)[row.line - 1])
            said = [row.unit_id, row.unit_label, *re.split("[，：]", row.details)]
            assert any(plain(part) in line for part in said if part and len(part) > 1), (row, line)
            if kpi in ("a1a2", "infosec", "it_lead", "public_lesson"):
                assert plain(row.unit_id or "-") in line or plain(row.unit_label) in line, (row, line)
            if kpi == "srl_survey":
                assert row.details[-2:] in line
            compared += 1
    assert compared > 2


def test_the_page_shows_file_line_and_reading_of_every_row_some_units_at_a_time(served):
    pages = [html_of(open_page("indicator", kpi="infosec", school="深澳國小", units=at)) for at in "12"]
    assert "units=2" in pages[0] and "units=1" in pages[1]
    shown = "".join(pages)
    (school,) = [row for row in ask(served, KEELUNG, "schools") if row.name == "深澳國小"]
    asked = {"kpi": "infosec", "on": dt.date(2022, 11, 25), "period": "111", "school_id": school.school_id}
    rows = ask(served, KEELUNG, "evidence", most=4, **asked)
    assert all(f'data-file="{row.file}" data-line="{row.line}"' in shown for row in rows)
    assert 0 < pages[0].count("data-file=") < len(rows)
    facts = ask(served, KEELUNG, "snapshot")[0]
    assert facts.fingerprint in shown and "檔案的時間（試算表為讀取時間）" in shown


def test_a_row_of_a_spreadsheet_is_a_link_to_it_and_what_a_file_says_is_no_markup():
    row = SimpleNamespace(
        file="研習 <b>",
        line=12,
        link="https://docs.google.com/x#gid=0&range=A12",
        details="<i>",
        day=None,
        row_school=None,
    )
    shown = why._row(row)
    assert "range=A12" in shown and "noopener" in shown and "<b>" not in shown and "<i>" not in shown


def test_an_indicator_whose_rows_cannot_be_told_says_so(served):
    shown = html_of(open_page("indicator", programme=NTPC, kpi="execution"))
    assert "無法逐列指出" in shown and "data-line=" not in shown


# The scope


def test_no_page_reads_the_rows_or_persons_of_the_snapshot_past_the_gate():
    for path in (ROOT / "queries" / "pages").glob("*.sql"):
        assert not re.search(r"\b(?:from|join)\s+(accepted_rows|persons)\b", path.read_text("utf-8")), (
            path.name
        )


def test_a_scope_of_two_schools_sees_no_other_schools_rows_or_names(served, monkeypatch):
    monkeypatch.setattr(access, "bureau", lambda: TWO)
    schools = ask(served, KEELUNG, "schools")
    own = {row.name for row in schools if row.school_id in TWO.school_ids}
    others = {row.name for row in schools} - own
    asked = {"on": dt.date(2022, 11, 25), "period": "111"}
    for kpi in ask(served, KEELUNG, "kpis", period="111"):
        shown = html_of(open_page("indicator", kpi=kpi.kpi, school=min(others)))
        shown = shown.replace(f"school={min(others)}", "")  # links keep what the viewer asked for
        listed = set(re.findall(r'data-school="([^"]+)"', shown))
        assert listed <= own and not any(name in shown.replace(f"「{min(others)}」", "") for name in others)
        for school in schools[:4]:
            asked_for = {"kpi": kpi.kpi, "school_id": school.school_id, **asked}
            found = ask(served, KEELUNG, "evidence", TWO, most=4, **asked_for)
            assert bool(found) <= (school.name in own)
            for row in found:
                assert row.is_visible or (row.file, row.line, row.details, row.link, row.day) == (None,) * 5
                assert not any(name in (row.file or "") for name in others)


def test_a_row_that_another_school_wrote_is_counted_and_its_words_stay_there(both):
    asked = {"kpi": "a1a2", "on": dt.date(2022, 11, 25), "period": "111"}
    hidden = 0
    for school_id in range(1, 13):
        every = ask(both, KEELUNG, "evidence", most=4, **asked, school_id=school_id)
        mine = ask(
            both,
            KEELUNG,
            "evidence",
            access.Scope("一校", (school_id,)),
            most=4,
            **asked,
            school_id=school_id,
        )
        assert len(every) == len(mine) and all(row.is_visible for row in every)
        hidden += sum(not row.is_visible for row in mine)
        for row, whole in zip(mine, every, strict=True):
            assert not row.is_visible or whole.row_school is None
    assert hidden > 0


def test_an_exempt_schools_name_is_told_only_to_who_may_see_it(monkeypatch):
    seen = SimpleNamespace()
    monkeypatch.setattr(parameters, "ask", lambda *_, **__: [SimpleNamespace(name="甲國小")])
    own = {"exempt": ["甲國小", "乙國小"], "only_where": None}
    assert parameters.exempt(seen, own, {}) == "甲國小、另 1 校"


# The help page


@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
def test_the_help_page_tells_every_status_every_figure_and_where_data_come_from(served, programme):
    shown = html_of(open_page("help", programme=programme))
    assert all(status.meaning in shown and status.word in shown for status in words.STATUSES.values())
    assert all(word in shown for word in ("截至", "快照", "指紋", "退回", "警告"))
    facts = ask(served, programme, "snapshot")[0]
    for period in ask(served, programme, "periods", by_default=facts.as_of):
        for kpi in ask(served, programme, "kpis", period=period.period):
            assert all(words.escape(text) in shown for text in (kpi.label, kpi.rule, kpi.clause))
            assert f"kpi={kpi.kpi}" in shown
    assert all(row.label in shown for row in ask(served, programme, "tables"))
    assert glossary.NO_CONTACT in shown


def test_whom_to_ask_is_told_as_the_definition_says_it():
    told = {"contact": {"zh-TW": "請洽 <陳> 老師", "en": "Ms Chen"}}
    facts = SimpleNamespace(definition=json.dumps(told))
    assert "請洽 &lt;陳&gt; 老師" in glossary.contact(SimpleNamespace(facts=facts))
