"""Meetings: freezing what is on the screen, noting what is decided, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from dashboard import meetings
from dashboard import warehouse as store
from dashboard.exports import slide_facts
from dashboard.language import words
from dashboard.language.texts import later, say
from dashboard.language.words import escape, full_day, moment, number, written_day
from dashboard.meetings import BECAME, Became
from dashboard.questions import View, ask
from dashboard.state import Decision, Meeting, StateError
from dashboard.ui import parts, presenting
from dashboard.ui.address import asked
from dashboard.ui.frame import download
from dashboard.ui.parts import Cell, anchor, table, text
from dashboard.ui.screen import show

MEETINGS = (later("會議"), later("截至"), later("比較"), later("範圍"), later("快照"), later("簡報"))
DECISIONS = (later("狀態"), later("關於"), later("決定"), later("負責"), later("期限"), later("當時 → 現在"))
MOST = 20  # open decisions that can be closed one by one


@dataclass(frozen=True)
class Board:
    """What is on the page: all meetings, the chosen one with its figures, and what became of decisions.

    fault: why nothing can be read, or why the chosen meeting has no figures.
    """

    every: Sequence[Meeting] = ()
    meeting: Meeting | None = None
    decided: Sequence[Became] = ()
    carried: Sequence[Became] = ()
    fault: str = ""


def read(request: View) -> Board:
    """All of it; what cannot be read is said, and the page stays."""
    state = presenting.store_of(request)
    try:
        every = state.meetings(request.programme, meetings.schools_of(request))
        wanted = asked("meeting")
        meeting = next((one for one in every if one.name == wanted), every[-1] if every else None)
        if meeting is None:
            return Board()
        missing = (
            say("找不到會議「{name}」，以下是「{shown}」。", name=wanted, shown=meeting.name)
            if wanted not in (None, meeting.name)
            else ""
        )
        noted = state.decisions(meeting, meetings.schools_of(request))
        try:
            view = presenting.frozen(request, meeting)
        except store.NoSnapshot as error:
            return Board(every, meeting, [Became(one, "unknown") for one in noted], (), str(error))
        # How it stands now, and not on the day of the meeting: whether it is done is what one comes back for.
        decided = [meetings.became(one, request, meeting) for one in noted]
        return Board(every, meeting, decided, meetings.carried(state, meeting, view), missing)
    except StateError as error:
        return Board(fault=str(error))


def lead(board: Board) -> str:
    """How many meetings there are."""
    if not board.every:
        return say("還沒有凍結任何會議。凍結之後，那一場的數字永遠不變；之後的資料另外標示，不會混進去。")
    return say("凍結了 {n} 場會議；每一場的數字永遠是那一天的。", n=number(len(board.every)))


def troubles(board: Board) -> list[str]:
    """What keeps the page from showing something, as quiet lines."""
    return [f'<span class="warn">! {escape(board.fault)}</span>'] if board.fault else []


def freeze(request: View) -> None:
    """The form that freezes what is on the screen."""
    versus = (
        say("與 {day} 相比", day=written_day(request.versus)) if request.versus else say("與上次會議相比")
    )
    show(
        f"<h2>{say('凍結此刻')}</h2>"
        f'<p class="sub">{say("截至")} {full_day(request.on)} · {versus} · {say("資料快照")} {moment(request.facts.built_at, request.year)}</p>'
    )
    with st.form("freeze", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            say("會議名稱"), placeholder=say("例如：111-11 月校長會議"), max_chars=80, width=320
        )
        group, school = _scope(request, say("範圍"))
        orders = [say(label) for label in slide_facts.ORDERS.values()]
        order = st.selectbox(
            say("順序"), orders, index=list(slide_facts.ORDERS).index(presenting.choices().order), width=180
        )
        named = st.checkbox(say("寫出校名"), value=presenting.choices().schools)
        sent = st.form_submit_button(say("凍結"), type="primary")
    if not sent:
        return
    choice = slide_facts.Choices(list(slide_facts.ORDERS)[orders.index(order)], bool(named))
    try:
        meeting = meetings.freeze(presenting.store_of(request), request, name, choice, group, school)
    except (StateError, store.NoSnapshot) as error:
        show(parts.notice(say("✕ 沒有凍結"), escape(error), "failed"))
        return
    st.query_params["meeting"] = meeting.name
    st.rerun()


def listed(request: View, board: Board) -> str:
    """All meetings, the last first; each leads to its slides and to its decisions."""
    if not board.every:
        return ""
    lines = [("", _line(request, one)) for one in reversed(board.every)]
    header = [Cell(say(name), "l") for name in MEETINGS]
    return f"<h2>{say('凍結的會議')}</h2>{table(say('凍結的會議'), header, lines, 'wide')}"


def _line(request: View, meeting: Meeting) -> list[Cell]:
    own = request.link("meetings", meeting=meeting.name)
    is_there = meetings.snapshot_of(meeting, request.warehouse).path.is_file()
    stamp = f"{meeting.stamp[4:6]}/{meeting.stamp[6:8]} {meeting.stamp[9:11]}:{meeting.stamp[11:13]}"
    gone = f' <span class="fl">! {say("快照已不在")}</span>'
    return [
        Cell(anchor(own, escape(meeting.name)), "l"),
        text(written_day(meeting.on)),
        text(written_day(meeting.versus) if meeting.versus else "–"),
        text(meeting.school or meeting.group or say("全市")),
        Cell(escape(stamp) + ("" if is_there else gone), "l"),
        Cell(
            anchor(request.link("present", meeting=meeting.name), say("開啟簡報")) if is_there else "–", "l"
        ),
    ]


def decided(request: View, board: Board) -> str:
    """What was decided in the chosen meeting, and how that stands today."""
    if not board.decided:
        return f'<p class="sub">{say("還沒有記下決定。")}</p>'
    return _decisions(request, board, board.decided, say("這場的決定與現在的情形"))


def carried(request: View, board: Board) -> str:
    """What the meetings before it decided, as it stood on its day: its first slide."""
    if not board.carried:
        return ""
    return _decisions(request, board, board.carried, say("上次的決定（這場簡報的第一張）"))


def _decisions(request: View, board: Board, items: Sequence[Became], title: str) -> str:
    """Decisions as a table, to take away too."""
    assert board.meeting
    header = [say(name) for name in DECISIONS]
    rows = [_row(request, one) for one in items]
    lines = [("", _cells(one, row)) for one, row in zip(items, rows, strict=True)]
    saved = download(f"{title}_{board.meeting.name}", header, lambda: rows)
    return f"<h3>{title}</h3>{table(title, [Cell(name, 'l') for name in header], lines, 'wide')}{saved}"


def _row(request: View, one: Became) -> list[str]:
    """The texts under `DECISIONS`."""
    decision = one.decision
    shorts = {
        row.kpi: row.short
        for period in request.all_periods
        for row in ask(request, "kpis", period=period.period, by_default=None)
    }
    about = filter(None, (decision.school, decision.group, shorts.get(decision.kpi or "")))
    moved = f"{one.then} → {one.now}" if one.then else one.now
    until = written_day(decision.until) if decision.until else "–"
    return [
        say(BECAME[one.kind][1]), words.listing(list(about)) or say("全市"), decision.text, decision.who or "–", until,
        moved or "–",
    ]  # fmt: skip


def _cells(one: Became, row: Sequence[str]) -> list[Cell]:
    status, about, decision, *others = row
    mark = f'<span class="tag t-{BECAME[one.kind][0]}">{status}</span>'
    return [Cell(mark, "l"), text(about), text(decision, "l w"), *map(text, others)]


def note(request: View, board: Board) -> None:
    """The form that notes a decision."""
    assert board.meeting
    kpis = {
        row.short: row for period in request.periods for row in ask(request, "kpis", period=period.period)
    }
    none = say("不限指標（由人判斷）")
    shorts = [none, *kpis]
    at = next((short for short, row in kpis.items() if row.kpi == asked("kpi")), none)
    show(f"<h3>{say('記下決定')}</h3>")
    with st.form("decide", clear_on_submit=True, border=False):
        what = st.text_input(say("決定了什麼"), max_chars=500)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            who = st.text_input(say("誰負責"), max_chars=80, width=200)
            until = st.date_input(say("什麼時候以前"), value=None, width=180)
            short = st.selectbox(say("指標"), shorts, index=shorts.index(at), width=220)
            group, school = _scope(request, say("關於"))
            sent = st.form_submit_button(say("記下"), type="primary")
    if not sent:
        return
    kpi = kpis.get(short)
    about = {"kpi": kpi.kpi, "period": kpi.period} if kpi else {}
    decision = Decision(board.meeting.id, what, who, until, group=group, school=school, **about)
    try:
        presenting.store_of(request).decide(decision, meetings.schools_of(request))
    except StateError as error:
        show(parts.notice(say("✕ 沒有記下"), escape(error), "failed"))
        return
    st.rerun()


def _scope(request: View, label: str) -> tuple[str | None, str | None]:
    """A choice of the whole, a group or a school, at first what the page is about; gives the group or the school."""
    schools = ask(request, "schools")
    groups = list(dict.fromkeys(one.group_name for one in schools if one.group_name))
    scopes = [say("全市"), *groups, *(one.name for one in schools)]
    about = asked("school") or asked("group")
    scope = st.selectbox(label, scopes, index=scopes.index(about) if about in scopes else 0, width=220)
    if scope == scopes[0]:
        return None, None
    return (scope, None) if scope in groups else (None, scope)


def change(request: View, board: Board) -> None:
    """Closing what no figure can judge, and taking back a decision or the whole meeting."""
    assert board.meeting
    state, mine = presenting.store_of(request), meetings.schools_of(request)
    with st.popover(say("更改…")):
        for one in [*board.decided, *board.carried][:MOST]:
            if one.decision.kpi is None:
                label = say("完成") if one.decision.done_on is None else say("未完成")
                day = request.on if one.decision.done_on is None else None
                if _beside(f"close-{one.decision.id}", label, one.decision.text):
                    _done(partial(state.close, one.decision, day, mine))
        for one in board.decided[:MOST]:
            if _beside(f"drop-{one.decision.id}", say("刪除"), one.decision.text):
                _done(partial(state.withdraw, one.decision, mine))
        show(say("移除會議會一併刪除它的決定；快照沒有別的會議用到時，下次更新就清除。"))
        if st.button(say("移除這場會議"), type="primary"):
            _done(partial(meetings.remove, state, board.meeting, mine), forget=True)


def _beside(key: str, label: str, text: str) -> bool:
    """A button beside what it is about: its label is Markdown and holds nothing that people wrote."""
    with st.container(horizontal=True, vertical_alignment="center"):
        is_pressed = st.button(label, key=key)
        show(escape(text))
    return is_pressed


def _done(act: Callable[[], None], forget: bool = False) -> None:
    try:
        act()
    except StateError as error:
        show(parts.notice(say("✕ 沒有改成"), escape(error), "failed"))
        return
    if forget:
        st.query_params.pop("meeting", None)
    st.rerun()
