"""What an update changed: schools that crossed a threshold or fell back, files that are gone, rows no longer rejected.

The snapshot that serves is compared with the one before, or with another one that the address names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from dashboard import warehouse as store
from dashboard.language import words
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import later, say
from dashboard.questions import View, answers, ask, facts_of
from dashboard.rows import Facts, Input, Kpi, RowToMend, SchoolStanding
from dashboard.ui.base import figures, parts
from dashboard.ui.base.parts import anchor, element

Here = Callable[..., str]
Turn = tuple[SchoolStanding, SchoolStanding]  # a school's figure then and now
# The kinds of changes of a school's figure since a former snapshot: label, and the status that gives the colour.
TURNS = {
    "met": (later("{n} 校新達標"), "met"),
    "overdue": (later("{n} 校新逾期未達"), "overdue"),
    "over": (later("{n} 校新超出上限"), "overdue"),
    "fell": (later("{n} 校退步"), "behind"),
    "silent": (later("{n} 校變成未填報"), "no_data"),
}
LISTED = 10  # figures or schools named of each kind


def changes(view: View, asked: str | None, here: Here) -> Markup:
    """The changes since the snapshot before, or since the one that the address names.

    Blank where no snapshot can be compared, and on any other day than today.
    """
    if view.on != view.today:
        return BLANK
    older = store.older(view.snapshot)
    before = next((one for one in older if one.stamp == asked), next(iter(older), None))
    if before is None:
        return BLANK
    stamps = tuple(one.stamp for one in older)
    try:
        # `here()` is part of the key, for the links keep the address's parameters.
        markup = figures.once(
            view,
            "since",
            before.stamp,
            stamps,
            asked,
            here(),
            build=lambda: _changes(view, before, stamps, asked, here),
        )
    except store.NoSnapshot:
        return BLANK
    assert isinstance(markup, Markup)
    return markup


def _changes(
    view: View, before: store.Snapshot, stamps: Sequence[str], asked: str | None, here: Here
) -> Markup:
    then = facts_of(before, view.scope)
    turns, mended, lost = turned(view, before), no_more_refused(view, before), gone(view, before)
    name = say("自上次更新") if before.stamp == stamps[0] else say("自選定的快照")
    line = _summary(view, name, then, turns, len(mended), len(lost))
    lines = [_gone(view, lost)] if lost else []
    lines += [_turns(view, kind, pairs) for kind, pairs in turns.items()]
    lines += [_mended(view, mended)] if mended else []
    if then.definition != view.facts.definition:
        note = say("這之間定義檔改過，有些變動可能來自定義。")
        lines.append(element("p", note, kind="foot"))
    if len(stamps) > 1:
        lines.append(_choices(view, before, stamps, here))
    if not lines:
        return element("p", line, kind="sub")
    is_asked = asked == before.stamp
    return element("details", element("summary", line), *lines, kind="more since", open=is_asked)


def _summary(
    view: View, name: str, then: Facts, turns: Mapping[str, Sequence[Turn]], mended: int, lost: int
) -> Markup:
    """The line that is always in sight: since when, and how many of each kind."""
    when = say_markup(
        "{name}（{time}）", name=element("b", name), time=words.moment(then.built_at, view.year)
    )
    facts = [say("{n} 個檔案不在了", n=words.number(lost))] if lost else []
    facts += [say(TURNS[kind][0], n=words.number(_schools(pairs))) for kind, pairs in turns.items()]
    facts += [say("{n} 列不再被退回", n=words.number(mended))] if mended else []
    nothing = say("沒有學校跨過門檻或退步，也沒有列改好")
    return say_markup("{when}：{text}。", when=when, text=words.listing(facts) if facts else nothing)


def _schools(pairs: Sequence[Turn]) -> int:
    """How many schools the figures are of."""
    return len({(now.school_name, now.group_name) for _, now in pairs})


def turned(view: View, before: store.Snapshot) -> dict[str, list[Turn]]:
    """The figures of schools that changed for good or bad, then and now, by kind (a key of `TURNS`).

    A figure with an unread file is never listed as worse. It is compared with that of the day of the former snapshot, for a
    deadline may have passed since.
    """
    then = facts_of(before, view.scope)
    old = {_place(row): row for row in _standing(view, before, min(then.as_of or then.read_on, view.on))}
    kpis = _kpis(view)
    turns: dict[str, list[Turn]] = {kind: [] for kind in TURNS}
    for now in _standing(view, view.snapshot, view.on):
        former, kpi = old.get(_place(now)), kpis.get((now.kpi, now.period))
        if former and kpi and (kind := _turn(former, now, kpi.require)):
            turns[kind].append((former, now))
    places = list(kpis)
    for rows in turns.values():
        rows.sort(key=lambda pair: (places.index((pair[1].kpi, pair[1].period)), pair[1].ord))
    return {kind: rows for kind, rows in turns.items() if rows}


def _kpis(view: View) -> dict[tuple[str, str], Kpi]:
    """The indicators of the view's periods that are not settled."""
    every = (row for period in view.periods for row in ask(view, Kpi, period=period.period))
    return {(row.kpi, row.period): row for row in every if not row.closed}


def _standing(view: View, snapshot: store.Snapshot, on: date) -> Sequence[SchoolStanding]:
    return answers(snapshot, view.scope, SchoolStanding, (("on", on), ("periods", view.period_ids)))


def _place(row: SchoolStanding) -> tuple[str, ...]:
    """The key of a figure over snapshots; ids hold within one snapshot only."""
    return row.kpi, row.period, row.school_name, row.group_name


def _turn(then: SchoolStanding, now: SchoolStanding, require: str) -> str | None:
    if now.status == "met":
        return "met" if then.status != "met" else None
    if words.is_unsure(now):
        return None
    if now.status == "no_data":
        return "silent" if then.status != "no_data" else None
    if now.status == "overdue" and then.status != "overdue":
        return "over" if require == "ceiling" else "overdue"
    if require == "ceiling" or then.counted is None:
        return None
    fewer = now.counted is not None and now.counted < then.counted
    return "fell" if then.status == "met" or fewer else None


def no_more_refused(view: View, before: store.Snapshot) -> list[RowToMend]:
    """The rows that the former snapshot rejected and this one does not: mended, or removed."""
    now = {row.row_key for row in answers(view.snapshot, view.scope, RowToMend)}
    return [row for row in answers(before, view.scope, RowToMend) if row.row_key not in now]


def gone(view: View, before: store.Snapshot) -> list[str]:
    """The files of which the former snapshot had rows and this one knows nothing; figures may have fallen by them."""
    inputs = answers(view.snapshot, view.scope, Input)
    now = {row.file for row in inputs if row.left_out != store.GONE}
    return sorted(
        {row.file for row in answers(before, view.scope, Input) if row.accepted and row.file not in now}
    )


def _gone(view: View, files: Sequence[str]) -> Markup:
    mark = anchor(view.link("data"), say("! {n} 個檔案不在了", n=words.number(len(files))), "fl")
    named = _first(files[:LISTED], len(files))
    because = say_markup("{files}：有些退步可能是因為少了這些檔案，不是學校的事。", files=named)
    return element("p", mark, " ", because)


def _turns(view: View, kind: str, pairs: Sequence[Turn]) -> Markup:
    """The paragraph on one kind of change: how many schools, and the first figures with links to the schools."""
    label, status = TURNS[kind]
    kpis = _kpis(view)
    links = [_moved(view, kpis[now.kpi, now.period], old, now) for old, now in pairs[:LISTED]]
    mark = element("span", say(label, n=words.number(_schools(pairs))), kind=f"tag t-{status}")
    return element("p", mark, " ", _first(links, len(pairs)))


def _first(listed: Sequence[str], many: int) -> Markup:
    """The listed texts or links, and how many more of `many` there are."""
    text, more = join([words.listing(listed)]), many - LISTED
    return say_markup("{text}，另有 {n} 項", text=text, n=words.number(more)) if more > 0 else text


def _moved(view: View, kpi: Kpi, old: SchoolStanding, now: SchoolStanding) -> Markup:
    """「深澳國小 A1、A2 14/15 → 15/15」."""
    link = anchor(view.link("school", school=now.school_name, kpi=now.kpi), now.school_name)
    return join([link, kpi.short, _figure(old, kpi.unit), "→", _figure(now, kpi.unit)], " ")


def _figure(row: SchoolStanding, unit: str) -> str:
    if row.counted is None:
        return "?"
    return words.number(row.counted) if row.required is None else words.pair(row.counted, row.required, unit)


def _mended(view: View, rows: Sequence[RowToMend]) -> Markup:
    many = Counter(row.school_name for row in rows)
    named = [(name, n) for name, n in many.items() if name]
    links: list[str] = [
        join([anchor(view.link("data", school=name), name), words.number(n)], " ")
        for name, n in named[:LISTED]
    ]
    links += [say("看不出學校的 {n}", n=words.number(many[None]))] if many[None] else []
    sentence = words.listing(links)
    if (left := len(named) - LISTED) > 0:
        sentence = say_markup("{text}，另有 {n} 校", text=sentence, n=words.number(left))
    mark = element("span", say("{n} 列不再被退回", n=words.number(len(rows))), kind="tag t-met")
    return element("p", mark, " ", sentence)


def _choices(view: View, before: store.Snapshot, stamps: Sequence[str], here: Here) -> Markup:
    """The links to the snapshots that can be compared, by their time."""
    choices = [
        (
            words.moment(datetime.strptime(stamp[:15], "%Y%m%dT%H%M%S"), view.year),
            here(since=stamp),
            stamp == before.stamp,
        )
        for stamp in stamps
    ]
    return element("div", parts.pills(choices, say("與哪一份快照比")), kind="onscreen")
