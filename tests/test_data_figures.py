"""The figures of 資料: refused rows by snapshot and reason, and accepted rows by the day that they bear."""

import dataclasses
import datetime as dt
import json
import re
from collections import Counter
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import access, charts, questions, warehouse
from dashboard.language import texts
from dashboard.rows import ReasonCount, Reject, RowsByDay, School, SourceTable
from dashboard.ui.base.figures import Figure
from dashboard.ui.data import arrivals as data_arrivals
from dashboard.ui.data import figures as data_figures
from dashboard.ui.frame import page as frame
from tests.running import PROGRAMME, build, kpi
from tests.samples import KEELUNG, NTPC, view_on

ROOT = Path(__file__).parents[1]
PAGE = next((ROOT / "pages").glob("*_data.py")).name
HEADER = "學校名稱,輔導日期,輔導人員,主題\n"
DAY = dt.date(2022, 11, 25)
ALL = {"severity": "rejected", "fresh": None, "table": None, "reason": None, "school": None}
HAN = re.compile(r"[一-鿿]")
GOOD = "深澳國小,111/10/03,甲,題\n"
BAD = {
    "unknown_school": "錠內國小,111/10/{n:02d},甲,題\n",
    "bad_date": "深澳國小,111/9/31,甲{n},題\n",
    "missing_value": "七堵國小,,甲{n},題\n",
}


def visits(**bad: int) -> str:
    lines = [BAD[reason].format(n=n) for reason, many in bad.items() for n in range(1, many + 1)]
    return HEADER + GOOD + "".join(lines)


def dated(*days: dt.date, school: str = "深澳國小") -> str:
    """Visits of a school, one that differs from the others on each of the days."""
    return "".join(f"{school},{day},甲{n},題\n" for n, day in enumerate(days))


@pytest.fixture
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What a viewer sees after a build of 入校輔導 with this text, and of other files if any."""
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()

    def make(text: str, on: dt.date = DAY, scope: access.Scope | None = None, **files: str) -> questions.View:
        for name, lines in {"入校輔導": text, **files}.items():
            (data / f"{name}.csv").write_text(lines, encoding="utf-8")
        outcome = build(data, place)
        assert outcome.code == 0, outcome.err
        return view_on(place, PROGRAMME, on, scope or access.bureau())

    return make


@pytest.fixture
def samples(both):
    """A warehouse with the samples of both programmes."""
    return both / "warehouse"


def here_of(seen: questions.View, chosen):
    return lambda **changes: seen.link("data", **({"chart": "rejects"} | chosen | changes))


def rejects(seen: questions.View, **chosen) -> Figure | str:
    chosen = ALL | chosen
    return data_figures.rejects(seen, chosen, here_of(seen, chosen))


def arrivals(seen: questions.View, **chosen) -> Figure | str:
    chosen = ALL | chosen
    return data_arrivals.figure(seen, chosen["school"])


def refused(seen: questions.View, **only: str) -> Counter[str]:
    """`kpi rejects` of the snapshot that serves, by reason."""
    listed = kpi(
        "rejects", "--warehouse", seen.warehouse, "--programme", seen.programme, "--format", "json"
    ).out
    return Counter(
        row["reason"] for row in json.loads(listed) if all(row[name] == value for name, value in only.items())
    )


def stacks(figure: Figure) -> list[Counter[str]]:
    """What is drawn, bar by bar: how many rows of each part, without the number that the legend adds."""
    bars = [trace for trace in figure.drawn.data if trace.type == "bar"]
    counts: list[Counter[str]] = [Counter() for _ in figure.drawn.layout.xaxis.ticktext]
    for trace in bars:
        for x, y in zip(trace.x, trace.y, strict=True):
            counts[x][trace.name.rpartition(" ")[0]] += y
    return counts


def labels(seen: questions.View) -> dict[str, str]:
    return {row.reason: row.label for row in questions.ask(seen, ReasonCount, table=None, school=None)}


# Is the data getting cleaner?


def test_each_bar_is_what_kpi_rejects_says_of_its_snapshot_and_the_title_says_how_it_changed(view):
    first = view(visits(unknown_school=4, bad_date=2, missing_value=1))
    before, words = refused(first), labels(first)
    assert before == {"unknown_school": 4, "bad_date": 2, "missing_value": 1}
    second = view(visits(unknown_school=1, bad_date=2))
    figure = rejects(second)
    assert stacks(figure) == [
        Counter({words[reason]: many for reason, many in counts.items()})
        for counts in (before, refused(second))
    ]
    assert figure.title == "退回的列由 7 列減為 3 列"
    assert "87.5%（7/8）" in figure.caption and "75.0%（3/4）" in figure.caption
    totals = next(trace for trace in figure.drawn.data if trace.type == "scatter")
    assert list(totals.text) == ["7", "3"]
    assert [row[2] for row in figure.rows()] == [4, 2, 1, 2, 1]
    third = rejects(view(visits(unknown_school=5)))
    assert third.title == "退回的列由 3 列增為 5 列"
    same = rejects(view(visits(bad_date=5)))
    assert same.title == "退回的列與前一份快照一樣是 5 列；最早留存的一份是 7 列"


def test_a_first_snapshot_has_one_bar_and_says_that_there_is_nothing_to_compare_with(view):
    figure = rejects(view(visits(bad_date=2)))
    assert len(stacks(figure)) == 1 and figure.title == "退回 2 列，還沒有前一份快照可以比較"


def test_where_nothing_was_ever_refused_there_is_no_figure(view):
    assert "沒有被退回的列" in rejects(view(visits()))


def test_the_last_refused_row_that_is_mended_leaves_an_empty_bar(view):
    view(visits(bad_date=2))
    figure = rejects(view(visits()))
    assert figure.title == "退回的列由 2 列減為 0 列" and [sum(bar.values()) for bar in stacks(figure)] == [
        2,
        0,
    ]


def test_an_older_snapshot_that_cannot_be_read_is_left_out_and_said(view):
    view(visits(bad_date=4))
    damaged = view(visits(bad_date=3))
    seen = view(visits(bad_date=2))
    with damaged.snapshot.path.open("r+b") as file:
        file.seek(5000)
        file.write(b"x" * 400)
    questions._cached.cache_clear()
    figure = rejects(seen)
    assert "有 1 份較舊的快照讀不出來或是別的版本做的" in figure.caption
    assert [sum(bar.values()) for bar in stacks(figure)] == [4, 2]
    assert figure.title == "退回的列由 4 列減為 2 列"
    with texts.written(texts.Manner("en", "ce")):
        english = dataclasses.replace(seen, lang="en", era="ce")
        assert "1 older snapshot cannot be read" in rejects(english).caption


def test_the_filters_of_the_page_narrow_the_bars_and_their_links_keep_them(view):
    seen = view(visits(unknown_school=3, bad_date=2, missing_value=1))
    figure = rejects(seen, school="深澳國小", table="coaching")
    (bar,) = stacks(figure)
    assert sum(bar.values()) == refused(seen)["bad_date"] == 2
    assert figure.title.startswith("深澳國小 · 入校輔導：") and "%" not in figure.caption
    (trace,) = [trace for trace in figure.drawn.data if trace.type == "bar"]
    link = trace.customdata[0][1]
    assert "reason=bad_date" in link and "school=深澳國小" in link and "table=coaching" in link


def test_only_the_bar_that_serves_leads_to_its_rows(view):
    view(visits(bad_date=3))
    seen = view(visits(bad_date=2))
    (trace,) = [trace for trace in rejects(seen).drawn.data if trace.type == "bar"]
    former, now = (data[1] for data in trace.customdata)
    assert former == "" and "reason=bad_date" in now and "severity=rejected" in now and "&amp;" not in now
    listed = questions.ask(seen, Reject, **ALL | {"reason": "bad_date"}, size=None, skip=0)
    assert len(listed) == trace.y[1]


def test_a_scope_of_two_schools_sees_the_bars_of_their_rows_alone(view):
    whole = view(visits(unknown_school=3, bad_date=2, missing_value=1))
    ids = {row.name: row.school_id for row in questions.ask(whole, School)}
    for names, many in {("深澳國小",): 2, ("深澳國小", "七堵國小"): 3}.items():
        scope = access.Scope("校", tuple(ids[name] for name in names))
        figure = rejects(dataclasses.replace(whole, scope=scope))
        assert [sum(bar.values()) for bar in stacks(figure)] == [many]
        assert "%" not in figure.caption, "how many rows were read is known of the whole alone"
    assert "沒有被退回的列" in rejects(dataclasses.replace(whole, scope=access.nobody()))


@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
def test_the_rarer_reasons_are_one_part_and_nothing_is_lost(samples, programme):
    seen = view_on(samples, programme, DAY, access.bureau())
    counts = refused(seen)
    figure = rejects(seen)
    (bar,) = stacks(figure)
    frequent = [many for _, many in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
    assert len(counts) > 6 and bar["其他原因"] == sum(frequent[5:])
    assert sum(bar.values()) == sum(counts.values()) == sum(row[2] for row in figure.rows())
    others = next(trace for trace in figure.drawn.data if (trace.name or "").startswith("其他原因"))
    assert others.customdata[0][1] == ""


def test_a_pattern_lies_over_its_colour_in_either_theme(samples):
    bars = [
        trace
        for trace in rejects(view_on(samples, KEELUNG, DAY, access.bureau())).drawn.data
        if trace.type == "bar"
    ]
    looks = [(trace.marker.color, trace.marker.pattern.shape) for trace in bars]
    assert len(set(looks)) == len(looks) == 6
    assert {trace.marker.pattern.fillmode for trace in bars} == {"overlay"}, (
        "else plotly leaves the colour out"
    )
    rules = frame._recolour()
    assert {colour for colour, _ in looks} <= set(charts.RECOLOUR)
    assert all(f'pattern [{what}="rgb(255, 255, 255)"]' in rules for what in ("fill", "stroke"))


# Who has stopped sending?


def drawn(figure: Figure, table: str) -> dict[str, int]:
    """The rows of each bar of a table, by its first day."""
    (trace,) = [trace for trace in figure.drawn.data if trace.name == table] or [
        SimpleNamespace(x=(), customdata=())
    ]
    return {day: data[3] for day, data in zip(trace.x, trace.customdata, strict=True)}


def test_a_week_has_as_many_rows_as_the_file_has(view):
    days = [DAY - dt.timedelta(days=n) for n in (0, 1, 4, 5, 30, 31, 71, 71)]
    figure = arrivals(view(HEADER + dated(*days)))
    mondays = Counter((day - dt.timedelta(days=day.weekday())).isoformat() for day in days)
    assert drawn(figure, "coaching") == mondays and "一條一週" in figure.caption
    assert sum(row[3] for row in figure.rows()) == len(days)
    last = figure.drawn.data[0].customdata[-1][0]
    assert "111/11/21–111/11/25" in last and "採用 3 列" in last, "the week is not over"


def test_a_short_span_is_drawn_by_day(view):
    days = [DAY - dt.timedelta(days=n) for n in (0, 0, 3, 70)]
    figure = arrivals(view(HEADER + dated(*days)))
    assert drawn(figure, "coaching") == Counter(map(dt.date.isoformat, days)) and "一條一天" in figure.caption


@pytest.mark.parametrize(("ago", "is_quiet"), [(27, False), (28, True), (500, True)])
def test_a_table_without_a_row_in_the_last_four_weeks_is_named_with_its_last_day(view, ago, is_quiet):
    last = DAY - dt.timedelta(days=ago)
    lessons = "學校名稱,授課教師,授課日期,數位學習模式\n深澳國小,甲,111/11/20,是\n"
    seen = view(HEADER + dated(last, last - dt.timedelta(days=1)), **{"公開授課": lessons})
    figure = arrivals(seen)
    written = f"{last.year - 1911}/{last.month}/{last.day}"
    names = [note.text for note in figure.drawn.layout.annotations]
    assert figure.title == (f"入校輔導最近一列是 {written}" if is_quiet else "近四週各表都有新的列")
    assert any(name.startswith("! <b>入校輔導</b>") and written in name for name in names) == is_quiet
    with texts.written(texts.Manner("zh-TW", "ce")):
        figure = arrivals(dataclasses.replace(seen, era="ce"))
        assert f"最近一列 {last.year}/" in "".join(note.text for note in figure.drawn.layout.annotations)


def test_rows_after_the_chosen_day_and_tables_without_days_are_left_out_and_said(view):
    staff = "學校名稱,教師編號,姓名,身分別,到職日\n深澳國小,T1,王一,正式教師,110/08/01\n"
    days = [DAY, DAY - dt.timedelta(days=400), DAY - dt.timedelta(days=1)]
    seen = view(HEADER + dated(*days), DAY - dt.timedelta(days=1), **{"教職員名冊": staff})
    figure = arrivals(seen)
    assert "更早的 1 列沒有畫出" in figure.caption and "的 1 列沒有計入" in figure.caption
    assert "沒有日期、沒有畫出的資料表：教職員名冊" in figure.caption
    assert sum(drawn(figure, "coaching").values()) == 1 and not drawn(figure, "staff")
    before = dataclasses.replace(seen, on=dt.date(2020, 1, 1))
    assert "還沒有採用的列" in arrivals(before)


def test_a_schools_rows_are_its_own_and_a_scope_sees_no_others(view):
    text = HEADER + dated(DAY, DAY - dt.timedelta(days=2)) + dated(DAY, school="七堵國小")
    seen = view(text)
    ids = {row.name: row.school_id for row in questions.ask(seen, School)}

    def rows(figure):
        return sum(drawn(figure, "coaching").values())

    assert rows(arrivals(seen)) == 3
    figure = arrivals(seen, school="深澳國小")
    assert rows(figure) == 2 and figure.title.startswith("深澳國小：")
    one, two = (
        dataclasses.replace(seen, scope=access.Scope("校", tuple(ids[name] for name in names)))
        for names in (["七堵國小"], ["七堵國小", "深澳國小"])
    )
    assert [rows(arrivals(each)) for each in (one, two)] == [1, 3]
    for hidden in (
        arrivals(one, school="深澳國小"),
        arrivals(dataclasses.replace(seen, scope=access.nobody())),
    ):
        assert "還沒有採用的列" in hidden


@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
def test_every_accepted_row_is_in_a_bar_or_in_a_sentence(samples, programme):
    """Also rows that no indicator can take: a table that is written to has not stopped."""
    seen = view_on(
        samples,
        programme,
        dt.date(2022, 11, 25) if programme == KEELUNG else dt.date(2023, 11, 30),
        access.bureau(),
    )
    accepted = {row.table_name: row.accepted for row in questions.ask(seen, SourceTable) if row.supplied}
    listed = questions.ask(seen, RowsByDay, on=seen.on, school=None)
    first = {row.table_name: row for row in listed}
    for table, row in first.items():
        bars = sum(one.rows for one in listed if one.table_name == table and one.since)
        assert bars + row.earlier == row.rows_in_all
        assert row.rows_in_all + row.later + row.undated == accepted[table]
    figure = arrivals(seen)
    assert sum(sum(drawn(figure, table).values()) for table in accepted) == sum(
        row.rows or 0 for row in listed
    )
    assert set(first) == set(accepted)


def test_a_snapshot_without_the_days_of_its_rows_is_told_as_such(view, monkeypatch):
    seen = view(HEADER + GOOD)

    def missing(*_, **__):
        raise warehouse.NoSnapshot("別的版本")

    monkeypatch.setattr(data_figures, "ask", missing)
    assert "別的版本做的" in arrivals(seen)


# The page


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    app.switch_page(f"../pages/{PAGE}")
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def html_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
def test_a_figure_is_built_only_where_the_address_asks_for_it(both_served, programme):
    plain = opened(programme=programme)
    assert not plain.exception and not plain.get("plotly_chart")
    links = dict(re.findall(r'<a class="pill" href="([^"]*)">([^<]*)</a>', html_of(plain)))
    for name, text in data_figures.CHARTS.items():
        (link,) = [link for link, label in links.items() if label == text]
        assert f"chart={name}" in link
        app = opened(programme=programme, chart=name)
        assert (
            not app.exception and len(app.get("plotly_chart")) == 1 and "這個畫面讀不出來" not in html_of(app)
        )
        (back,) = re.findall(rf'<a class="pill on" href="([^"]*)"[^>]*>{text}<', html_of(app))
        assert "chart=" not in back
    unknown = opened(programme=programme, chart="<b>x")
    assert not unknown.exception and not unknown.get("plotly_chart")


def test_a_filter_keeps_the_figure_that_is_shown(both_served):
    page = html_of(opened(programme=KEELUNG, chart="arrivals", school="深美國小"))
    assert "深美國小：" in page
    assert all("chart=arrivals" in link for link in re.findall(r'href="([^"]*)"', page) if "reason=" in link)


@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
@pytest.mark.parametrize("of", [rejects, arrivals])
def test_in_english_a_figure_says_nothing_in_chinese(samples, programme, of):
    with texts.written(texts.Manner("en", "ce")):
        seen = dataclasses.replace(
            view_on(samples, programme, dt.date(2023, 1, 5), access.bureau()), lang="en", era="ce"
        )
        figure = of(seen)
        heard = [figure.title, figure.caption, figure.alt, figure.name, *figure.header]
        heard += [str(cell) for row in figure.rows() for cell in row]
    drawn_texts = json.dumps(json.loads(figure.drawn.to_json()), ensure_ascii=False)
    assert not HAN.search("".join(heard) + unescape(drawn_texts))
