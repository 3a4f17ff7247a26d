"""An indicator whose definition changed: the figures under the former definition beside today's.

The former figures are those of the last kept snapshot with another definition of this indicator; nothing is computed
anew for a page. The page says where the files have changed between the two as well.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard import warehouse as store
from dashboard.language.figure import stated
from dashboard.language.markup import Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import (
    change,
    file_day,
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
from dashboard.ui.base.parts import BREAK, element, flag_note, tag
from dashboard.ui.base.table import Column, Table
from dashboard.ui.indicator import parameters

FIGURES = ("counted", "base", "required", "status")
Pair = tuple[
    IndicatorSchool | None, IndicatorSchool | None
]  # a figure under the former definition, and today's
Figures = tuple[str, int | None, int | None]  # a figure's name, and its two values


@dataclass(frozen=True)
class Redefined:
    """The changes of an indicator's definition and the figures that differ, in pairs of (former, today's).

    tables: the tables whose files changed in between.
    """

    former: View
    kpi: Kpi
    parameters: Sequence[tuple[str, str, str]]
    city: tuple[IndicatorCity, IndicatorCity]
    schools: Sequence[Pair]
    tables: Sequence[tuple[IndicatorRead, IndicatorRead]]


def find(view: View, kpi: Kpi) -> Redefined | None:
    """The comparison with the last kept snapshot under another definition of the indicator; None where there is none."""
    for snapshot in store.older(view.snapshot):
        # A snapshot of another version of the product may lack a query's tables.
        with contextlib.suppress(store.NoSnapshot):
            former = replace(view, snapshot=snapshot, facts=facts_of(snapshot, view.scope))
            if redefined := _compared(former, view, kpi):
                return redefined
    return None


def _compared(former: View, view: View, kpi: Kpi) -> Redefined | None:
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


def _changed(former: View, then: Kpi, view: View, now: Kpi) -> list[tuple[str, str, str]]:
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


def _schools(view: View, at: dict[str, object]) -> dict[tuple[str, str], IndicatorSchool]:
    """The schools' figures by name, and by group where several have one name, since ids differ between snapshots."""
    rows = ask(view, IndicatorSchool, **at, versus=None, sort=None, falling=False)
    times = Counter(row.school_name for row in rows)
    return {(row.school_name, (row.group_name or "") * (times[row.school_name] > 1)): row for row in rows}


def _differing(
    old: dict[tuple[str, str], IndicatorSchool], new: dict[tuple[str, str], IndicatorSchool]
) -> list[Pair]:
    return [
        (old.get(key), new.get(key))
        for key in {**new, **old}
        if _figures(old.get(key)) != _figures(new.get(key))
    ]


def _figures(row: IndicatorSchool | None) -> tuple[object, ...]:
    return tuple(row and getattr(row, name) for name in FIGURES)


def section(view: View, kpi: Kpi, redefined: Redefined) -> Markup:
    """The whole section: what changed in the definition, and which figures differ, with their file."""
    saved = differing(kpi, redefined).download(f"{say('數字不同的學校')}_{kpi.short}_{file_day(view.on)}")
    return join([head(view, redefined), changes(kpi, redefined), schools(kpi, redefined), saved])


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


def changes(kpi: Kpi, redefined: Redefined) -> Markup:
    """The tables of the changed parameters and of the city's figures then and now."""
    columns = [
        Column[tuple[str, str, str]](say("參數"), lambda row: row[0], kind="l"),
        Column[tuple[str, str, str]](say("原定義"), lambda row: row[1], kind="l", is_wide=True),
        Column[tuple[str, str, str]](say("現在"), lambda row: row[2], kind="l", is_wide=True),
    ]
    changed = Table(say("{kpi}改過的參數", kpi=kpi.short), columns, redefined.parameters)
    return join([changed.html(), _city(kpi, redefined)], BREAK)


def _city(kpi: Kpi, redefined: Redefined) -> Markup:
    labels = {
        "schools_met": say("達標校數"),
        "schools_judged": say("評定校數"),
        "counted": say("計數"),
        "base": say("基數"),
        "required": say("應達"),
    }
    old, new = redefined.city
    figures = [(label, getattr(old, name), getattr(new, name)) for name, label in labels.items()]
    columns = [
        Column[Figures](say("全市"), lambda row: row[0], kind="l"),
        Column[Figures](say("原定義"), lambda row: number(row[1], "–")),
        Column[Figures](say("現在"), lambda row: number(row[2], "–")),
        Column[Figures](say("增減"), lambda row: _by(row[1], row[2])),
    ]
    rows = [figure for figure in figures if figure[1:] != (None, None)]
    return Table(say("{kpi}全市的數字，原定義與現在", kpi=kpi.short), columns, rows).html()


def _by(old: int | None, new: int | None) -> str:
    return "–" if old is None or new is None else change(new - old)


def schools(kpi: Kpi, redefined: Redefined) -> Markup:
    """The table of the schools whose figures differ, under both definitions."""
    if not redefined.schools:
        return element("p", say("各校的數字都沒有不同。"), kind="mut")
    listed = element("div", differing(kpi, redefined).html(), kind="tall")
    return listed + element("p", say("每格是狀態與計數／應達。"), kind="foot")


def differing(kpi: Kpi, redefined: Redefined) -> Table[Pair]:
    """The table of the schools whose figures differ; its file has each value in a column of its own."""
    many = number(len(redefined.schools))
    names = {
        "status": (say("原定義狀態"), say("現在狀態")),
        "counted": (say("原定義計數"), say("現在計數")),
        "base": (say("原定義基數"), say("現在基數")),
        "required": (say("原定義應達"), say("現在應達")),
    }

    def value(at: int, name: str) -> Column[Pair]:
        return Column(names[name][at], lambda pair: _value(pair[at], redefined.kpi, name), on_page=False)

    columns = [
        Column[Pair](say("學校"), _name, kind="l", head=say("{n} 校的數字不同", n=many)),
        Column[Pair](say("原定義"), cell=lambda pair: _side(pair[0], kpi), kind="l"),
        Column[Pair](say("現在"), cell=lambda pair: _side(pair[1], kpi, _facts(pair)), kind="l"),
        *(value(at, name) for at in (0, 1) for name in names),
        Column[Pair](say("現在資料註記"), lambda pair: flag_words(pair[1]) if pair[1] else "", on_page=False),
    ]
    return Table(say("{kpi}數字不同的學校", kpi=kpi.short), columns, redefined.schools)


def _name(pair: Pair) -> str:
    row = pair[1] or pair[0]
    return row.school_name if row else ""


def _facts(pair: Pair) -> str | None:
    return stated(pair[1], _name(pair)) if pair[1] else None


def _side(row: IndicatorSchool | None, kpi: Kpi, facts: str | None = None) -> str:
    if row is None:
        return "–"
    counts = f"{number(row.counted)}/{number(row.required, '–')}"
    figure = element("span", tag(row.status, kpi.require), " ", counts, data_figure=facts)
    return join([figure, flag_note(row)], " ")


def _value(row: IndicatorSchool | None, kpi: Kpi, name: str) -> object:
    if row is None:
        return None
    return word(row.status, kpi.require) if name == "status" else getattr(row, name)
