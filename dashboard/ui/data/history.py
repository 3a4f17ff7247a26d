"""The changes since a former snapshot, and its restoration.

Sudden jumps in the data are marked; schools are listed that crossed a threshold or fell back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import streamlit as st

from dashboard import warehouse as store
from dashboard.language import words
from dashboard.language.markup import BLANK, Markup, say_markup
from dashboard.language.texts import later, say
from dashboard.questions import View, answers, ask, facts_of
from dashboard.rows import Input, Kpi, Period, RowToMend, SchoolStanding, SourceTable, Total
from dashboard.ui.base import downloads, figures, parts
from dashboard.ui.base.parts import Cell, anchor, table, text
from dashboard.ui.base.screen import show
from dashboard.ui.frame import freshness

Row = Any

# A table or figure that changes by more than this share at once is marked: a whole file may be missing or doubled.
JUMP = 0.2
KEPT = (later("時間"), later("指紋"), later("狀態"))
# The kinds of changes of a school's figure since a former snapshot: label, and the status that gives the colour.
TURNS = {
    "met": (later("{n} 校新達標"), "met"),
    "overdue": (later("{n} 校新逾期未達"), "overdue"),
    "over": (later("{n} 校新超出上限"), "overdue"),
    "fell": (later("{n} 校退步"), "behind"),
    "silent": (later("{n} 校變成未填報"), "no_data"),
}
LISTED = 10  # figures or schools named of each kind
HEADER = (later("項目"), later("前一份"), later("這一份"), later("增減"), later("備註"))


def former(view: View) -> store.Snapshot | None:
    """The snapshot that was published before the one that serves."""
    return next(iter(store.older(view.snapshot)), None)


def moved(view: View) -> list[tuple[str, Any, Any]]:
    """The row counts and figures that differ from the former snapshot's, on the day of the view: name, then, now.

    Raises:
        NoSnapshot: there is none, or it cannot be read.
    """
    before = former(view)
    if before is None:
        raise store.NoSnapshot(say("這是第一份快照。"))
    old, new = _facts(view, before), _facts(view, view.snapshot)
    return [(name, old.get(name), value) for name, value in new.items() if old.get(name) != value]


def write_section(view: View) -> None:
    """Write the changes since the former snapshot, and the kept snapshots."""
    show(changes(view) + download(view))
    kept(view)


def changes(view: View) -> Markup:
    """The table of the row counts and figures that differ from the former snapshot's."""
    title = f"<h2>{say('與前一份快照相比')}</h2>"
    before = former(view)
    if before is None:
        return Markup(f"{title}<p>{say('這是第一份快照。')}</p>")
    try:
        differences = moved(view)
        since = facts_of(before, view.scope).built_at
    except store.NoSnapshot:
        return Markup(title) + parts.notice(
            say("前一份快照是別的版本做的"), say("無法比較；下一次更新後就會有。")
        )
    sentence = say(
        "{since} → {now}；增減超過 {share} 標「!」",
        since=words.moment(since, view.year),
        now=words.moment(view.facts.built_at, view.year),
        share=f"{JUMP:.0%}",
    )
    head = f'{title}<p class="sub">{sentence}</p>'
    if not differences:
        return Markup(f"{head}<p>{say('列數與數字都沒有變動。')}</p>")
    names = [Cell(say(name), "" if 0 < at < 4 else "l") for at, name in enumerate(HEADER)]
    return Markup(head) + table(say("與前一份快照相比"), names, [("", _line(*one)) for one in differences])


def _line(name: str, old: Any, new: Any) -> list[Cell]:
    by = _by(old, new)
    cells = [text(name, "l"), Cell(words.number(old, "–")), Cell(words.number(new, "–"))]
    jump = _jump(old, by)
    marked = parts.element("span", jump, kind="tag t-behind") if jump else ""
    return [*cells, Cell(words.change(by) if by is not None else "–"), Cell(marked, "l")]


def _by(old: Any, new: Any) -> Any:
    return None if old is None or new is None else new - old


def _jump(old: Any, by: Any) -> str:
    if by is None:
        return say("! 有無資料改變")
    if not old or abs(by) / abs(old) <= JUMP:
        return ""
    share = words.percent(abs(by), old, 0)
    return say("! 突增 {share}", share=share) if by > 0 else say("! 突減 {share}", share=share)


def download(view: View) -> Markup:
    """The file of the differences; blank where there are none."""
    try:
        differences = moved(view)
    except store.NoSnapshot:
        return BLANK
    if not differences:
        return BLANK
    rows = [[name, old, new, _by(old, new), _jump(old, _by(old, new))] for name, old, new in differences]
    title = "_".join((say("與前一份快照的增減"), view.facts.title, words.file_day(view.on)))
    return downloads.download(title, [say(one) for one in HEADER], lambda: rows)


def _facts(view: View, snapshot: store.Snapshot) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for row in answers(snapshot, view.scope, SourceTable):
        values[say("{label} 採用列", label=row.label)] = row.accepted if row.supplied else None
        values[say("{label} 退回列", label=row.label)] = row.rejected if row.supplied else None
    for period in answers(snapshot, view.scope, Period):
        at = (("period", period.period),)
        kpis: Mapping[str, Row] = {kpi.kpi: kpi for kpi in answers(snapshot, view.scope, Kpi, at)}
        for total in answers(snapshot, view.scope, Total, (("on", view.on), *at)):
            if total.level == "city":
                label = say("{label}（{note}）", label=kpis[total.kpi].short, note=period.label)
                values[say("{label} 計數", label=label)] = total.counted
                values[say("{label} 達標校數", label=label)] = total.schools_met
    return values


def kept(view: View) -> None:
    """Write the table of kept snapshots, and the button that restores one."""
    title, header = say("留存的快照"), [say(name) for name in KEPT]
    lines = [("", _snapshot(view, one)) for one in _readable(view)]
    name = f"{title}_{view.facts.title}_{words.file_day(view.on)}"
    saved = downloads.download(name, header, lambda: listed(view))
    show(parts.element("h2", title) + table(title, [Cell(name, "l") for name in header], lines) + saved)
    restore(view)


def _readable(view: View) -> Sequence[tuple[store.Snapshot, Row]]:
    readable = []
    for one in store.kept(view.warehouse, view.programme):
        try:
            readable.append((one, facts_of(one, view.scope)))
        except store.NoSnapshot:
            continue
    return readable


def _snapshot(view: View, one: tuple[store.Snapshot, Row]) -> list[Cell]:
    snapshot, facts = one
    serves = snapshot.stamp == view.snapshot.stamp
    return [
        text(words.moment(facts.built_at, view.year), "l"),
        Cell(parts.element("span", words.fingerprint(str(facts.fingerprint)), kind="mono"), "l"),
        Cell(parts.element("b", say("使用中")) if serves else "", "l"),
    ]


def listed(view: View) -> list[list[str]]:
    """The rows of the kept snapshots' file, in the order of `KEPT`."""
    return [
        [
            words.moment(facts.built_at, view.year),
            words.fingerprint(str(facts.fingerprint)),
            say("使用中") if snapshot.stamp == view.snapshot.stamp else "",
        ]
        for snapshot, facts in _readable(view)
    ]


def pinned(view: View) -> Markup:
    """The notice that a former snapshot was restored, else blank."""
    pin = store.pinned(view.warehouse / view.programme)
    if pin is None:
        return BLANK
    sentence = say(
        "由 {by} 於 {day} 還原。自動更新暫停，按「立即更新」就恢復。",
        by=say(pin.by),
        day=words.moment(pin.at, view.year),
    )
    return parts.notice(say("目前是還原的快照"), sentence, "warning")


def restore(view: View) -> None:
    """Write the choice of a former snapshot and the button that restores it, for viewers of every school."""
    if not view.scope.whole:
        return
    others = {
        words.moment(facts.built_at, view.year) + " · " + words.fingerprint(str(facts.fingerprint)): snapshot
        for snapshot, facts in _readable(view)
        if snapshot.stamp != view.snapshot.stamp
    }
    if not others:
        return
    with st.popover(say("還原前一份快照…")):
        chosen = st.radio(say("還原到"), list(others), key=f"restore={view.programme}={view.snapshot.stamp}")
        show(say_markup("所有人會看到那一份的數字；自動更新會暫停，直到有人按「立即更新」。"))
        if st.button(say("還原"), type="primary"):
            try:
                store.restore(view.warehouse, view.programme, others[chosen].stamp, freshness.VIEWER)
            except store.BuildError as error:
                show(parts.notice(say("✕ 沒有還原"), parts.stored(str(error)), "failed"))
                return
            st.rerun()


# Since the last update, or since another snapshot


def since(view: View, asked: str | None, here: Callable[..., str]) -> Markup:
    """The changes since the snapshot before, or since the one that the address names.

    They are schools that crossed a threshold or fell back, files that are gone, and rows no longer rejected. Blank where
    no snapshot can be compared, and on any other day than today.
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
            build=lambda: _since(view, before, stamps, asked, here),
        )
    except store.NoSnapshot:
        return BLANK
    assert isinstance(markup, Markup)
    return markup


def _since(
    view: View, before: store.Snapshot, stamps: Sequence[str], asked: str | None, here: Callable[..., str]
) -> Markup:
    then = facts_of(before, view.scope)
    turns, mended, lost = turned(view, before), no_more_refused(view, before), gone(view, before)
    name = say("自上次更新") if before.stamp == stamps[0] else say("自選定的快照")
    when = say("{name}（{time}）", name=f"<b>{name}</b>", time=words.moment(then.built_at, view.year))
    many = {
        kind: len({(new.school_name, new.group_name) for _, new in pairs}) for kind, pairs in turns.items()
    }
    facts = [say("{n} 個檔案不在了", n=words.number(len(lost)))] if lost else []
    facts += [say(TURNS[kind][0], n=words.number(n)) for kind, n in many.items()]
    facts += [say("{n} 列不再被退回", n=words.number(len(mended)))] if mended else []
    nothing = say("沒有學校跨過門檻或退步，也沒有列改好")
    line = say("{when}：{text}。", when=when, text=words.listing(facts) if facts else nothing)
    lines = [_gone(view, lost)] if lost else []
    lines += [_turns(view, kind, pairs) for kind, pairs in turns.items()]
    lines += [_mended(view, mended)] if mended else []
    if then.definition != view.facts.definition:
        lines.append(f'<p class="foot">{say("這之間定義檔改過，有些變動可能來自定義。")}</p>')
    if len(stamps) > 1:
        lines.append(_choices(view, before, stamps, here))
    if not lines:
        return Markup(f'<p class="sub">{line}</p>')
    opened = " open" if asked == before.stamp else ""
    return Markup(f'<details class="more since"{opened}><summary>{line}</summary>{"".join(lines)}</details>')


def turned(view: View, before: store.Snapshot) -> dict[str, list[tuple[Row, Row]]]:
    """The figures of schools that changed for good or bad, then and now, by kind (a key of `TURNS`).

    A figure with an unread file is never listed as worse. It is compared with that of the day of the former snapshot, for a
    deadline may have passed since.
    """
    then = facts_of(before, view.scope)
    old = {_place(row): row for row in _standing(view, before, min(then.as_of or then.read_on, view.on))}
    kpis = _kpis(view)
    turns: dict[str, list[tuple[Row, Row]]] = {kind: [] for kind in TURNS}
    for new in _standing(view, view.snapshot, view.on):
        former, kpi = old.get(_place(new)), kpis.get((new.kpi, new.period))
        if former and kpi and (kind := _turn(former, new, kpi.require)):
            turns[kind].append((former, new))
    places = list(kpis)
    for rows in turns.values():
        rows.sort(key=lambda pair: (places.index((pair[1].kpi, pair[1].period)), pair[1].ord))
    return {kind: rows for kind, rows in turns.items() if rows}


def _kpis(view: View) -> dict[tuple[str, str], Row]:
    """The indicators of the view's periods that are not settled."""
    every = (row for period in view.periods for row in ask(view, Kpi, period=period.period))
    return {(row.kpi, row.period): row for row in every if not row.closed}


def _standing(view: View, snapshot: store.Snapshot, on: date) -> Sequence[Row]:
    return answers(snapshot, view.scope, SchoolStanding, (("on", on), ("periods", view.period_ids)))


def _place(row: Row) -> tuple[str, ...]:
    """The key of a figure over snapshots; ids hold within one snapshot only."""
    return row.kpi, row.period, row.school_name, row.group_name


def _turn(then: Row, now: Row, require: str) -> str | None:
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
    return "fell" if then.status == "met" or now.counted < then.counted else None


def no_more_refused(view: View, before: store.Snapshot) -> list[Row]:
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


def _gone(view: View, files: Sequence[str]) -> str:
    named = _first(list(map(words.escape, files[:LISTED])), len(files))
    mark = anchor(view.link("data"), say("! {n} 個檔案不在了", n=words.number(len(files))), "fl")
    return f"<p>{mark} {say('{files}：有些退步可能是因為少了這些檔案，不是學校的事。', files=named)}</p>"


def _turns(view: View, kind: str, pairs: Sequence[tuple[Row, Row]]) -> str:
    """The paragraph on one kind of change: how many schools, and the first figures with links to the schools."""
    label, status = TURNS[kind]
    schools = {(new.school_name, new.group_name) for _, new in pairs}
    kpis = _kpis(view)
    links = [_moved(view, kpis[new.kpi, new.period], old, new) for old, new in pairs[:LISTED]]
    mark = f'<span class="tag t-{status}">{say(label, n=words.number(len(schools)))}</span>'
    return f"<p>{mark} {_first(links, len(pairs))}</p>"


def _first(links: list[str], many: int) -> str:
    """The listed links, and how many more of `many` there are."""
    listed = words.listing(links)
    more = many - LISTED
    return say("{text}，另有 {n} 項", text=listed, n=words.number(more)) if more > 0 else listed


def _moved(view: View, kpi: Row, old: Row, new: Row) -> str:
    """「深澳國小 A1、A2 14/15 → 15/15」."""
    link = anchor(view.link("school", school=new.school_name, kpi=new.kpi), words.escape(new.school_name))
    return f"{link} {words.escape(kpi.short)} {_figure(old, kpi.unit)} → {_figure(new, kpi.unit)}"


def _figure(row: Row, unit: str) -> str:
    if row.counted is None:
        return "?"
    return words.number(row.counted) if row.required is None else words.pair(row.counted, row.required, unit)


def _mended(view: View, rows: Sequence[Row]) -> str:
    many = Counter(row.school_name for row in rows)
    named = [(name, n) for name, n in many.items() if name]
    links = [
        f"{anchor(view.link('data', school=name), words.escape(name))} {words.number(n)}"
        for name, n in named[:LISTED]
    ]
    links += [say("看不出學校的 {n}", n=words.number(many[None]))] if many[None] else []
    sentence = words.listing(links)
    if (left := len(named) - LISTED) > 0:
        sentence = say("{text}，另有 {n} 校", text=sentence, n=words.number(left))
    mark = f'<span class="tag t-met">{say("{n} 列不再被退回", n=words.number(len(rows)))}</span>'
    return f"<p>{mark} {sentence}</p>"


def _choices(view: View, before: store.Snapshot, stamps: Sequence[str], here: Callable[..., str]) -> str:
    """The links to the snapshots that can be compared, by their time."""
    choices = [
        (
            words.moment(datetime.strptime(stamp[:15], "%Y%m%dT%H%M%S"), view.year),
            here(since=stamp),
            stamp == before.stamp,
        )
        for stamp in stamps
    ]
    return f'<div class="onscreen">{parts.pills(choices, say("與哪一份快照比"))}</div>'
