"""What changed since the former snapshot, with sudden jumps marked, and letting a former one serve again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import warehouse as store
from dashboard.ui import frame, freshness, parts, words
from dashboard.ui.address import Row, View, _asked, facts_of
from dashboard.ui.parts import Cell, table, text
from dashboard.ui.screen import show
from dashboard.ui.texts import later, say

# A table or figure that moves by more than this share at once is worth a look: a whole file may be missing or doubled.
JUMP = 0.2
KEPT = (later("時間"), later("指紋"), later("狀態"))
HEADER = (later("項目"), later("前一份"), later("這一份"), later("增減"), later("備註"))


def former(seen: View) -> store.Snapshot | None:
    """The snapshot that was published before the one that serves."""
    return next(iter(store.older(seen.snapshot)), None)


def moved(seen: View) -> list[tuple[str, Any, Any]]:
    """What has other rows or another figure than in the former snapshot, on the day that is shown: then and now.

    Raises:
        NoSnapshot: there is none, or it cannot be read.
    """
    before = former(seen)
    if before is None:
        raise store.NoSnapshot(say("這是第一份快照。"))
    old, new = _facts(seen, before), _facts(seen, seen.snapshot)
    return [(name, old.get(name), value) for name, value in new.items() if old.get(name) != value]


def shown(seen: View) -> None:
    """What moved since the former snapshot, and the snapshots that are kept."""
    show(changes(seen) + download(seen))
    kept(seen)


def changes(seen: View) -> str:
    """Rows and figures of now beside those of the former snapshot; only what moved."""
    title = f"<h2>{say('與前一份快照相比')}</h2>"
    before = former(seen)
    if before is None:
        return f"{title}<p>{say('這是第一份快照。')}</p>"
    try:
        found = moved(seen)
        since = facts_of(before, seen.scope).built_at
    except store.NoSnapshot:
        return title + parts.notice(say("前一份快照是別的版本做的"), say("無法比較；下一次更新後就會有。"))
    told = say(
        "{since} → {now}；增減超過 {share} 標「!」",
        since=words.moment(since, seen.year),
        now=words.moment(seen.facts.built_at, seen.year),
        share=f"{JUMP:.0%}",
    )
    head = f'{title}<p class="sub">{told}</p>'
    if not found:
        return f"{head}<p>{say('列數與數字都沒有變動。')}</p>"
    names = [Cell(say(name), "" if 0 < at < 4 else "l") for at, name in enumerate(HEADER)]
    return head + table(say("與前一份快照相比"), names, [("", _line(*one)) for one in found])


def _line(name: str, old: Any, new: Any) -> list[Cell]:
    by = _by(old, new)
    cells = [text(name, "l"), Cell(words.number(old, "–")), Cell(words.number(new, "–"))]
    jump = _jump(old, by)
    marked = f'<span class="tag t-behind">{jump}</span>' if jump else ""
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


def download(seen: View) -> str:
    """What moved, as a file; nothing where nothing did."""
    try:
        found = moved(seen)
    except store.NoSnapshot:
        return ""
    if not found:
        return ""
    rows = [[name, old, new, _by(old, new), _jump(old, _by(old, new))] for name, old, new in found]
    title = "_".join((say("與前一份快照的增減"), seen.facts.title, words.file_day(seen.on)))
    return frame.download(title, [say(one) for one in HEADER], lambda: rows)


def _facts(seen: View, snapshot: store.Snapshot) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in _asked(snapshot, seen.scope, "tables", ()):
        found[say("{label} 採用列", label=row.label)] = row.accepted if row.supplied else None
        found[say("{label} 退回列", label=row.label)] = row.rejected if row.supplied else None
    for period in _asked(snapshot, seen.scope, "periods", ()):
        at = (("period", period.period),)
        kpis: Mapping[str, Row] = {kpi.kpi: kpi for kpi in _asked(snapshot, seen.scope, "kpis", at)}
        for row in _asked(snapshot, seen.scope, "totals", (("on", seen.on), *at)):
            if row.level == "city":
                label = say("{label}（{note}）", label=kpis[row.kpi].short, note=period.label)
                found[say("{label} 計數", label=label)] = row.counted
                found[say("{label} 達標校數", label=label)] = row.schools_met
    return found


def kept(seen: View) -> None:
    """The snapshots that are kept, and which serves; another of them can be restored."""
    title, header = say("留存的快照"), [say(name) for name in KEPT]
    lines = [("", _snapshot(seen, one)) for one in _readable(seen)]
    name = f"{title}_{seen.facts.title}_{words.file_day(seen.on)}"
    saved = frame.download(name, header, lambda: listed(seen))
    show(f"<h2>{title}</h2>{table(title, [Cell(name, 'l') for name in header], lines)}{saved}")
    restore(seen)


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
        Cell(f"<b>{say('使用中')}</b>" if serves else "", "l"),
    ]


def listed(seen: View) -> list[list[str]]:
    """The same as plain texts, as the download writes them."""
    return [
        [
            words.moment(facts.built_at, seen.year),
            words.fingerprint(str(facts.fingerprint)),
            say("使用中") if snapshot.stamp == seen.snapshot.stamp else "",
        ]
        for snapshot, facts in _readable(seen)
    ]


def pinned(seen: View) -> str:
    """A notice where a former snapshot was restored."""
    found = store.pinned(seen.warehouse / seen.programme)
    if found is None:
        return ""
    told = say(
        "由 {by} 於 {day} 還原。自動更新暫停，按「立即更新」就恢復。",
        by=words.escape(say(found.by)),
        day=words.moment(found.at, seen.year),
    )
    return parts.notice(say("目前是還原的快照"), told, "warning")


def restore(seen: View) -> None:
    """Choosing a former snapshot and letting it serve; only for whoever may see every school."""
    if not seen.scope.whole:
        return
    others = {
        words.moment(facts.built_at, seen.year) + " · " + words.fingerprint(str(facts.fingerprint)): snapshot
        for snapshot, facts in _readable(seen)
        if snapshot.stamp != seen.snapshot.stamp
    }
    if not others:
        return
    with st.popover(say("還原前一份快照…")):
        chosen = st.radio(say("還原到"), list(others), key=f"restore={seen.programme}={seen.snapshot.stamp}")
        show(say("所有人會看到那一份的數字；自動更新會暫停，直到有人按「立即更新」。"))
        if st.button(say("還原"), type="primary"):
            try:
                store.restore(seen.warehouse, seen.programme, others[chosen].stamp, freshness.VIEWER)
            except store.BuildError as error:
                show(parts.notice(say("✕ 沒有還原"), parts.stored(str(error)), "failed"))
                return
            st.rerun()
