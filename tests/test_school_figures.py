"""The figures of a school's page: what is drawn is what `kpi results` and the accepted rows say, for who may see it."""

import datetime as dt
import json
import re
from fractions import Fraction
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard import access, warehouse
from dashboard.language import markup, words
from dashboard.language.markup import join
from dashboard.rows import Facts, Kpi, Period, School, SchoolResult, SchoolTarget
from dashboard.ui.school import places, plan_figures
from dashboard.warehouse import snapshots
from tests.pages import HAN, drawn, html_of, lines_of, marks_of, open_page
from tests.samples import DAYS, KEELUNG, NTPC, TWO, ask, results

HOSTILE = '<img src=x onerror="alert(1)"> & 甲'
JUDGED = ("met", "on_track", "behind", "overdue")
EVERY_DAY = [(programme, day) for programme, days in DAYS.items() for day in days]


def schools_of(both_served, programme):
    return ask(both_served, programme, School)


def offered(both_served, programme, on):
    """Each indicator that the page has a row of on a day, with its period."""
    return [
        kpi
        for period in ask(both_served, programme, Period, by_default=on)
        for kpi in ask(both_served, programme, Kpi, period=period.period, by_default=on)
    ]


def school_in(both_served, programme, kpi, on):
    """`kpi results` of an indicator by school."""
    every = results(both_served, programme, kpi.kpi, kpi.period, on)
    return {name: row for (level, _, name), row in every.items() if level == "school"}


# The row that is open


@pytest.mark.parametrize(("programme", "day"), EVERY_DAY)
def test_each_day_of_a_schools_curve_is_that_day_in_the_results(both_served, programme, day):
    on, compared = dt.date.fromisoformat(day), 0
    schools = schools_of(both_served, programme)
    app = open_page("school", programme=programme, on=day)
    for at, kpi in enumerate(offered(both_served, programme, on)):
        school = schools[at % len(schools)]
        app.query_params.update({"school": school.name, "kpi": kpi.kpi, "open": kpi.period})
        app.run()
        assert html_of(app).count(
            'aria-expanded="true"'
        ) == 1 and f'open" data-figure="{kpi.kpi}|school|{kpi.period}|' in html_of(app)
        for spec, _ in drawn(app):
            pace = {
                x[:10]: rest[1]
                for trace in spec["data"]
                if trace.get("name") == "應有進度"
                for x, rest in zip(trace["x"], trace["customdata"], strict=True)
            }
            for of, days, values, rests in lines_of(spec):
                assert of == [kpi.kpi, "school", kpi.period, "counted", school.name]
                assert (
                    days[-1][:10] == day
                    and (dt.date.fromisoformat(days[-1][:10]) - dt.date.fromisoformat(days[0][:10])).days
                    == len(days) - 1
                )
                for i in sorted({0, len(days) // 3, len(days) // 2, len(days) - 2, len(days) - 1} - {-1}):
                    then = dt.date.fromisoformat(days[i][:10])
                    row = school_in(both_served, programme, kpi, then)[school.name]
                    if values[i] is None:
                        assert row.counted is None or not row.required
                        continue
                    assert (values[i], rests[i][1], rests[i][2]) == (row.counted, row.counted, row.required)
                    assert rests[i][0].startswith(f"（{words.percent(row.counted, row.required)}）")
                    before = school_in(both_served, programme, kpi, then - dt.timedelta(1))[
                        school.name
                    ].counted
                    if i and before is not None:
                        assert rests[i][0].endswith(f"，當日 {words.change(row.counted - before)}")
                    asked = {
                        "on": then,
                        "period": kpi.period,
                        "group_id": None,
                        "school_id": school.school_id,
                    }
                    (stated,) = [
                        one
                        for one in ask(both_served, programme, SchoolResult, **asked)
                        if one.kpi == kpi.kpi
                    ]
                    assert (
                        stated.pace is None
                        or days[i][:10] > str(kpi.deadline)
                        or pace[days[i][:10]] == stated.pace
                    )
                    compared += 1
    assert compared or day == min(DAYS[programme])


@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
def test_a_page_without_an_open_row_has_no_curve_and_a_row_opens_one_at_a_time(both_served, programme):
    app = open_page("school", programme=programme, period={KEELUNG: "111", NTPC: "112-1"}[programme])
    assert 'aria-expanded="true"' not in html_of(app)
    assert not any(spec["layout"].get("hovermode") == "x unified" for spec, _ in drawn(app))
    if programme == KEELUNG:
        assert drawn(app) == [], "no figure at all"
    href = re.search(r'href="\./school\?([^"]*)" aria-expanded="false"', html_of(app))[1]
    asked = dict(part.split("=", 1) for part in href.replace("&amp;", "&").split("&"))
    opened = open_page("school", **asked)
    assert html_of(opened).count('aria-expanded="true"') == 1
    back = re.search(r'href="\./school\?([^"]*)" aria-expanded="true"', html_of(opened))[1]
    assert "kpi=" not in back and "open=" not in back and f"school={asked['school']}" in back


@pytest.mark.parametrize(
    ("asked", "figures"),
    [
        ({}, 2),
        ({"kpi": "a1a2"}, 1),
        ({"kpi": "a1a2", "place": "1"}, 2),
        ({"kpi": "a1a2", "plan": "budget"}, 2),
        ({"kpi": "a1a2", "plan": "targets", "place": "1"}, 2),
        ({"place": "1"}, 1),
        ({"plan": "targets"}, 1),
        ({"plan": "no such"}, 2),
    ],
)
def test_no_more_than_two_figures_stand_on_the_page(both_served, asked, figures):
    assert len(drawn(open_page("school", programme=NTPC, school="望海國小", **asked))) == figures


def test_an_indicator_with_nothing_to_reach_opens_without_a_figure(both_served):
    app = open_page("school", kpi="coaching")
    assert drawn(app) == [] and 'aria-expanded="true"' in html_of(app) and "規定" in html_of(app)


# Among all schools


@pytest.mark.parametrize(("programme", "day"), EVERY_DAY)
def test_a_rank_is_that_of_an_independent_count_and_each_mark_its_school(both_served, programme, day):
    on = dt.date.fromisoformat(day)
    school = schools_of(both_served, programme)[4]
    figures = [
        one for one in drawn(open_page("school", programme=programme, on=day, school=school.name, place="1"))
    ]
    shares, last = {}, 0
    for kpi in offered(both_served, programme, on):
        if kpi.require in ("ceiling", "none"):
            continue
        for name, row in school_in(both_served, programme, kpi, on).items():
            if row.status in JUDGED and row.required:
                share = min(Fraction(row.counted, row.required), Fraction(1))
                shares.setdefault((kpi.kpi, kpi.period), {})[name] = (share, row)
    mine = {key: every for key, every in shares.items() if school.name in every}
    if not mine:
        assert figures == []
        return
    ((spec, alt),) = figures
    found = {}
    for trace, at, figure in marks_of(spec):
        share, row = shares[figure["kpi"], figure["period"]][figure["school"]]
        found.setdefault((figure["kpi"], figure["period"]), set()).add(figure["school"])
        assert [figure[name] for name in ("status", "counted", "base", "required")] == [
            row.status,
            *map(words.plain, (row.counted, row.base, row.required)),
        ]
        hover, link, _ = trace["customdata"][at]
        assert figure["school"] in hover and f"{row.counted:,}/{row.required:,}" in hover
        assert (
            link.startswith("./indicator?")
            and f"kpi={figure['kpi']}" in link
            and f"school={figure['school']}" in link
        )
        if trace["name"] == "own":
            assert figure["school"] == school.name and trace["x"][at] == pytest.approx(100 * float(share))
    assert found == {key: set(every) for key, every in mine.items()}
    names = [note["text"] for note in spec["layout"]["annotations"]]
    for at, (key, every) in enumerate(mine.items()):
        own = every[school.name][0]
        ahead = sum(share > own for share, _ in every.values())
        assert re.sub("</?b>", "", names[2 * at + 1]) == f"第 {1 + ahead}／{len(every)}", key
        last += 4 * ahead >= 3 * len(every)
        assert names[2 * at + 1].startswith("<b>") == (4 * ahead >= 3 * len(every))
        assert f"第 {1 + ahead}／{len(every)}" in alt
    title = next(
        text
        for text in re.findall(
            r"<h2>([^<]*)</h2>",
            html_of(open_page("school", programme=programme, on=day, school=school.name, place="1")),
        )
        if "後四分之一" in text
    )
    assert title.startswith(f"{len(mine)} 項中 {last} 項" if last else f"{len(mine)} 項都不在")


def test_the_marks_lie_where_their_shares_are_but_for_what_finds_no_room(both_served):
    ((spec, _),) = drawn(open_page("school", kpi="", place="1"))
    (others,) = [trace for trace in spec["data"] if trace["name"] == "other"]
    off = 0
    for at, (_, _, facts) in enumerate(others["customdata"]):
        counted, required = (int(facts.split("|")[i]) for i in (4, 6))
        off += abs(others["x"][at] - min(100 * counted / required, 100)) > 1e-6
    assert 0 < off < len(others["x"]) / 2
    assert len({(x, y) for x, y in zip(others["x"], others["y"], strict=True)}) == len(others["x"]), (
        "none hides another"
    )


def test_who_may_see_two_schools_is_compared_with_the_other_alone(both_served, monkeypatch):
    schools = {row.school_id: row.name for row in schools_of(both_served, KEELUNG)}
    monkeypatch.setattr(access, "bureau", lambda: TWO)
    app = open_page("school", school=schools[TWO.school_ids[0]], place="1")
    ((spec, alt),) = drawn(app)
    assert {figure["school"] for _, _, figure in marks_of(spec)} == {schools[one] for one in TWO.school_ids}
    assert "檢視範圍內的各校，共 2 校" in html_of(app)
    ranks = [note["text"] for note in spec["layout"]["annotations"]][1::2]
    assert ranks and all(re.fullmatch(r"(<b>)?第 [12]／[12](</b>)?", rank) for rank in ranks)
    hidden = set(schools.values()) - {schools[one] for one in TWO.school_ids}
    assert not any(name in json.dumps([spec, alt], ensure_ascii=False) for name in hidden)


KPI = SimpleNamespace(kpi="a1a2", short="A1、A2", unit="人", period="111", require="all")
SEEN = SimpleNamespace(
    on=dt.date(2022, 11, 25), by_default=dt.date(2022, 11, 25), year=2022, period_ids=("111",), periods=(SimpleNamespace(period="111", label="111 年"),),
    link=lambda page, **asked: f"./{page}?school={markup.addressed(str(asked.get('school')))}",
)  # fmt: skip


def standing(names):
    """What the query gives for schools of these names, of which one more has 1 of 200, the next 2, and so on."""
    counts = [1 + at % 200 for at in range(len(names))]
    rows = pd.DataFrame({"school_id": range(len(names)), "school_name": names, "counted": counts})
    return rows.assign(
        kpi="a1a2", level="school", period="111", base=pd.NA, required=200, status="behind", flags="", share=rows["counted"] / 200,
        rank=1, schools=len(names), is_last_quarter=True,
    )  # fmt: skip


def test_thousands_of_schools_are_a_few_marks_in_one_trace(monkeypatch):
    names = [f"學校{at}" for at in range(3400)]
    monkeypatch.setattr(places, "frame", lambda *_, **__: standing(names))
    figure = places.place(SEEN, SimpleNamespace(school_id=7, name="學校7"), [KPI])
    others, own = figure.drawn.data
    assert len(others.x) <= 101 and len(own.x) == 1
    assert "等 34 校" in others.customdata[10][0] and "一個灰點是百分比相同的學校。" in figure.caption
    assert "共 3,400 校" in figure.caption


def test_what_a_school_or_an_item_is_called_is_text_in_every_figure(monkeypatch):
    monkeypatch.setattr(places, "frame", lambda *_, **__: standing([HOSTILE, HOSTILE + "2"]))
    hostile = SimpleNamespace(**{**vars(KPI), "short": HOSTILE, "unit": HOSTILE})
    school = SimpleNamespace(school_id=0, name=HOSTILE)
    periods = {"period": "112", "period_label": HOSTILE}
    target = SimpleNamespace(
        item="a",
        label=HOSTILE,
        unit=HOSTILE,
        goal=4,
        value=3,
        status="on_track",
        compared_on=SEEN.on,
        **periods,
    )
    money = [
        SimpleNamespace(
            period=period,
            label=HOSTILE + str(period),
            part=part,
            rows=1,
            approved=9,
            spent=3,
            reported_approved=9,
            unsaid=0,
        )
        for period in ("112", None)
        for part in ("current", "capital", "granted", "own")
    ]
    ceiling = SimpleNamespace(
        kpi="capital_ceiling", level="school", kpi_label=HOSTILE, unit="元", required=5, counted=9, status="overdue", flags="", room=-4,
        school_name="甲", **periods,
    )  # fmt: skip
    monkeypatch.setattr(plan_figures, "replace", lambda seen, **_: seen)
    for figure in (
        places.place(SEEN, school, [hostile]),
        plan_figures.targets(SEEN, school, [target]),
        plan_figures.budget(SEEN, school, money, [ceiling]),
    ):
        spec = json.loads(figure.drawn.to_json())
        texts = [note.get("text", "") for note in spec["layout"]["annotations"]]
        texts += [carried[0] for trace in spec["data"] for carried in trace["customdata"]]
        texts += [trace["name"] for trace in spec["data"]] + [spec["layout"]["xaxis"]["title"]["text"]]
        assert any("&lt;img" in text for text in texts)
        assert not any("<img" in text for text in [*texts, join([figure.title, figure.caption])])


# Targets and money


def stored(both_served, query):
    with snapshots.connection(warehouse.current(both_served / "warehouse", NTPC).path).cursor() as cursor:
        return cursor.execute(query).fetchall()


@pytest.mark.parametrize("school", ["晴光國中", "望海國小", "溪畔國小"])
@pytest.mark.parametrize(("lang", "size"), [("zh-TW", 10_000), ("en", 1_000)])
def test_the_bars_of_money_are_the_sums_of_the_accepted_rows(both_served, school, lang, size):
    ((spec, _),) = drawn(open_page("school", programme=NTPC, school=school, plan="budget", lang=lang))
    rows = stored(both_served, "select year, kind, approved, spent, item from kept_budget inner join all_schools using (school_id) "
                          f"where name = '{school}' and item <> 'own'")  # fmt: skip
    years = sorted({row[0] for row in rows})
    bars = [trace for trace in spec["data"] if trace["type"] == "bar"]
    found = {(trace["name"], y): x for trace in bars for x, y in zip(trace["x"], trace["y"], strict=True)}
    lanes = sorted(
        {y for _, y in found}
        | {note["y"] for note in spec["layout"]["annotations"] if note.get("xanchor") == "right"}
    )
    expected = {}
    for at, year in enumerate([*years, None]):
        for kind, part in {
            "zh-TW": (("current", "經常門"), ("capital", "資本門")),
            "en": (("current", "Current"), ("capital", "Capital")),
        }[lang]:
            mine = [row for row in rows if row[1] == kind and (year is None or row[0] == year)]
            for column, name in enumerate(("approved", "spent"), 2):
                values = [row[column] for row in mine if row[column] is not None]
                if values:
                    expected[part, lanes[2 * at + (name == "spent")]] = sum(values) / size
    assert found == pytest.approx(expected)
    (limits,) = [trace for trace in spec["data"] if trace["type"] == "scatter"]
    day = ask(both_served, NTPC, Facts)[0].as_of
    for _, at, figure in marks_of({"data": [limits]}):
        row = results(both_served, NTPC, figure["kpi"], figure["period"], day)["school", "", school]
        assert limits["x"][at] == row.required / size and figure["counted"] == words.plain(row.counted)
    assert len(limits["x"]) == 3


def test_what_nobody_spent_is_said_to_be_unfilled_and_has_no_bar(both_served):
    app = open_page("school", programme=NTPC, school="晴光國中", plan="budget")
    ((spec, alt),) = drawn(app)
    assert alt.startswith(
        "晴光國中 各年核定與實支（萬元）：112 年 核定 25 萬、實支 18.5 萬; 113 年 核定 33 萬、實支 未填"
    )
    labels = {note["text"]: note for note in spec["layout"]["annotations"]}
    assert labels["未填"]["x"] == 0
    assert not any(
        y == labels["未填"]["y"] for trace in spec["data"] if trace["type"] == "bar" for y in trace["y"]
    )
    assert "核定 58 萬元；已填的年度實支 18.5 萬元（核定 25 萬元的 73.9%）" in html_of(app)
    assert "112 年 資本門上限 超出 2 萬元" in html_of(
        open_page("school", programme=NTPC, school="望海國小", plan="budget")
    )


@pytest.mark.parametrize("on", ["2023-06-30", "2023-11-30", "2025-02-01"])
def test_the_bars_of_targets_are_what_is_reached_of_the_sums_of_the_accepted_targets(both_served, on):
    school, day = "望海國小", dt.date.fromisoformat(on)
    ((spec, _),) = drawn(open_page("school", programme=NTPC, school=school, plan="targets", on=on))
    bars = {
        y: (x, trace["name"]) for trace in spec["data"] for x, y in zip(trace["x"], trace["y"], strict=True)
    }
    notes = spec["layout"]["annotations"]
    periods = {row.label: row.period for row in ask(both_served, NTPC, Period)}
    heads, seen = {}, 0
    for item, label in stored(both_served, "select distinct item, label from targets_values"):
        heads[f"<b>{words.escape(label)}</b>"] = item
    item = None
    (school_id,) = [row.school_id for row in schools_of(both_served, NTPC) if row.name == school]
    of_item = {
        (row.item, row.period): row
        for row in ask(both_served, NTPC, SchoolTarget, on=day, school_id=school_id)
    }
    for note in notes:
        item = heads.get(note["text"], item)
        if note.get("xanchor") != "right":
            continue
        row = of_item[item, periods[note["text"]]]
        goals = stored(
            both_served,
            f"select period, any_value(own_goal) from targets_values where school_id = {school_id} and item = '{item}' and period <= '{row.period}' group by period",
        )
        goal = sum(value for _, value in goals if value is not None)
        (label,) = [one["text"] for one in notes if one["y"] == note["y"] and one is not note]
        if row.status in ("met", "on_track", "overdue"):
            assert bars[note["y"]] == (
                pytest.approx(min(100 * row.value / float(goal), 200)),
                words.STATUSES[row.status].word,
            )
            assert (
                label
                == f"{words.STATUSES[row.status].sign} {words.number(row.value)}/{words.number(goal)} {row.unit}"
            )
            seen += 1
        else:
            assert note["y"] not in bars and ("沒有目標" in label or label == "未填")
    assert seen == len(bars) >= 7


# In the viewer's manner


@pytest.mark.parametrize(
    "asked", [{"kpi": "a1a2", "place": "1"}, {"kpi": "public_lesson", "plan": "targets"}, {"plan": "budget"}]
)
@pytest.mark.parametrize("programme", [KEELUNG, NTPC])
def test_a_figure_of_a_school_in_english_says_nothing_in_chinese_but_names(both_served, programme, asked):
    names = {name for row in schools_of(both_served, programme) for name in (row.name, row.short)}
    if programme == NTPC:
        names |= {
            text
            for row in stored(both_served, "select distinct label, unit from targets_values")
            for text in row
            if text
        }
    for spec, alt in drawn(open_page("school", programme=programme, lang="en", vs="2022-03-01", **asked)):
        spec["layout"].pop("template", None)
        left = re.sub(r'"\./[^"]*"', "", json.dumps([spec, alt], ensure_ascii=False))
        for name in sorted(names, key=len, reverse=True):
            left = left.replace(words.escape(name), "").replace(name, "")
        assert not HAN.findall(left), HAN.findall(left)[:20]


def test_the_days_of_a_schools_curve_are_written_in_the_viewers_era(both_served):
    for era, first, due in (("roc", "111/8/1", "期限 112/7/31"), ("ce", "2022/8/1", "期限 2023/7/31")):
        ((spec, _),) = drawn(open_page("school", kpi="public_lesson", era=era))
        assert spec["data"][0]["customdata"][0].startswith(first)
        assert any(note["text"].startswith(due) for note in spec["layout"]["annotations"])
