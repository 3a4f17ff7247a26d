"""Meetings: freezing what is on the screen, showing it again for ever, and what became of what was decided.

A meeting's snapshot is held before the meeting is noted, and let go after it is removed: whatever fails in between costs
room and never a figure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from dashboard import access, questions
from dashboard import warehouse as store
from dashboard.charts.look import letters
from dashboard.exports import slide_pages as pages
from dashboard.exports import slides
from dashboard.exports.document import Cell, Column, Document, Slide, Table
from dashboard.exports.slide_facts import Choices
from dashboard.language.texts import later, say
from dashboard.language.words import SETTLED, due_day, listing, number
from dashboard.questions import View, ask
from dashboard.rows import Kpi, School, SchoolResult, Total
from dashboard.state import Decision, Meeting, Outcome, StateError
from dashboard.state.store import Store, may_see

# What became of a decision: the status whose colours it has, and the word.
BECAME = {
    "done": ("met", later("✓ 已完成")),
    "open": ("on_track", later("◐ 進行中")),
    "late": ("overdue", later("✕ 逾期未完成")),
    "unknown": ("no_data", later("? 缺資料")),
}
LINES, LETTERS = (
    14,
    27,
)  # of a slide's decisions: how many there are room for, and of what length in Chinese letters


def schools_of(view: View) -> Collection[str] | None:
    """The schools whose meetings and decisions may be seen; None is all."""
    return None if view.scope.whole else {row.name for row in ask(view, School)}


def freeze(
    state: Store, view: View, name: str, choices: Choices, group: str | None = None, school: str | None = None
) -> Meeting:
    """Freeze a view under a name: its snapshot and originals stay while the meeting does.

    It is compared with the meeting before it where no other day is chosen. What became of earlier decisions is frozen with
    it, as it is known now.

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
        view.period,
    )
    before = state.before(meeting)
    if meeting.versus is None and before and before[-1].on < meeting.on:
        meeting = replace(meeting, versus=before[-1].on)
    meeting = replace(meeting, carried=_carried(state, before, view))
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
    try:
        _let_go(state.warehouse, meeting)
    except StateError as error:
        raise StateError(say("會議已經移除，但是{why}", why=error)) from error


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
    mine = questions.within(snapshot, scope, meeting.group, meeting.school)
    return questions.unaddressed(snapshot, mine, meeting.on, meeting.versus, meeting.period)


def choices_of(meeting: Meeting) -> Choices:
    """How a meeting wants its slides."""
    return Choices(meeting.order, meeting.schools)


# What became of what was decided


def _carried(state: Store, before: Sequence[Meeting], view: View) -> tuple[Outcome, ...]:
    """What became of earlier meetings' decisions, the open ones first; a done one is listed once more."""
    carried = [one for meeting in before for one in meeting.carried]
    done = {one.decision.id for one in carried if one.kind == "done"}
    outcomes = [
        outcome(decision, view, meeting)
        for meeting in before
        for decision in state.decisions(meeting, None)
        if decision.id not in done
    ]
    return tuple(sorted(outcomes, key=lambda one: one.kind == "done"))


def outcome(decision: Decision, view: View, of: Meeting) -> Outcome:
    """The state of a decision on the day of a view, by the figures, else as a person noted by then.

    of: the meeting that took it, for its figure then.
    """
    is_closed = decision.done_on is not None and decision.done_on <= view.on
    if decision.kpi is None:
        return Outcome(decision, "done" if is_closed else _open(decision, view.on))
    row = _row(view, decision)
    try:
        then = _figure(_row(view_of(of, view.warehouse, view.scope), decision))
    except store.NoSnapshot:
        then = "?"
    if is_closed or (row and row.status in SETTLED):
        kind = "done"
    else:
        kind = "unknown" if row is None or row.status == "no_data" else _open(decision, view.on)
    return Outcome(decision, kind, then, _figure(row))


def _open(decision: Decision, on: date) -> str:
    return "late" if decision.until and decision.until < on else "open"


def _row(view: View, decision: Decision) -> SchoolResult | Total | None:
    """The figure that a decision is about: of a school, a group, or the whole."""
    periods = [one.period for one in view.all_periods if decision.period in (None, one.period)]
    for period in periods:
        asked: dict[str, object] = {"on": view.on, "period": period, "by_default": None}
        if decision.school:
            schools = ask(view, SchoolResult, **asked, group_id=None, school_id=None)
            rows: Sequence[SchoolResult | Total] = [
                row for row in schools if row.school_name == decision.school
            ]
        else:
            rows = [row for row in ask(view, Total, **asked) if (row.group_name or None) == decision.group]
        if row := next((row for row in rows if row.kpi == decision.kpi), None):
            return row
    return None


def _figure(row: SchoolResult | Total | None) -> str:
    if row is not None and row.counted is None and isinstance(row, Total) and row.schools_judged:
        return f"{number(row.schools_met)}/{number(row.schools_judged)} {say('校')}"
    if row is None or row.counted is None:
        return "?"
    return f"{number(row.counted)}/{number(row.required, '–')}"


def document(meeting: Meeting, view: View, schools: Collection[str] | None) -> Document:
    """The slides of a frozen meeting, what became of earlier decisions first.

    view: its own, see `view_of`. schools: those that the viewer may see, see `schools_of`.
    """
    choices = choices_of(meeting)
    carried = [one for one in meeting.carried if may_see(one.decision.school, schools)]
    return slides.document(view, choices, decided(carried, view, choices), meeting.name)


def group_document(
    state: Store, meeting: Meeting, view: View, group: str, schools: Collection[str] | None
) -> Document:
    """The slides of one group of a frozen meeting; no school of another group is named.

    They hold what it and earlier meetings decided about the group, its schools, or all.

    view: of the group's schools alone. schools: as in `document`.
    """
    choices = choices_of(meeting)
    names = {row.name for row in ask(view, School)}

    def is_theirs(decision: Decision) -> bool:
        if decision.school:
            return decision.school in names
        return decision.group in (None, group)

    noted = [one for one in state.decisions(meeting, schools) if is_theirs(one)]
    carried = [
        one for one in meeting.carried if is_theirs(one.decision) and may_see(one.decision.school, schools)
    ]
    first = [
        *decided([outcome(one, view, meeting) for one in noted], view, choices, is_own=True),
        *decided(carried, view, choices),
    ]
    return slides.document(view, choices, first, meeting.name)


def decided(
    outcomes: Sequence[Outcome], view: View, choices: Choices, *, is_own: bool = False
) -> list[Slide]:
    """The slides of what earlier meetings decided, done or not, or with `is_own` of what this one decided.

    No slide where nothing was decided.
    """
    columns = [
        Column(say("狀態"), 1.6),
        Column(say("決定"), 5.2),
        Column(say("負責"), 1.8),
        Column(say("期限"), 1.2, True),
        Column(say("當時 → 現在"), 1.8, True),
    ]
    hidden = _hidden(view, choices)
    parts: list[list[list[Cell]]] = []
    left = 0.0
    for one in outcomes:
        cells = _cells(one, view, hidden)
        need = max(1, -(-letters(cells[1].text) // LETTERS))
        if need > left:
            parts.append([])
            left = LINES
        parts[-1].append(cells)
        left -= need
    many = number(len(outcomes))
    done = sum(one.kind == "done" for one in outcomes)
    title = say("先前 {n} 項決定，{done} 項已完成", n=many, done=number(done))
    whole = Slide("decisions", say("先前的決定"), "", title)
    if is_own:
        whole = Slide("decided", say("這場的決定"), "", say("這場 {n} 項決定", n=many))
    every = [replace(whole, table=Table(columns, part)) for part in parts]
    return [one if not at else pages.further(one, at, len(every)) for at, one in enumerate(every)]


def _hidden(view: View, choices: Choices) -> set[str]:
    """The names of schools that a text must not hold: those out of scope, and where no school is named all."""
    every = questions.answers(view.snapshot, access.bureau(), School)
    mine = {row.school_id for row in ask(view, School)} if choices.schools else set()
    names = {name for row in every if row.school_id not in mine for name in (row.name, row.short)}
    return {name for name in names if len(name) > 1}


def _cells(one: Outcome, view: View, hidden: Collection[str]) -> list[Cell]:
    """A decision as cells; a text that holds one of the `hidden` names is not written out."""
    decision = one.decision
    status, label = BECAME[one.kind]
    about = [decision.school or decision.group or say("全市")]
    if decision.kpi:
        about.append(_short(view, decision.kpi))
    if about == [say("全市")]:
        what = decision.text
    else:
        what = say("{kpi}：{text}", kpi=listing(about), text=decision.text)
    texts = [what, decision.who or "–"]
    if any(name in text for name in hidden for text in texts):
        texts = [say("（內容寫到校名，這裡不寫出）"), "–"]
    moved = f"{one.then} → {one.now}" if one.then else "–"
    due = due_day(decision.until, view.on) if decision.until else "–"
    return [Cell(say(label), status), *map(Cell, texts), Cell(due), Cell(moved)]


def _short(view: View, kpi: str) -> str:
    """What an indicator is called in a line."""
    for period in view.all_periods:
        for row in ask(view, Kpi, period=period.period, by_default=None):
            if row.kpi == kpi:
                return row.short
    return kpi
