"""What changed since the former snapshot, with sudden jumps marked, and letting a former one serve again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import warehouse as store
from dashboard.ui import frame, parts, words
from dashboard.ui.address import Row, View, _asked, facts_of
from dashboard.ui.parts import Cell, table, text

# A table or figure that moves by more than this share at once is worth a look: a whole file may be missing or doubled.
JUMP = 0.2


def former(seen: View) -> store.Snapshot | None:
    """The snapshot before the one that serves."""
    older = [one for one in store.kept(seen.warehouse, seen.programme) if one.stamp < seen.snapshot.stamp]
    return older[0] if older else None


def changes(seen: View) -> str:
    """Rows and figures of now beside those of the former snapshot, on the day that is shown; only what moved."""
    before = former(seen)
    if before is None:
        return "<p>這是第一份快照。</p>"
    try:
        old, new = _facts(seen, before), _facts(seen, seen.snapshot)
        since = facts_of(before, seen.scope).built_at
    except store.NoSnapshot:
        return parts.notice("前一份快照是別的版本做的", "無法比較；下一次更新後就會有。")
    moved = [(name, old.get(name), value) for name, value in new.items() if old.get(name) != value]
    span = f"{words.moment(since, seen.year)} → {words.moment(seen.facts.built_at, seen.year)}"
    head = f'<p class="sub">{span}；增減超過 {JUMP:.0%} 標「!」</p>'
    if not moved:
        return f"{head}<p>列數與數字都沒有變動。</p>"
    header = [Cell("項目", "l"), Cell("前一份"), Cell("這一份"), Cell("增減"), Cell("說明", "l")]
    return head + table("與前一份快照相比", header, [("", _line(*one)) for one in moved])


def _line(name: str, old: Any, new: Any) -> list[Cell]:
    by = None if old is None or new is None else new - old
    cells = [text(name, "l"), Cell(words.number(old, "–")), Cell(words.number(new, "–"))]
    return [*cells, Cell(words.change(by) if by is not None else "–"), Cell(_jump(old, by), "l")]


def _jump(old: Any, by: Any) -> str:
    if by is None:
        return '<span class="tag t-behind">! 有無資料改變</span>'
    if not old or abs(by) / abs(old) <= JUMP:
        return ""
    word = "突增" if by > 0 else "突減"
    return f'<span class="tag t-behind">! {word} {words.percent(abs(by), old, 0)}</span>'


def _facts(seen: View, snapshot: store.Snapshot) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in _asked(snapshot, seen.scope, "tables", ()):
        found[f"{row.label} 採用列"] = row.accepted if row.supplied else None
        found[f"{row.label} 退回列"] = row.rejected if row.supplied else None
    for period in _asked(snapshot, seen.scope, "periods", ()):
        at = (("period", period.period),)
        kpis: Mapping[str, Row] = {kpi.kpi: kpi for kpi in _asked(snapshot, seen.scope, "kpis", at)}
        for row in _asked(snapshot, seen.scope, "totals", (("on", seen.on), *at)):
            if row.level == "city":
                label = f"{kpis[row.kpi].short}（{period.label}）"
                found[f"{label} 計數"] = row.counted
                found[f"{label} 達標校數"] = row.schools_met
    return found


def listing(seen: View) -> str:
    """The snapshots that are kept, and which serves."""
    header = [Cell("時間", "l"), Cell("指紋", "l"), Cell("狀態", "l")]
    return table("快照", header, [("", _snapshot(seen, one)) for one in _readable(seen)])


def _readable(seen: View) -> Sequence[tuple[store.Snapshot, Row]]:
    found = []
    for one in store.kept(seen.warehouse, seen.programme):
        try:
            found.append((one, facts_of(one, seen.scope)))
        except store.NoSnapshot:
            continue
    return found


def _snapshot(seen: View, one: tuple[store.Snapshot, Row]) -> list[Cell]:
    snapshot, facts = one
    serves = snapshot.stamp == seen.snapshot.stamp
    return [
        text(words.moment(facts.built_at, seen.year), "l"),
        Cell(f'<span class="mono">{words.escape(words.fingerprint(str(facts.fingerprint)))}</span>', "l"),
        Cell("<b>使用中</b>" if serves else "", "l"),
    ]


def pinned(seen: View) -> str:
    """A notice where a former snapshot was restored."""
    found = store.pinned(seen.warehouse / seen.programme)
    if found is None:
        return ""
    told = f"由 {words.escape(found.by)} 於 {words.moment(found.at, seen.year)} 還原。自動更新暫停，按「立即更新」就恢復。"
    return parts.notice("目前是還原的快照", told, "warning")


def restore(seen: View) -> None:
    """Choosing a former snapshot and letting it serve; only for whoever may see every school."""
    others = {
        words.moment(facts.built_at, seen.year) + " · " + words.fingerprint(str(facts.fingerprint)): snapshot
        for snapshot, facts in _readable(seen)
        if snapshot.stamp != seen.snapshot.stamp
    }
    if seen.scope.school_ids is not None or not others:
        return
    with st.popover("還原前一份快照…"):
        chosen = st.radio("還原到", list(others), key=f"restore={seen.programme}={seen.snapshot.stamp}")
        st.html('<div class="kpi">所有人會看到那一份的數字；自動更新會暫停，直到有人按「立即更新」。</div>')
        if st.button("還原", type="primary"):
            try:
                store.restore(seen.warehouse, seen.programme, others[chosen].stamp, "「資料」頁的檢視者")
            except store.BuildError as error:
                frame.show(parts.notice("✕ 沒有還原", words.escape(error), "failed"))
                return
            st.rerun()
