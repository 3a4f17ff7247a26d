"""An indicator whose definition changed: the figures under the former definition beside today's.

The former figures are those of the last kept snapshot with another definition of this indicator; nothing is computed
anew for a page. The page says where the files have changed between the two as well.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard import warehouse as store
from dashboard.language.figure import stated
from dashboard.language.markup import Markup, join, say_markup
from dashboard.language.texts import later, say
from dashboard.language.words import (
    change,
    fingerprint,
    flag_words,
    listing,
    moment,
    number,
    prose,
    word,
)
from dashboard.questions import View, ask, facts_of
from dashboard.rows import IndicatorCity, IndicatorQuery, IndicatorRead, IndicatorSchool, Kpi
from dashboard.ui.base.parts import BREAK, Cell, element, flag_note, table, tag, text
from dashboard.ui.indicator import parameters

Row = Any
FIGURES = ("counted", "base", "required", "status")
HEADER = (
    later("學校"), later("原定義狀態"), later("原定義計數"), later("原定義基數"), later("原定義應達"),
    later("現在狀態"), later("現在計數"), later("現在基數"), later("現在應達"),
    later("現在資料註記"),
)  # fmt: skip


@dataclass(frozen=True)
class Redefined:
    """The changes of an indicator's definition and the figures that differ, in pairs of (former, today's).

    tables: the tables whose files changed in between.
    """

    former: View
    kpi: Row
    parameters: Sequence[tuple[str, str, str]]
    city: tuple[Row, Row]
    schools: Sequence[tuple[Row | None, Row | None]]
    tables: Sequence[tuple[Row, Row]]


def find(view: View, kpi: Row) -> Redefined | None:
    """The comparison with the last kept snapshot under another definition of the indicator; None where there is none."""
    for snapshot in store.older(view.snapshot):
        # A snapshot of another version of the product may lack a query's tables.
        with contextlib.suppress(store.NoSnapshot):
            former = replace(view, snapshot=snapshot, facts=facts_of(snapshot, view.scope))
            if redefined := _compared(former, view, kpi):
                return redefined
    return None


def _compared(former: View, view: View, kpi: Row) -> Redefined | None:
    if (former.facts.definition, former.facts.version) == (view.facts.definition, view.facts.version):
        return None
    then = next(
        (row for row in ask(former, Kpi, period=kpi.period, by_default=None) if row.kpi == kpi.kpi), None
    )
    changed = _changed(former, then, view, kpi) if then else []
    if then is None or not changed:
        return None
    at = {"kpi": kpi.kpi, "period": kpi.period, "on": view.on}
    cities = (ask(former, IndicatorCity, **at)[0], ask(view, IndicatorCity, **at)[0])
    tables = {row.table_name: row for row in ask(former, IndicatorRead)}
    return Redefined(
        former,
        then,
        changed,
        cities,
        _differing(_schools(former, at), _schools(view, at)),
        [
            (tables[row.table_name], row)
            for row in ask(view, IndicatorRead)
            if row.table_name in tables and tables[row.table_name].contents != row.contents
        ],
    )


def _changed(former: View, then: Row, view: View, now: Row) -> list[tuple[str, str, str]]:
    """(parameter, its former value, its value now) of those that changed; – where there is no such parameter."""
    old, new = parameters.listed(former, then), parameters.listed(view, now)
    values = [(name, old.get(name, "–"), new.get(name, "–")) for name in {**old, **new}]
    changed = [one for one in values if one[1] != one[2]]
    queries = [ask(one, IndicatorQuery, kpi=now.kpi)[0].query for one in (former, view)]
    if queries[0] != queries[1]:
        changed.append((say("計算的查詢（SQL）"), say("原來的內容"), say("內容不同，見頁尾")))
    if changed and then.rule != now.rule:
        changed.append((say("規則"), then.rule, now.rule))
    return changed


def _schools(view: View, at: dict[str, object]) -> dict[tuple[str, str], Row]:
    """The schools' figures by name, and by group where several have one name, since ids differ between snapshots."""
    rows = ask(view, IndicatorSchool, **at, versus=None, sort=None, falling=False)
    times = Counter(row.school_name for row in rows)
    return {(row.school_name, (row.group_name or "") * (times[row.school_name] > 1)): row for row in rows}


def _differing(
    old: dict[tuple[str, str], Row], new: dict[tuple[str, str], Row]
) -> list[tuple[Row | None, Row | None]]:
    return [
        (old.get(key), new.get(key))
        for key in {**new, **old}
        if _figures(old.get(key)) != _figures(new.get(key))
    ]


def _figures(row: Row | None) -> tuple[object, ...]:
    return tuple(row and getattr(row, name) for name in FIGURES)


def section(view: View, kpi: Row, redefined: Redefined) -> Markup:
    """The whole section: what changed in the definition, and which figures differ."""
    return head(view, redefined) + changes(kpi, redefined) + schools(kpi, redefined)


def head(view: View, redefined: Redefined) -> Markup:
    """The heading: which snapshot the former figures are of, and whether only the definition has changed."""
    origin = say_markup(
        "「原定義」取自 {time} 的快照（指紋 {fingerprint}），算到同一個截至日。",
        time=moment(redefined.former.facts.built_at, view.year),
        fingerprint=element("span", fingerprint(redefined.former.facts.fingerprint), kind="mono"),
    )
    apart = prose([origin, _apart(redefined)])
    return element("h2", say("定義改過：原定義與現在的數字")) + element("p", apart, kind="sub")


def _apart(redefined: Redefined) -> str:
    if not redefined.tables:
        return say("兩份快照讀到的資料相同，以下的差別都來自定義。")
    rows = [
        say(
            "{table} {old} → {new}",
            table=new.label,
            old=number(old.accepted),
            new=number(new.accepted),
        )
        for old, new in redefined.tables
    ]
    return say(
        "兩份快照之間資料也改過（採用的列：{tables}），所以以下的差別不全是定義造成的；"
        "要在同樣的列上比較，請系統管理者執行 kpi compare。",
        tables=listing(rows),
    )


def changes(kpi: Row, redefined: Redefined) -> Markup:
    """The tables of the changed parameters and of the city's figures then and now."""
    header = [Cell(say("參數"), "l"), Cell(say("原定義"), "l"), Cell(say("現在"), "l")]
    lines = [
        ("", [text(name), text(old, "l w"), text(new, "l w")]) for name, old, new in redefined.parameters
    ]
    changed = table(say("{kpi}改過的參數", kpi=kpi.short), header, lines)
    return join([changed, _city(kpi, redefined)], BREAK)


def _city(kpi: Row, redefined: Redefined) -> Markup:
    header = [Cell(say("全市"), "l"), Cell(say("原定義")), Cell(say("現在")), Cell(say("增減"))]
    named = {
        "schools_met": say("達標校數"),
        "schools_judged": say("評定校數"),
        "counted": say("計數"),
        "base": say("基數"),
        "required": say("應達"),
    }
    pairs = {name: (getattr(redefined.city[0], name), getattr(redefined.city[1], name)) for name in named}
    lines = [
        ("", [text(named[name]), Cell(number(old, "–")), Cell(number(new, "–")), Cell(_by(old, new))])
        for name, (old, new) in pairs.items()
        if old is not None or new is not None
    ]
    return table(say("{kpi}全市的數字，原定義與現在", kpi=kpi.short), header, lines)


def _by(old: Any, new: Any) -> str:
    return "–" if old is None or new is None else change(new - old)


def schools(kpi: Row, redefined: Redefined) -> Markup:
    """The table of the schools whose figures differ, under both definitions."""
    if not redefined.schools:
        return element("p", say("各校的數字都沒有不同。"), kind="mut")
    header = [
        Cell(say("{n} 校的數字不同", n=number(len(redefined.schools))), "l"),
        Cell(say("原定義"), "l"),
        Cell(say("現在"), "l"),
    ]
    lines = []
    for old, new in redefined.schools:
        name = (new or old).school_name  # type: ignore[union-attr]
        facts = stated(new, name) if new else None
        lines.append(("", [text(name), Cell(_side(old, kpi), "l"), Cell(_side(new, kpi, facts), "l")]))
    listed = table(say("{kpi}數字不同的學校", kpi=kpi.short), header, lines)
    return element("div", listed, kind="tall") + element("p", say("每格是狀態與計數／應達。"), kind="foot")


def _side(row: Row | None, kpi: Row, facts: str | None = None) -> str:
    if row is None:
        return "–"
    counts = f"{number(row.counted)}/{number(row.required, '–')}"
    figure = element("span", tag(row.status, kpi.require), " ", counts, data_figure=facts)
    return join([figure, flag_note(row)], " ")


def rows_of(redefined: Redefined) -> list[list[object]]:
    """The rows of the download: the schools whose figures differ."""
    return [
        [
            (new or old).school_name,  # type: ignore[union-attr]
            *_values(old, redefined.kpi),
            *_values(new, redefined.kpi),
            flag_words(new) if new else "",
        ]
        for old, new in redefined.schools
    ]


def _values(row: Row | None, kpi: Row) -> list[object]:
    if row is None:
        return [None] * len(FIGURES)
    return [word(row.status, kpi.require), row.counted, row.base, row.required]
