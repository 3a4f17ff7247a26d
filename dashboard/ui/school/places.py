"""The figure of a school's position among all schools, in each indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard import charts
from dashboard.language.figure import stated
from dashboard.language.markup import Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import STATUSES, file_day, listing, number, percent, prose, word
from dashboard.questions import View, frame
from dashboard.rows import Kpi, School, SchoolPlace, typed
from dashboard.ui.base import figures, links
from dashboard.ui.base.figures import Figure
from dashboard.ui.base.parts import BREAK, element, flag_hover, hint, pills
from dashboard.ui.base.screen import show as put
from dashboard.ui.school.items import Here

Key = tuple[str, str]  # an indicator and its period
SINGLE = 120  # with more schools than this, schools of the same per cent share a mark: thousands would take seconds
LISTED = 8


def show(view: View, school: School, kpis: Sequence[Kpi], asked: str | None, here: Here) -> None:
    """Write the link to the school's position among all, and the figure where it is asked for."""
    put(pills([(say("與各校相比"), here(place=None if asked else 1, plan=None), bool(asked))]))
    if asked:
        figures.show(
            "place", figures.once(view, "place", school.school_id, build=lambda: place(view, school, kpis))
        )


def place(view: View, school: School, kpis: Sequence[Kpi]) -> Figure | Markup:
    """The school's position in each indicator among the schools that the viewer may see."""
    at = {"on": view.on, "by_default": view.by_default}
    every = pd.concat([frame(view, SchoolPlace, period=period, **at) for period in view.period_ids])
    own = every[every["school_id"] == school.school_id]
    if own.empty:
        none = say("本校還沒有可以評定的指標，沒有名次。")
        return element("h2", say("與各校相比")) + element("p", none, kind="mut")
    known = {(kpi.kpi, kpi.period): kpi for kpi in kpis}
    mine = {(row.kpi, row.period): row for row in _places(own) if (row.kpi, row.period) in known}
    names = {key: _named(view, kpi) for key, kpi in known.items()}
    many = int(every["school_id"].nunique())
    marks = [_mark(view, kpi, mine[key], True) for key, kpi in known.items() if key in mine]
    for key, others in every[every["school_id"] != school.school_id].groupby(["kpi", "period"], sort=False):
        if key in mine:
            marks += _others(view, known[key], others, many > SINGLE)
    ranks = listing([f"{names[key]} {_rank(row)}" for key, row in mine.items()])
    return Figure(
        title=_place_title(mine, names),
        caption=_place_caption(school, many),
        drawn=charts.places(
            pd.DataFrame(marks),
            {"|".join(key): (join([names[key]]), _beside(row)) for key, row in mine.items()},
            say("計數占應達（%）"),
            unit="%",
            most=100.0,
        ),
        alt=say("{school} 在各校中的名次：{ranks}", school=school.name, ranks=ranks),
        name="_".join((say("與各校相比"), school.name, file_day(view.on))),
        header=[
            *(say("指標"), say("名次"), say("可評定的學校"), say("狀態")),
            *(say("計數"), say("應達"), say("百分比")),
        ],
        rows=lambda: [[names[key], *_values(row)] for key, row in mine.items()],
    )


def _places(every: pd.DataFrame) -> list[SchoolPlace]:
    """The rows of a frame in the form of `ask`'s rows: a missing value is None."""
    plain = every.astype(object).where(every.notna(), None)
    return typed(SchoolPlace, list(every.columns), list(plain.itertuples(index=False, name=None)))


def _values(row: SchoolPlace) -> list[figures.Value]:
    share = percent(row.counted, row.required)
    return [row.rank, row.schools, word(row.status), row.counted, row.required, share]


def _rank(row: SchoolPlace) -> str:
    return say("第 {rank}／{of}", rank=number(row.rank), of=number(row.schools))


def _beside(row: SchoolPlace) -> str:
    """The rank at the end of a line, bold in the last quarter."""
    return element("b", _rank(row)) if row.is_last_quarter else _rank(row)


def _place_title(mine: Mapping[Key, SchoolPlace], names: Mapping[Key, str]) -> str:
    """The finding: in which indicators the school is in the last quarter."""
    last = [names[key] for key, row in mine.items() if row.is_last_quarter]
    many = number(len(mine))
    if not last:
        return say("{n} 項都不在後四分之一", n=many)
    counts = {"n": many, "last": number(len(last))}
    return say("{n} 項中 {last} 項落在後四分之一：{kpis}", **counts, kpis=listing(last))


def _place_caption(school: School, many: int) -> str:
    return prose(
        [
            say("大點是{school}，灰點是檢視範圍內的各校，共 {n} 校。", school=school.name, n=number(many)),
            say("一個灰點是百分比相同的學校。") if many > SINGLE else "",
            say("名次只算可以評定的學校，並列者同名次；後四分之一是至少有四分之三的學校比本校高。"),
            hint(say("點一個記號看那一校的原因。")),
        ]
    )


def _named(view: View, kpi: Kpi) -> str:
    labels = {period.period: period.label for period in view.periods}
    if len(labels) < 2:
        return kpi.short
    return say("{kpi}（{period}）", kpi=kpi.short, period=labels[kpi.period])


def _others(view: View, kpi: Kpi, others: pd.DataFrame, together: bool) -> list[dict[str, object]]:
    """The marks of the other schools: one each, or where `together` one for all of the same per cent."""
    if not together:
        return [_mark(view, kpi, row, False) for row in _places(others)]
    reached = zip(others["counted"].clip(upper=others["required"]), others["required"], strict=True)
    shares = [percent(counted, required, 0) for counted, required in reached]
    return [
        {
            "row": f"{kpi.kpi}|{kpi.period}",
            "x": 100 * float(alike["share"].mean()),
            "own": False,
            "hover": join([f"{kpi.short}　{share}", _names(alike["school_name"].tolist())], BREAK),
            "link": _answer(view, kpi),
            "figure": "",
        }
        for share, alike in others.groupby(shares)
    ]


def _names(schools: Sequence[str]) -> str:
    listed = listing(schools[:LISTED])
    return listed + (say("等 {n} 校", n=number(len(schools))) if len(schools) > LISTED else "")


def _mark(view: View, kpi: Kpi, row: SchoolPlace, own: bool) -> dict[str, object]:
    """The mark of one school."""
    status = f"{STATUSES[row.status].sign} {word(row.status)}"
    counts = say_markup(
        "{counted}/{required} {unit}",
        counted=number(row.counted),
        required=number(row.required),
        unit=kpi.unit,
    )
    lines = [
        join([element("b", row.school_name), status], "　"),
        join([_named(view, kpi), "　", counts, f"（{percent(row.counted, row.required)}）"]),
        join([_rank(row), flag_hover(row)]),
    ]
    return {
        "row": f"{kpi.kpi}|{kpi.period}",
        "x": 100 * float(row.share),
        "own": own,
        "hover": join(lines, BREAK),
        "link": _answer(view, kpi, row.school_name),
        "figure": stated(row, row.school_name),
    }


def _answer(view: View, kpi: Kpi, school: str | None = None) -> str:
    """The link to the evidence of a school's figure; it names the period where there are several."""
    return links.at(view, kpi).link("indicator", kpi=kpi.kpi, school=school).unescape()
