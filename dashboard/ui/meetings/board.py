"""Meetings: freezing the figures on the screen, noting decisions, and their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import streamlit as st

from dashboard import meetings
from dashboard import warehouse as store
from dashboard.exports import slide_facts
from dashboard.language import words
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import full_day, moment, number, written_day
from dashboard.meetings import BECAME
from dashboard.questions import View, ask
from dashboard.rows import Kpi, School
from dashboard.state import Decision, Meeting, Outcome, StateError
from dashboard.state.store import may_see
from dashboard.ui.base import parts
from dashboard.ui.base.address import asked
from dashboard.ui.base.parts import anchor, element
from dashboard.ui.base.screen import show
from dashboard.ui.base.table import Column, Table
from dashboard.ui.meetings import presenting

MOST = 20  # open decisions that can be closed one by one


@dataclass(frozen=True)
class Board:
    """The content of the page: all meetings, the chosen one, and its decisions with their outcomes on the page's day.

    earlier: former decisions that were carried to it and that a person closes. fault: why nothing can be read, or that
    the address names an unknown meeting.
    """

    every: Sequence[Meeting] = ()
    meeting: Meeting | None = None
    decided: Sequence[Outcome] = ()
    earlier: Sequence[Decision] = ()
    fault: str = ""


def read(request: View) -> Board:
    """The board of the address; a failure to read becomes its `fault`.

    The chosen meeting goes into the address, so that the forms act on the meeting of the page whatever others freeze
    meanwhile.
    """
    state, mine = presenting.store_of(request), meetings.schools_of(request)
    try:
        every = state.meetings(request.programme, mine)
        wanted = asked("meeting")
        meeting = next((one for one in every if one.name == wanted), None)
        if wanted and meeting is None:
            fault = say("找不到會議「{name}」：可能已經移除，或名稱不同。", name=wanted)
            return Board(every, fault=fault)
        if meeting is None and every:
            meeting = every[-1]
            st.query_params["meeting"] = meeting.name
        if meeting is None:
            return Board()
        decided = [meetings.outcome(one, request, meeting) for one in state.decisions(meeting, mine)]
        carried = {one.decision.id for one in meeting.carried if one.decision.kpi is None}
        earlier = [
            one
            for before in state.before(meeting)
            for one in state.decisions(before, mine)
            if one.id in carried
        ]
        return Board(every, meeting, decided, earlier)
    except StateError as error:
        return Board(fault=str(error))


def lead(board: Board) -> str:
    """The page's summary: how many meetings there are."""
    if not board.every:
        return (
            ""
            if board.fault
            else say("還沒有凍結任何會議。凍結之後，那一場的數字永遠不變；之後的資料另外標示，不會混進去。")
        )
    return say("凍結了 {n} 場會議；每一場的數字永遠是那一天的。", n=number(len(board.every)))


def troubles(board: Board) -> list[Markup]:
    """The fault as a quiet line."""
    return [element("span", "! ", board.fault, kind="warn")] if board.fault else []


def freeze(request: View, board: Board) -> None:
    """Show the form that freezes the figures on the screen."""
    about = [f"{say('截至')} {full_day(request.on)}"]
    if request.versus:
        about.append(say("與 {day} 相比", day=written_day(request.versus)))
    elif board.every:
        about.append(say("與上次會議相比"))
    about.append(f"{say('資料快照')} {moment(request.facts.built_at, request.year)}")
    head = element("h2", say("凍結此刻")) + element("p", " · ".join(about), kind="sub")
    orders = {say(label): order for order, label in slide_facts.ORDERS.items()}
    with st.form("freeze", border=False):
        show(head)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(
                say("會議名稱"),
                placeholder=say("例如：111-11 月校長會議"),
                width=320,
                key=f"name-{len(board.every)}",
            )
            group, school = _scope(request, say("範圍"))
            at = list(orders.values()).index(presenting.choices().order)
            order = st.selectbox(say("順序"), list(orders), index=at, width=180)
            named = st.checkbox(say("寫出校名"), value=presenting.choices().schools)
            sent = st.form_submit_button(say("凍結"), type="primary")
    if not sent:
        return
    choice = slide_facts.Choices(orders[order], bool(named))
    try:
        meeting = meetings.freeze(presenting.store_of(request), request, name, choice, group, school)
    except (StateError, store.NoSnapshot) as error:
        show(parts.notice(say("✕ 沒有凍結"), str(error), "failed"))
        return
    st.query_params["meeting"] = meeting.name
    st.rerun()


def listed(request: View, board: Board) -> Markup:
    """The table of all meetings, the last first, with links to their slides and decisions."""
    if not board.every:
        return BLANK
    columns = [
        Column[Meeting](say("會議"), cell=lambda one: _named(request, one), kind="l"),
        Column[Meeting](say("截至"), cell=lambda one: one.on, kind="l"),
        Column[Meeting](say("比較"), cell=lambda one: one.versus or "–", kind="l"),
        Column[Meeting](say("範圍"), cell=lambda one: one.school or one.group or say("全市"), kind="l"),
        Column[Meeting](say("順序"), cell=lambda one: say(slide_facts.ORDERS[one.order]), kind="l"),
        Column[Meeting](say("校名"), cell=lambda one: say("寫出") if one.schools else say("不寫"), kind="l"),
        Column[Meeting](say("快照"), cell=lambda one: _snapshot(request, one), kind="l"),
        Column[Meeting](say("簡報"), cell=lambda one: _slides(request, one), kind="l"),
    ]
    every = Table(say("凍結的會議"), columns, [*reversed(board.every)], "wide")
    return element("h2", every.name) + every.html()


def _named(request: View, meeting: Meeting) -> Markup:
    return anchor(request.link("meetings", meeting=meeting.name), meeting.name)


def _is_there(request: View, meeting: Meeting) -> bool:
    """Whether the snapshot of a meeting is still kept."""
    return meetings.snapshot_of(meeting, request.warehouse).path.is_file()


def _snapshot(request: View, meeting: Meeting) -> str:
    stamp = moment(datetime.strptime(meeting.stamp[:15], "%Y%m%dT%H%M%S"), 0)
    if _is_there(request, meeting):
        return stamp
    return join([stamp, element("span", "! ", say("快照已不在"), kind="fl")], " ")


def _slides(request: View, meeting: Meeting) -> str:
    if not _is_there(request, meeting):
        return "–"
    return anchor(request.link("present", meeting=meeting.name), say("開啟簡報"))


def decided(request: View, board: Board) -> Markup:
    """The decisions of the chosen meeting and their outcomes today."""
    if not board.decided:
        return element("p", say("還沒有記下決定。"), kind="sub")
    return _decisions(request, board, board.decided, say("這場的決定與現在的情形"))


def carried(request: View, board: Board) -> Markup:
    """The outcomes of earlier decisions when the chosen meeting was frozen: its first slides."""
    assert board.meeting
    outcomes = [
        one for one in board.meeting.carried if may_see(one.decision.school, meetings.schools_of(request))
    ]
    if not outcomes:
        return BLANK
    return _decisions(request, board, outcomes, say("先前的決定（這場簡報的第一張）"))


def _decisions(request: View, board: Board, items: Sequence[Outcome], title: str) -> Markup:
    """Decisions as a table, with its download."""
    assert board.meeting
    shorts = {
        row.kpi: row.short
        for period in request.all_periods
        for row in ask(request, Kpi, period=period.period, by_default=None)
    }
    columns = [
        Column[Outcome](say("狀態"), lambda one: say(BECAME[one.kind][1]), _status, "l"),
        Column[Outcome](say("關於"), lambda one: _about(one.decision, shorts), kind="l"),
        Column[Outcome](say("決定"), lambda one: one.decision.text, kind="l", is_wide=True),
        Column[Outcome](say("負責"), lambda one: one.decision.who or "–", kind="l"),
        Column[Outcome](say("期限"), lambda one: _until(one.decision), kind="l"),
        Column[Outcome](say("當時 → 現在"), _moved, kind="l"),
    ]
    listed = Table(title, columns, items, "wide")
    return join([element("h3", title), listed.html(), listed.download(f"{title}_{board.meeting.name}")])


def _status(one: Outcome) -> Markup:
    colour, label = BECAME[one.kind]
    return element("span", say(label), kind=f"tag t-{colour}")


def _about(decision: Decision, shorts: Mapping[str, str]) -> str:
    """What a decision is about: its school, its group and its indicator, else the city."""
    about = filter(None, (decision.school, decision.group, shorts.get(decision.kpi or "")))
    return words.listing(list(about)) or say("全市")


def _until(decision: Decision) -> str:
    return written_day(decision.until) if decision.until else "–"


def _moved(one: Outcome) -> str:
    return (f"{one.then} → {one.now}" if one.then else one.now) or "–"


def note(request: View, board: Board) -> None:
    """Show the form that notes a decision; it keeps its values where the decision could not be noted."""
    assert board.meeting
    several = len(request.periods) > 1
    kpis = {
        say("{label}（{note}）", label=row.short, note=period.label) if several else row.short: row
        for period in request.periods
        for row in ask(request, Kpi, period=period.period)
    }
    none = say("不限指標（由人判斷）")
    names = [none, *kpis]
    at = next((name for name, row in kpis.items() if row.kpi == asked("kpi")), none)
    advice = say("下一場簡報的第一張會列出來；請不要寫教師的姓名。")
    about = element("h3", say("記下決定")) + element("p", advice, kind="sub")
    with st.form(f"decide-{board.meeting.id}-{len(board.decided)}", border=False):
        show(about)
        what = st.text_input(say("決定了什麼"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            who = st.text_input(say("誰負責"), width=200)
            until = st.date_input(say("什麼時候以前"), value=None, width=180)
            name = st.selectbox(say("指標"), names, index=names.index(at), width=220)
            group, school = _scope(request, say("關於"))
            sent = st.form_submit_button(say("記下"), type="primary")
    if not sent:
        return
    kpi = kpis.get(name)
    which, period = (kpi.kpi, kpi.period) if kpi else (None, None)
    decision = Decision(board.meeting.id, what, who, until, which, period, group, school)
    try:
        presenting.store_of(request).decide(decision, meetings.schools_of(request))
    except StateError as error:
        show(parts.notice(say("✕ 沒有記下"), str(error), "failed"))
        return
    st.rerun()


def _scope(request: View, label: str) -> tuple[str | None, str | None]:
    """A select box of the city, groups and schools, at first that of the address; gives the chosen group or school."""
    schools = ask(request, School)
    groups = list(dict.fromkeys(one.group_name for one in schools if one.group_name))
    scopes = [say("全市"), *groups, *(one.name for one in schools)]
    about = asked("school") or asked("group")
    scope = st.selectbox(label, scopes, index=scopes.index(about) if about in scopes else 0, width=220)
    if scope == scopes[0]:
        return None, None
    return (scope, None) if scope in groups else (None, scope)


def change(request: View, board: Board) -> None:
    """Show the buttons that close a decision without an indicator, and that remove a decision or the meeting of the page."""
    assert board.meeting
    state, mine, own = presenting.store_of(request), meetings.schools_of(request), board.meeting.id
    with st.popover(say("結案、刪除…")):
        for decision in (*board.earlier, *(one.decision for one in board.decided))[:MOST]:
            acts: dict[str, Callable[[], None]] = {}
            if decision.kpi is None:
                label, day = (say("未完成"), None) if decision.done_on else (say("完成"), request.on)
                acts[label] = partial(state.close, decision, day, mine)
            if decision.meeting == own:
                acts[say("刪除")] = partial(state.withdraw, decision, mine)
            _beside(decision, acts)
        show(say_markup("移除會議會一併刪除它的決定；快照沒有別的會議用到時，下次更新就清除。"))
        is_sure = st.checkbox(say("確定要移除"), key=f"sure-{own}")
        if st.button(say("移除這場會議"), key=f"remove-{own}", type="primary", disabled=not is_sure):
            _done(partial(meetings.remove, state, board.meeting, mine), forget=True)


def _beside(decision: Decision, acts: Mapping[str, Callable[[], None]]) -> None:
    """Show a decision with a button for each act; a label is Markdown and holds nothing that people wrote."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for at, (label, act) in enumerate(acts.items()):
            if st.button(label, key=f"act-{decision.id}-{at}"):
                _done(act)
        show(join([decision.text]))


def _done(act: Callable[[], None], forget: bool = False) -> None:
    try:
        act()
    except StateError as error:
        show(parts.notice(say("✕ 沒有改成"), str(error), "failed"))
        return
    if forget:
        st.query_params.pop("meeting", None)
    st.rerun()
