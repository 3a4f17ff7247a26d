"""Meetings: freezing what is on the screen, showing it again for ever, and what became of what was decided.

A meeting's snapshot is held before the meeting is noted, and let go after it is removed: whatever fails in between costs
room and never a figure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dashboard import access, questions
from dashboard import warehouse as store
from dashboard.exports import slides
from dashboard.exports.document import Cell, Column, Document, Slide, Table
from dashboard.exports.slide_facts import Choices
from dashboard.language.texts import later, say
from dashboard.language.words import due_day, number
from dashboard.questions import Row, View, ask
from dashboard.state import Decision, Meeting, StateError
from dashboard.state.store import Store

# What became of a decision: the status in whose colours it is told, and the word.
BECAME = {
    "done": ("met", later("✓ 已完成")),
    "open": ("on_track", later("◐ 進行中")),
    "late": ("overdue", later("✕ 逾期未完成")),
    "unknown": ("no_data", later("? 缺資料")),
}
LISTED = 10  # decisions of a slide


@dataclass(frozen=True)
class Became:
    """A decision, what became of it, and its figure then and now where it has one."""

    decision: Decision
    kind: str
    then: str = ""
    now: str = ""


def schools_of(view: View) -> Collection[str] | None:
    """The schools whose meetings and decisions may be seen; None is all."""
    return None if view.scope.whole else {row.name for row in ask(view, "schools")}


def freeze(
    state: Store, view: View, name: str, choices: Choices, group: str | None = None, school: str | None = None
) -> Meeting:
    """Freeze a view under a name: its snapshot and originals stay while the meeting does.

    Raises:
        StateError: the name is taken, or it cannot be written. NoSnapshot: the snapshot is gone.
    """
    meeting = Meeting(
        view.programme,
        name,
        view.snapshot.stamp,
        view.on,
        view.versus,
        group,
        school,
        choices.order,
        choices.schools,
    )
    try:
        store.hold(view.snapshot, meeting.id)
        return state.freeze(meeting, schools_of(view))
    except OSError as error:
        raise StateError(say("快照留存處寫不進去，會議沒有凍結。請檢查權限與磁碟空間。")) from error
    except BaseException:
        _let_go(view.warehouse, meeting)
        raise


def remove(state: Store, meeting: Meeting, schools: Collection[str] | None = ()) -> None:
    """Remove a meeting; its snapshot goes with the next build unless another meeting needs it."""
    state.remove(meeting, schools)
    _let_go(state.warehouse, meeting)


def hold_all(state: Store, programmes: Sequence[str]) -> list[Meeting]:
    """Hold the snapshots of all meetings and no others, as after a backup was put back; gives those that are gone."""
    gone = []
    for programme in programmes:
        every = state.meetings(programme, None)
        store.hold_only(state.warehouse / programme, {(one.stamp, one.id) for one in every})
        for meeting in every:
            try:
                store.hold(snapshot_of(meeting, state.warehouse), meeting.id)
            except store.NoSnapshot:
                gone.append(meeting)
    return gone


def _let_go(warehouse: Path, meeting: Meeting) -> None:
    try:
        store.let_go(warehouse / meeting.programme, meeting.stamp, meeting.id)
    except OSError as error:
        raise StateError(say("快照的留存記號移除不了；請檢查快照資料夾的權限。")) from error


def snapshot_of(meeting: Meeting, warehouse: Path) -> store.Snapshot:
    """The snapshot that a meeting froze, whether it is there or not."""
    return store.Snapshot(warehouse / meeting.programme / f"{meeting.stamp}.duckdb", meeting.stamp)


def view_of(meeting: Meeting, warehouse: Path, scope: access.Scope) -> View:
    """What a meeting froze, within the scope of the viewer.

    Raises:
        NoSnapshot: its snapshot is gone or cannot be read; no other figures are shown in its place.
    """
    snapshot = snapshot_of(meeting, warehouse)
    if not snapshot.path.is_file():
        text = say(
            "會議「{name}」凍結的快照（{stamp}）不在這裡了，所以不顯示數字；由備份放回那個檔案與 SHA256SUMS 的那一行即可。",
            name=meeting.name,
            stamp=meeting.stamp,
        )
        raise store.NoSnapshot(text)
    store.check(snapshot)
    return questions.unaddressed(snapshot, _within(snapshot, meeting, scope), meeting.on, meeting.versus)


def _within(snapshot: store.Snapshot, meeting: Meeting, scope: access.Scope) -> access.Scope:
    if meeting.group is None and meeting.school is None:
        return scope
    schools = questions.answers(snapshot, scope, "schools", ())
    mine = [one for one in schools if meeting.school == one.name or meeting.group == one.group_name]
    label = meeting.school or meeting.group or ""
    return access.Scope(label, tuple(one.school_id for one in mine), scope.names)


def choices_of(meeting: Meeting) -> Choices:
    """How a meeting wants its slides."""
    return Choices(meeting.order, meeting.schools)


# What became of what was decided


def carried(state: Store, meeting: Meeting, view: View) -> list[Became]:
    """What earlier meetings decided, as it stands in this one: by the figures, else as a person noted."""
    before = {one.id: one for one in state.meetings(meeting.programme, None)}
    items = state.carried(meeting, schools_of(view))
    return [became(one, view, before.get(one.meeting)) for one in items]


def became(decision: Decision, view: View, of: Meeting | None = None) -> Became:
    """How a decision stands on the day of a view; `of` is the meeting that took it, for its figure then."""
    if decision.kpi is None:
        return Became(decision, "done" if decision.done_on else _open(decision, view.on))
    row = _row(view, decision)
    now = _figure(row)
    then = ""
    if of is not None:
        try:
            then = _figure(_row(view_of(of, view.warehouse, view.scope), decision))
        except store.NoSnapshot:
            then = "?"
    if row is None or row.status == "no_data":
        return Became(decision, "done" if decision.done_on else "unknown", then, now)
    kind = "done" if row.status in ("met", "exempt") or decision.done_on else _open(decision, view.on)
    return Became(decision, kind, then, now)


def _open(decision: Decision, on: date) -> str:
    return "late" if decision.until and decision.until < on else "open"


def _row(view: View, decision: Decision) -> Row | None:
    """The figure that a decision is about: of a school, a group, or the whole."""
    periods = [one.period for one in view.all_periods if decision.period in (None, one.period)]
    for period in periods:
        if decision.school:
            rows = ask(
                view,
                "school_results",
                on=view.on,
                period=period,
                group_id=None,
                school_id=None,
                by_default=None,
            )
            rows = [row for row in rows if row.school_name == decision.school]
        else:
            rows = ask(view, "totals", on=view.on, period=period, by_default=None)
            rows = [row for row in rows if (row.group_name or None) == decision.group]
        if row := next((row for row in rows if row.kpi == decision.kpi), None):
            return row
    return None


def _figure(row: Row | None) -> str:
    if row is None or (row.counted is None and not getattr(row, "schools_judged", None)):
        return "?"
    if row.counted is None:
        return f"{number(row.schools_met)}/{number(row.schools_judged)} {say('校')}"
    return f"{number(row.counted)}/{number(row.required, '–')}"


def document(state: Store, meeting: Meeting, view: View) -> Document:
    """The slides of a frozen meeting, what became of the decisions before it first; `view` is its own."""
    choices = choices_of(meeting)
    first = slide(carried(state, meeting, view), view, choices)
    return slides.document(view, choices, [first] if first else [], meeting.name)


def slide(items: Sequence[Became], view: View, choices: Choices) -> Slide | None:
    """The first slide of the next meeting: done or not. None where nothing was decided."""
    if not items:
        return None
    names = [row.name for row in ask(view, "schools")]
    columns = [
        Column(say("狀態"), 1.6),
        Column(say("決定"), 5.2),
        Column(say("負責"), 1.8),
        Column(say("期限"), 1.2, True),
        Column(say("當時 → 現在"), 1.8, True),
    ]
    rows = []
    for one in items[:LISTED]:
        status, text = BECAME[one.kind]
        moved = f"{one.then} → {one.now}" if one.then else one.now or "–"
        until = one.decision.until
        texts = [_about(one.decision), one.decision.who or "–"]
        if not choices.schools and any(name in text for name in names for text in texts):
            texts = [say("（內容寫到校名，這裡不寫出）"), "–"]
        due = due_day(until, view.on) if until else "–"
        rows.append([Cell(say(text), status), Cell(texts[0]), Cell(texts[1]), Cell(due), Cell(moved)])
    done = sum(one.kind == "done" for one in items)
    title = say("上次 {n} 項決定，{done} 項已完成", n=number(len(items)), done=number(done))
    more = len(items) - LISTED
    lines = [say("另有 {n} 項，見會議頁。", n=number(more))] if more > 0 else []
    return Slide("decisions", say("上次的決定"), "", title, table=Table(columns, rows), lines=lines)


def _about(decision: Decision) -> str:
    where = decision.school or decision.group
    return say("{kpi}：{told}", kpi=where, told=decision.text) if where else decision.text
