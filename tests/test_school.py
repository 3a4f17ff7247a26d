"""The school's page: what a figure could be at most, the change since an earlier day, the curve's marks, its tables."""

import csv
import datetime as dt
import io
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from dashboard import warehouse
from dashboard.access import bureau
from dashboard.language.markup import Markup, join
from dashboard.language.texts import Manner, written
from dashboard.rows import Kpi, KpiUnit
from dashboard.ui.school import bounds, plan
from dashboard.ui.school import figures as school_figures
from dashboard.ui.school import items as school_items
from dashboard.ui.school import opened as opened_row
from dashboard.ui.school import rows as school_rows
from dashboard.ui.school import tables as school_tables
from dashboard.warehouse.snapshots import records
from tests import running
from tests.pages import html_of, open_page

DAY, EARLIER = dt.date(2022, 11, 25), dt.date(2022, 10, 28)


# What it could be at most


@pytest.mark.parametrize(
    ("counted", "base", "rows", "most"),
    [
        (20, 24, 3, 23),  # one unit a row
        (20, 24, 9, 24),  # nobody beyond the base
        (1, None, 3, 4),  # without a base every row may add one
        (0, 24, 2, 2),
        (20, 24, 0, None),  # no row that could count
        (24, 24, 5, None),  # the base is full
        (25, 24, 5, None),  # a base that is too small makes no figure smaller
        (None, 24, 5, None),  # no figure, no bound
        (20.0, 24.0, 3, 23),
    ],
)
def test_a_row_adds_at_most_one_unit_and_none_beyond_the_base(counted, base, rows, most):
    assert bounds.most(counted, base, rows) == most


def figures(**changes):
    facts = {
        "kpi": "a1a2",
        "level": "school",
        "period": "111",
        "school_name": "甲",
        "school_id": 1,
        "counted": 20,
        "base": 24,
    }
    facts |= {
        "required": 24,
        "status": "behind",
        "flags": "",
        "deadline": dt.date(2022, 12, 31),
        "gap": 4,
        "room": None,
    }
    return SimpleNamespace(**(facts | {"days_left": 36, "pace": 21, "weekly": 0.78} | changes))


def test_a_bound_is_said_to_be_one_and_tells_what_would_still_be_missing():
    told = bounds.message(figures(), "人", 3, 3)
    assert "這 3 列若全部屬實，最多會是 <b>23/24</b>（上限，不是成績）。仍差 1 人。" in told
    assert "data-figure" not in told


def test_a_bound_that_reaches_what_is_required_promises_nothing():
    assert bounds.message(figures(), "人", 9, 9).endswith("最多會是 <b>24/24</b>（上限，不是成績）。</p>")


def test_a_bound_of_some_of_the_rows_says_how_many():
    assert "其中 2 列可能計入" in bounds.message(figures(), "人", 2, 5)


def test_what_requires_nothing_has_a_bound_without_a_second_figure():
    row = figures(required=None, base=None, counted=3, status="info", gap=0)
    assert "最多會是 <b>5 次</b>" in bounds.message(row, "次", 2, 2)


@pytest.mark.parametrize("status", ["exempt", "upcoming"])
def test_what_is_not_judged_yet_or_never_has_no_bound(status):
    assert bounds.message(figures(status=status, counted=0), "人", 3, 3) == ""


def test_a_bound_is_said_in_english_with_its_number():
    with written(Manner("en", "ce")):
        assert "If this row were right" in bounds.message(figures(), "people", 1, 1)
        assert "Still 1 people short." in bounds.message(figures(), "people", 3, 3)


def test_rows_of_one_unit_add_one_and_a_row_of_two_units_adds_one():
    def row(line, unit=None):
        return SimpleNamespace(file="a.csv", line=line, unit_id=unit)

    assert bounds.added([row(2, "T1"), row(3, "T1"), row(4)]) == 2
    assert bounds.added([row(2, "T1"), row(2, "T2")]) == 1
    assert bounds.added([]) == 0


def test_the_rows_that_could_count_are_those_of_the_flags_on_that_day(sample_warehouse):
    """Of an indicator whose figure the rows could move, the rejected ones are the causes that `kpi flags` lists."""
    snapshot = warehouse.current(sample_warehouse, "keelung-111")
    for day in (EARLIER, DAY, dt.date(2022, 3, 1)):
        names, rows = warehouse.rows(
            snapshot, "kpi_flags", bureau(), on=day, kpi=None, period=None, school=None
        )
        flags = [dict(zip(names, row, strict=True)) for row in rows]
        causes = {
            (one["school"], one["kpi"], one["file"], one["line"])
            for one in flags
            if one["flag"] == "rows_rejected"
        }
        found = set()
        schools = warehouse.ask(snapshot, "schools", bureau())
        for school, name in zip(schools["school_id"], schools["name"], strict=True):
            asked = {"school_id": int(school), "period": "111", "on": day}
            warned = warehouse.ask(snapshot, "school_rejects", bureau(), school_id=int(school))
            warned = set(
                warned[warned["severity"] == "warning"][["file", "line"]].itertuples(index=False, name=None)
            )
            for row in warehouse.ask(snapshot, "school_bounds", bureau(), **asked).itertuples():
                if (row.file, row.line) not in warned:
                    found.add((name, row.kpi, row.file, row.line))
        assert found == {one for one in causes if (one[2], one[3]) not in warned} and (
            found or day.month == 3
        )


# Since an earlier day


def view(**changes):
    facts = {
        "on": DAY,
        "versus": EARLIER,
        "year": 2022,
        "link": lambda page, **asked: f"./{page}",
        "shown": ("111",),
    }
    return SimpleNamespace(**(facts | {"periods": (SimpleNamespace(period="111"),)} | changes))


KPI = SimpleNamespace(
    kpi="a1a2", label="A1、A2 研習完成率", short="A1、A2", unit="人", require="all", clause="三", rule="規定的文字",
    pace_start=dt.date(2022, 1, 1), deadline=dt.date(2022, 12, 31), window_start=None, window_end=None,
    table_name="training", base="staff", period="111", begins=dt.date(2022, 1, 1), kind="term",
)  # fmt: skip


def item(then=None, kpi=KPI, seen=None, **changes):
    row = figures(**changes)
    steps = [(dt.date(2022, 3, 1), 5.0), (dt.date(2022, 9, 1), 20.0)]
    return school_items.Item(seen or view(), kpi, row, then, steps, (), (), (), None)


def rows_of(*items, opened=None):
    """The rows, with what the one that is open has below it."""
    before, after = school_rows.school_rows(
        items, opened, lambda **asked: Markup(f"./school?kpi={asked['kpi']}&amp;open={asked['open']}")
    )
    return before + (opened_row.body(opened) if opened else "") + after


def test_a_row_tells_the_change_of_its_figure_and_of_its_status():
    moved = item(figures(counted=17, status="on_track"))
    shown = rows_of(moved, opened=moved)
    assert '<span class="chg" data-then="17"' in shown and ">+3</span>" in shown
    plain = re.sub(r"<[^>]*>", "", shown)
    assert "10/28 時 ◐ 進行中" in plain
    assert "與 10/28 相比 +3 人：當時 17/24，現在 20/24。" in plain


def test_a_row_whose_status_stands_says_nothing_of_it():
    still = item(figures(counted=20))
    shown = rows_of(still, opened=still)
    assert ">0</span>" in shown and "turned" not in shown


def test_nothing_is_compared_where_no_day_is_chosen_or_a_day_has_no_figure():
    for then, seen in ((None, view(versus=None)), (figures(counted=None, status="behind"), view())):
        alone = item(then, seen=seen)
        shown = rows_of(alone, opened=alone)
        assert "chg" not in shown and "相比" not in shown


# The curve


def days(*counted, required=24, first=dt.date(2022, 1, 1)):
    """What the query of a school's days gives: a figure a day, blank where there is none."""
    every = pd.date_range(first, periods=len(counted), freq="D")
    known = pd.array(counted, dtype="Int64")
    return pd.DataFrame(
        {"day": every, "counted": known, "required": required, "added": pd.Series(known).diff()}
    )


@pytest.fixture
def drawn(monkeypatch):
    """A school's curve and its lines by name, from these days."""

    def draw(one, given):
        monkeypatch.setattr(school_figures, "frame", lambda *_, **__: given)
        figure = school_figures.course(one)
        return figure, {trace.name: trace for trace in figure.drawn.data if trace.mode == "lines"}

    return draw


UNTIL = (DAY - dt.date(2022, 1, 1)).days + 1


def test_a_curve_shows_the_speed_needed_from_today_until_the_deadline(drawn):
    figure, lines = drawn(item(), days(*[20] * UNTIL))
    assert "點線：從今天起每週須 0.8 人" in figure.caption
    assert list(lines["所需速度"].x) == ["2022-11-25", "2022-12-31"] and list(lines["所需速度"].y) == [20, 24]
    assert lines["所需速度"].line.dash == "dot" and lines["應有進度"].line.dash == "dash"
    _, lines = drawn(item(status="met", counted=24, gap=0, weekly=None), days(*[24] * UNTIL))
    assert "所需速度" not in lines
    over = view(on=dt.date(2023, 1, 5))
    late = item(seen=over, status="overdue", days_left=-5, weekly=None)
    figure, lines = drawn(late, days(*[20] * 370))
    assert "所需速度" not in lines and figure.title == "期限已過，還差 4 人"


def test_a_window_is_marked_where_it_begins_and_where_it_ends_before_the_deadline(drawn):
    window = {"window_start": dt.date(2022, 8, 1), "window_end": dt.date(2022, 11, 30)}
    shorter = SimpleNamespace(**{**vars(KPI), **window})
    assert [name for _, name in school_figures.window(shorter, 2022)] == ["採計自 8/1", "採計至 11/30"]
    whole = SimpleNamespace(**{**vars(shorter), "window_end": KPI.deadline})
    assert [name for _, name in school_figures.window(whole, 2022)] == ["採計自 8/1"]
    as_paced = SimpleNamespace(**{**vars(whole), "window_start": KPI.pace_start})
    assert school_figures.window(as_paced, 2022) == []
    figure, _ = drawn(item(kpi=shorter), days(*[20] * UNTIL))
    marks = {note.text: note for note in figure.drawn.layout.annotations}
    assert {"採計自 8/1", "採計至 11/30", "10/28", "期限 12/31<br>應達 24 人"} == set(marks)
    assert marks["採計至 11/30"].yshift != marks["10/28"].yshift, "names of near days stand above each other"


def test_what_has_no_pace_has_a_curve_without_one(drawn):
    still = SimpleNamespace(
        **{**vars(KPI), "pace_start": None, "window_start": dt.date(2022, 8, 1), "window_end": KPI.deadline}
    )
    course = item(kpi=still, pace=None).course
    assert course and not course.paced and course.start == dt.date(2022, 8, 1)
    figure, lines = drawn(item(kpi=still, pace=None), days(*[20] * 117, first=course.start))
    assert "應有進度" not in lines and figure.title == "應達 24 人，已達 20 人"


def test_a_ceiling_has_no_curve():
    ceiling = SimpleNamespace(**{**vars(KPI), "require": "ceiling"})
    assert item(kpi=ceiling).course is None and school_figures.course(item(kpi=ceiling)) is None


def test_a_mark_stands_within_the_drawing_and_no_word_of_the_data_is_markup(drawn):
    hostile = SimpleNamespace(
        **{**vars(KPI), "unit": "<b>人", "window_start": dt.date(2021, 8, 1), "window_end": None}
    )
    figure, lines = drawn(item(kpi=hostile, seen=view(versus=dt.date(2021, 12, 1))), days(*[20] * UNTIL))
    assert {shape.x0 for shape in figure.drawn.layout.shapes} == {"2022-12-31", "2022-11-25"}
    assert list(figure.drawn.layout.xaxis.range) == ["2022-01-01", "2022-12-31"]
    assert "<b>人" not in str(figure.drawn.layout) + "".join(line.hovertemplate for line in lines.values())
    assert "<b>人" not in join([figure.title, figure.caption])


def test_a_day_without_a_figure_is_a_gap_and_the_next_adds_nothing_that_is_known(drawn):
    figure, lines = drawn(item(), days(*[3, 5, None, 6], *[20] * (UNTIL - 4)))
    actual = lines["實際"]
    assert list(actual.y[:2]) == [3, 5] and actual.y[2] != actual.y[2] and actual.y[3] == 6
    told = [carried[0] for carried in actual.customdata]
    assert told[0] == "（12.5%）" and told[1] == "（20.8%），當日 +2" and told[3] == "（25.0%）"
    assert figure.rows()[:4] == [
        [dt.date(2022, 1, 1), 3, 24, "12.5%", ""],
        [dt.date(2022, 1, 2), 5, 24, "20.8%", "+2"],
        [dt.date(2022, 1, 3), None, 24, "", ""],
        [dt.date(2022, 1, 4), 6, 24, "25.0%", ""],
    ]
    assert len(figure.rows()) == 5, "a day that changes nothing has no row"


def test_the_pace_of_a_day_is_of_what_was_required_on_that_day(drawn):
    given = days(*[20] * UNTIL)
    given["required"] = [12] * 100 + [24] * (UNTIL - 100)
    _, lines = drawn(item(), given)
    assert [lines["應有進度"].customdata[at][1] for at in (99, 100, 364)] == [
        12 * 99 // 364,
        24 * 100 // 364,
        24,
    ]


# Rows that lead on, and tables that leave


def test_an_opened_row_leads_to_why_its_figure_is_so_and_the_row_in_the_address_is_open():
    one, other = item(), item(kpi=SimpleNamespace(**{**vars(KPI), "kpi": "other"}))
    opened = school_items.opened([one, other], "other", None)
    assert opened is other
    shown = rows_of(one, other, opened=opened)
    assert re.findall(r'<div class="kr( open)?"', shown) == ["", " open"]
    assert re.findall(r'<a href="([^"]*)" aria-expanded="(\w+)"', shown) == [
        ("./school?kpi=a1a2&amp;open=None", "false"),
        ("./school?kpi=None&amp;open=None", "true"),
    ]
    assert re.search(r'<a href="\./indicator"[^>]*>為什麼是 20/24</a>', shown)
    assert all(row.count("<a ") == 1 for row in re.findall(r'<div class="kr.*?</a></div>', shown))


def test_a_row_of_one_of_several_periods_is_opened_with_its_period_and_alone():
    periods = tuple(SimpleNamespace(period=period) for period in ("111", "112"))
    twice = [
        item(kpi=SimpleNamespace(**{**vars(KPI), "period": one.period}), seen=view(periods=periods))
        for one in periods
    ]
    shown = rows_of(*twice)
    assert "kpi=a1a2&amp;open=111" in shown and "kpi=a1a2&amp;open=112" in shown
    assert school_items.opened(twice, "a1a2", "112") is twice[1]
    assert school_items.opened(twice, "a1a2", None) is school_items.opened(twice, "a1a2", "none") is twice[0]
    assert school_items.opened(twice, "none", "112") is school_items.opened(twice, None, None) is None


def test_the_tables_hold_figures_and_not_markup():
    period = SimpleNamespace(label="111 年度")
    found = [(period, [item(figures(counted=17, status="on_track"))])]
    assert school_tables.indicators(view(), found).values() == [
        [
            "111 年度",
            "A1、A2 研習完成率",
            "落後",
            20,
            24,
            24,
            4,
            21,
            0.78,
            dt.date(2022, 12, 31),
            36,
            "",
            17,
            "進行中",
        ]
    ]
    assert len(school_tables.indicators(view(versus=None), found).values()[0]) == 12


def test_a_table_of_units_says_who_counts_since_when_and_who_does_not():
    done = SimpleNamespace(
        unit_id="D1", unit_label="甲", done=True, attained_on=EARLIER, since=None, amount=1, kpi="a1a2",
        parts=[had("A1", EARLIER), had("A2", EARLIER)],
    )  # fmt: skip
    late = {"unit_id": "D2", "done": False, "attained_on": DAY, "parts": [had("A1", EARLIER), had("A2")]}
    late = SimpleNamespace(**{**vars(done), **late})
    one = school_items.Item(view(), KPI, figures(), None, (), [done, late], (), (), None)
    named = [(SimpleNamespace(label="111 年度"), one, unit) for unit in one.units]
    rows = school_tables.units(named).values()
    assert [row[4:6] for row in rows] == [["是", EARLIER], ["否", None]]
    assert [row[8:] for row in rows] == [["A1 111/10/28、A2 111/10/28", ""], ["A1 111/10/28", "A2"]]
    with written(Manner("en", "ce")):
        (_, row) = school_tables.units(named).values()
        assert row[8:] == ["A1 2022/10/28", "A2"]


# What each of the missing has and lacks


def had(label, day=None):
    """A part that is there since a day, or is not."""
    return {
        "label": label,
        "unit": None,
        "needed": 1,
        "has": float(day is not None),
        "lacks": float(day is None),
        "day": day,
    }


def hours(has, lacks):
    return {"label": None, "unit": "小時", "needed": 3.0, "has": has, "lacks": lacks, "day": None}


def listed(kpi=KPI, **units):
    """The lists of an opened row, as their titles and their cells; who is in lower case is missing."""
    rows = [
        SimpleNamespace(
            unit_id=name,
            unit_label=name,
            done=name.isupper(),
            attained_on=DAY,
            since=None,
            amount=1,
            parts=parts,
        )
        for name, parts in units.items()
    ]
    shown = opened_row._units(school_items.Item(view(), kpi, figures(), None, (), rows, (), (), None))
    lines = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in re.findall(r"<tr.*?</tr>", shown)]
    titles = re.findall(r"<(?:h3|summary)>(.*?)</(?:h3|summary)>", shown)
    return titles, [[re.sub("<[^>]+>", "", cell) for cell in line] for line in lines]


def test_people_stand_against_the_parts_of_the_indicator():
    titles, (head, one, other, top, done) = listed(
        a=[had("A1", EARLIER), had("A2")], b=[had("A1"), had("A2")], C=[had("A1", EARLIER), had("A2", DAY)]
    )
    assert titles == ["還缺的 2 人", "已計入的 1 人（展開名單）"]
    assert head == top == ["對象", "A1", "A2"]
    assert one == ["a", "✓ 111/10/28", "缺"] and other == ["b", "缺", "缺"]
    assert done == ["C", "✓ 111/10/28", "✓ 111/11/25"]


def test_an_amount_stands_against_what_is_needed_and_says_what_is_missing():
    _, (head, one, other, top, done) = listed(a=[hours(1.0, 2.0)], b=[hours(0.0, 3.0)], C=[hours(4.5, 0.0)])
    assert head == ["對象", "A1、A2"]  # what the indicator is called
    assert one == ["a", "1／3 小時，還差 2"] and other == ["b", "0／3 小時，還差 3"]
    assert top == ["對象", "A1、A2", "計入日"] and done == ["C", "✓ 4.5 小時", "111/11/25"]
    with written(Manner("en", "ce")):
        assert listed(a=[hours(1.0, 2.0)])[1][1] == ["a", "1/3 h, 2 short"]


def test_classes_that_have_one_test_of_two_are_not_said_to_be_all_that_are_missing():
    kpi = SimpleNamespace(**{**vars(KPI), "base": "classes", "unit": "班"})
    titles, (head, row) = listed(kpi, **{"3 年 2 班": [had("前測", EARLIER), had("後測")]})
    assert titles == ["還不齊的 1 班"] and head == ["對象", "前測", "後測"]
    assert row == ["3 年 2 班", "✓ 111/10/28", "缺"]
    with written(Manner("en", "ce")):
        assert listed(kpi, a=[had("前測", EARLIER), had("後測")])[1][0][1:] == ["pre-test", "post-test"]


def test_an_indicator_without_parts_is_listed_as_names_alone():
    titles, lines = listed(a=None, B=None)
    assert titles == ["還缺的 1 人", "已計入的 1 人（展開名單）"] and lines == []


def test_an_unknown_word_of_a_part_is_text_and_no_markup():
    _, (head, row) = listed(a=[had("<b>{x}"), {**hours(1.0, 2.0), "unit": "<i>"}])
    assert "&lt;b&gt;{x}" in head and row[2] == "1／3 &lt;i&gt;，還差 2"


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("on", ["2022-10-01", "2022-11-25"])
@pytest.mark.parametrize("kpi", ["a1a2", "infosec", "srl_survey"])
def test_the_page_shows_of_each_unit_what_the_command_says(sample_warehouse, kpi, on):
    told = running.kpi("units", "--warehouse", sample_warehouse, "--programme", "keelung-111", "--kpi", kpi, "--as-of", on, "--missing", "--school", "深美國小", "--format", "csv")  # fmt: skip
    shown = html_of(open_page("school", school="深美國小", kpi=kpi, on=on, names="1"))
    (table,) = re.findall(r'<table class="df parts">.*?</table>', shown)[:1]
    lines = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in re.findall(r"<tr.*?</tr>", table)]
    head, *lines = [[re.sub("<[^>]+>", "", cell) for cell in line] for line in lines]
    page = {}
    for name, *cells in lines:
        has = [f"{part} {cell[2:]}" for part, cell in zip(head[1:], cells, strict=True) if cell[0] == "✓"]
        lacks = [part for part, cell in zip(head[1:], cells, strict=True) if cell == "缺"]
        if kpi == "infosec":
            amount, lacks = cells[0].split("／3 小時，")[0], [cells[0].split("，")[1] + " 小時"]
            has = [f"{amount} 小時"] if amount != "0" else []
        page.setdefault(name.split(" ")[0] if kpi != "srl_survey" else name, set()).add(
            ("、".join(has), "、".join(lacks))
        )
    wanted = {}
    for row in told.rows:
        if row["has"] or kpi != "srl_survey":
            wanted.setdefault(row["label"], set()).add((row["has"], row["lacks"]))
    assert page == wanted and wanted


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("opened", [None, "infosec"])
def test_the_file_of_the_units_holds_every_indicator_whichever_row_is_open(sample_warehouse, opened):
    asked = {"school": "深美國小", "names": "1", **({"kpi": opened} if opened else {})}
    app = open_page("school", **asked)
    (offer,) = [
        offer
        for _, offer in app.session_state["offers"].values()
        if offer.name.startswith("名單") and offer.name.endswith("csv")
    ]
    lines = list(csv.DictReader(io.StringIO(offer.make().decode("utf-8-sig"))))
    wanted, labels = {}, {}
    snapshot = warehouse.current(sample_warehouse, "keelung-111")
    for row in records(snapshot, Kpi, bureau(), period="111"):
        labels[row.kpi] = row.label
        told = {"kpi": row.kpi, "school": "深美國小", "period": None, "missing": False, "on": DAY}
        for unit in records(snapshot, KpiUnit, bureau(names=True), **told):
            wanted[row.label, unit.unit or "", unit.label] = (unit.has or "", unit.lacks or "")
    found = {(line["指標"], line["編號"], line["對象"]): (line["已有"], line["還缺"]) for line in lines}
    assert found.items() <= wanted.items()
    listed = {label for label, *_ in found}
    assert {labels[kpi] for kpi in ("a1a2", "infosec", "srl_survey", "digital_literacy")} <= listed
    assert {"A2", "A1、A2", "還差 2 小時", "後測", ""} <= {lacks for _, lacks in found.values()}


# The plan


def target(**changes):
    facts = {
        "item": "a1a2",
        "label": "教師培訓數",
        "kind": "measured",
        "unit": "人",
        "current": 3,
        "own_goal": 10,
    }
    facts |= {"period": "112", "period_label": "112 年", "goal": 10, "compared_on": DAY, "value": 8}
    return SimpleNamespace(**(facts | {"status": "on_track"} | changes))


def test_a_target_tells_its_change_and_one_that_is_not_judged_none():
    then = {("a1a2", "112"): target(value=5)}
    assert '<span class="chg" data-then="5"' in plan.targets([target()], 2022, then)
    assert "chg" not in plan.targets([target(status=None, kind="other")], 2022, then)
    assert "chg" not in plan.targets([target()], 2022)
