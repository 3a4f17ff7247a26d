"""The changes since a former snapshot, and its restoration.

Sudden jumps in the data are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from dashboard import warehouse as store
from dashboard.language import words
from dashboard.language.markup import BLANK, Markup, say_markup
from dashboard.language.texts import say
from dashboard.questions import View, answers, facts_of
from dashboard.rows import Facts, Kpi, Period, SourceTable, Total
from dashboard.ui.base import parts
from dashboard.ui.base.parts import element, heading
from dashboard.ui.base.screen import show
from dashboard.ui.base.table import Column, Table
from dashboard.ui.frame import freshness

# A table or figure that changes by more than this share at once is marked: a whole file may be missing or doubled.
JUMP = 0.2
Kept = tuple[store.Snapshot, Facts]


class Difference(NamedTuple):
    """A row count or a figure in the former snapshot and in the one that serves; None where it has none."""

    name: str
    old: int | None
    new: int | None

    @property
    def by(self) -> int | None:
        """The change; None where either has none."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def jump(self) -> str:
        """The remark on a sudden change; blank without one."""
        if self.by is None:
            return say("! 有無資料改變")
        if not self.old or abs(self.by) / abs(self.old) <= JUMP:
            return ""
        share = words.percent(abs(self.by), self.old, 0)
        return say("! 突增 {share}", share=share) if self.by > 0 else say("! 突減 {share}", share=share)


def former(view: View) -> store.Snapshot | None:
    """The snapshot that was published before the one that serves."""
    return next(iter(store.older(view.snapshot)), None)


def moved(view: View) -> list[Difference]:
    """The row counts and figures that differ from the former snapshot's, on the day of the view.

    Raises:
        NoSnapshot: there is none, or it cannot be read.
    """
    before = former(view)
    if before is None:
        raise store.NoSnapshot(say("這是第一份快照。"))
    old, new = _facts(view, before), _facts(view, view.snapshot)
    return [Difference(name, old.get(name), value) for name, value in new.items() if old.get(name) != value]


def write_section(view: View) -> None:
    """Write the changes since the former snapshot, and the kept snapshots."""
    show(changes(view) + download(view))
    kept(view)


def changes(view: View) -> Markup:
    """The table of the row counts and figures that differ from the former snapshot's."""
    title = say("與前一份快照相比")
    before = former(view)
    if before is None:
        return heading(title) + element("p", say("這是第一份快照。"))
    try:
        differences = moved(view)
        since = facts_of(before, view.scope).built_at
    except store.NoSnapshot:
        return heading(title) + parts.notice(
            say("前一份快照是別的版本做的"), say("無法比較；下一次更新後就會有。")
        )
    sentence = say(
        "{since} → {now}；增減超過 {share} 標「!」",
        since=words.moment(since, view.year),
        now=words.moment(view.facts.built_at, view.year),
        share=f"{JUMP:.0%}",
    )
    if not differences:
        return heading(title, sentence) + element("p", say("列數與數字都沒有變動。"))
    return heading(title, sentence) + _differing(differences).html()


def _differing(differences: Sequence[Difference]) -> Table[Difference]:
    def change(one: Difference) -> str:
        return words.change(one.by) if one.by is not None else "–"

    def remark(one: Difference) -> Markup:
        return element("span", one.jump, kind="tag t-behind") if one.jump else BLANK

    columns = [
        Column[Difference](say("項目"), lambda one: one.name, kind="l"),
        Column[Difference](say("前一份"), lambda one: one.old, lambda one: words.number(one.old, "–")),
        Column[Difference](say("這一份"), lambda one: one.new, lambda one: words.number(one.new, "–")),
        Column[Difference](say("增減"), lambda one: one.by, change),
        Column[Difference](say("備註"), lambda one: one.jump, remark, kind="l"),
    ]
    return Table(say("與前一份快照相比"), columns, differences)


def download(view: View) -> Markup:
    """The file of the differences; blank where there are none."""
    try:
        differences = moved(view)
    except store.NoSnapshot:
        return BLANK
    if not differences:
        return BLANK
    title = "_".join((say("與前一份快照的增減"), view.facts.title, words.file_day(view.on)))
    return _differing(differences).download(title)


def _facts(view: View, snapshot: store.Snapshot) -> dict[str, int | None]:
    values: dict[str, int | None] = {}
    for row in answers(snapshot, view.scope, SourceTable):
        values[say("{label} 採用列", label=row.label)] = row.accepted if row.supplied else None
        values[say("{label} 退回列", label=row.label)] = row.rejected if row.supplied else None
    for period in answers(snapshot, view.scope, Period):
        at = (("period", period.period),)
        kpis = {kpi.kpi: kpi for kpi in answers(snapshot, view.scope, Kpi, at)}
        for total in answers(snapshot, view.scope, Total, (("on", view.on), *at)):
            if total.level == "city":
                label = say("{label}（{note}）", label=kpis[total.kpi].short, note=period.label)
                values[say("{label} 計數", label=label)] = total.counted
                values[say("{label} 達標校數", label=label)] = total.schools_met
    return values


def kept(view: View) -> None:
    """Write the table of kept snapshots, and the button that restores one."""
    listed = snapshots(view)
    name = f"{listed.name}_{view.facts.title}_{words.file_day(view.on)}"
    show(heading(listed.name) + listed.html() + listed.download(name))
    restore(view)


def _readable(view: View) -> Sequence[Kept]:
    readable = []
    for one in store.kept(view.warehouse, view.programme):
        try:
            readable.append((one, facts_of(one, view.scope)))
        except store.NoSnapshot:
            continue
    return readable


def snapshots(view: View) -> Table[Kept]:
    """The table of the kept snapshots that can be read."""

    def state(one: Kept) -> str:
        return say("使用中") if one[0].stamp == view.snapshot.stamp else ""

    def mark(one: Kept) -> Markup:
        return element("b", state(one)) if state(one) else BLANK

    columns = [
        Column[Kept](say("時間"), lambda one: words.moment(one[1].built_at, view.year), kind="l"),
        Column[Kept](
            say("指紋"), _fingerprint, lambda one: element("span", _fingerprint(one), kind="mono"), "l"
        ),
        Column[Kept](say("狀態"), state, mark, "l"),
    ]
    return Table(say("留存的快照"), columns, lambda: _readable(view))


def _fingerprint(one: Kept) -> str:
    return words.fingerprint(one[1].fingerprint)


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
