"""The page of slides for a meeting; the browser turns them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import streamlit as st

from dashboard import meetings
from dashboard import warehouse as store
from dashboard.definitions import deployment
from dashboard.exports import report, slide_facts, slides
from dashboard.exports.document import Document
from dashboard.language import texts, words
from dashboard.language.markup import BLANK, Markup, join
from dashboard.language.texts import say
from dashboard.questions import View, ask, ask_each, groups_in
from dashboard.rows import Kpi, School
from dashboard.state import Meeting, StateError
from dashboard.state.store import Store
from dashboard.ui.base import downloads, figures, parts
from dashboard.ui.base.address import asked, chosen
from dashboard.ui.base.screen import show as show_markup
from dashboard.ui.frame import freshness
from dashboard.ui.frame import page as frame

FILES = "<!-- files -->"  # their addresses are each viewer's own
HTML, PDF = "text/html", "application/pdf"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def store_of(request: View) -> Store:
    """The deployment's store of meetings and decisions."""
    return Store(request.warehouse, deployment.from_environment().state)


def choices() -> slide_facts.Choices:
    """The order of the slides and whether schools are named, from the address."""
    return slide_facts.Choices(asked("order", slide_facts.ORDERS) or "gap", asked("schools") != "0")


def show(request: View) -> None:
    """Show all slides of the address's choice or of a frozen meeting; only a notice where the meeting cannot be read."""
    st.set_page_config(page_title=f"{say('簡報')} · {request.facts.title}")
    notices = list(_notices(request))
    try:
        meeting = _meeting(request)
        view = _frozen(request, meeting) if meeting else request
    except (StateError, store.NoSnapshot) as error:
        to = parts.anchor(request.link("meetings"), say("看有哪些會議"))
        body = join([error, to], parts.BREAK)
        show_markup(parts.element("h1", say("簡報")) + parts.notice(say("✕ 這場會議打不開"), body, "failed"))
        return
    if meeting and view.snapshot != request.snapshot:
        newer = words.moment(request.facts.built_at, request.year)
        notices.append(say("這是凍結的會議；之後有較新的資料（快照 {time}），沒有混進來。", time=newer))
    choice, start = choices(), _start(view)

    def build() -> Markup:
        ways = [] if meeting else _ways(request, choice)
        return Markup(report.deck(
            _document(request, view, meeting, choice), start=start, ways=[*ways, _writing(request, meeting)],
            leave=_back(request, meeting), notices=notices, files=FILES,
        ))  # fmt: skip

    key = (meeting and meeting.id, choice, start, tuple(notices), tuple(chosen().values()))
    fragment = str(figures.once(request, "slides", *key, build=build))
    markup = fragment.replace(FILES, _files(request, view, meeting, choice))
    st.markdown(f"<style>{report.style()}</style>{markup}", unsafe_allow_html=True)
    st.html(f"<script>{report.script()}</script>", unsafe_allow_javascript=True)


def _document(request: View, view: View, meeting: Meeting | None, choice: slide_facts.Choices) -> Document:
    if meeting:
        return meetings.document(meeting, view, meetings.schools_of(request))
    return slides.document(view, choice)


def _meeting(request: View) -> Meeting | None:
    """The frozen meeting that the address names.

    Raises:
        StateError: there is none of that name, or it cannot be read.
    """
    name = asked("meeting")
    if not name:
        return None
    meeting = store_of(request).meeting(request.programme, name, meetings.schools_of(request))
    if meeting is None:
        raise StateError(say("找不到會議「{name}」：可能已經移除，或名稱不同。", name=name))
    return meeting


def _frozen(request: View, meeting: Meeting) -> View:
    """The view that a meeting froze, in the language of the viewer.

    Raises:
        NoSnapshot: its snapshot is gone.
    """
    view = meetings.view_of(meeting, request.warehouse, request.scope)
    return replace(view, lang=request.lang, era=request.era, programmes=request.programmes)


def _notices(request: View) -> Iterator[str]:
    """The notices that the presenter must read before the audience sees a figure."""
    yield from request.notices
    yield from _unknown_choices(request)
    if request.damage:
        yield f"{say('✕ 最新的快照讀不出來')} {request.damage} {frame.former_message(request)}"
    yield from (html.unescape(re.sub("<[^>]*>", "", tag)) for tag in freshness.tags(request))


def _unknown_choices(request: View) -> Iterator[str]:
    """A message for each unknown name in the address; the slides then begin with the first."""
    kpis = {row.kpi for row in ask_each(request, Kpi)}
    schools = ask(request, School)
    known = {
        "kpi": (say("指標"), kpis),
        "group": (say("組別"), {row.group_name for row in schools}),
        "school": (say("學校"), {row.name for row in schools}),
        "order": (say("順序"), set(slide_facts.ORDERS)),
    }
    for name, (what, there) in known.items():
        value = asked(name)
        if value and value not in there:
            yield say("找不到{what}「{asked}」，已改用預設。", what=what, asked=value)


def _start(view: View) -> str:
    """The id of the first slide: that of the address's indicator, group or school; blank for the first of all."""
    if kpi := asked("kpi"):
        period = next((one.period for one in view.periods if _has(view, kpi, one.period)), "")
        return f"kpi-{kpi}-{period}"
    group, school = asked("group"), asked("school")
    for row in ask(view, School):
        if (school or group) in (row.name, row.group_name):
            return f"group-{row.group_name}"
    return ""


def _has(view: View, kpi: str, period: str) -> bool:
    return any(row.kpi == kpi for row in ask(view, Kpi, period=period))


def _ways(request: View, choice: slide_facts.Choices) -> list[report.Links]:
    """The links to the orders of the slides and to naming schools; each keeps the other choice."""

    def way(order: str, schools: bool) -> str:
        own = {"order": None if order == "gap" else order, "schools": None if schools else "0"}
        return request.link("present", **chosen(), **own)

    return [
        {
            say(name): (way(order, choice.schools), order == choice.order)
            for order, name in slide_facts.ORDERS.items()
        },
        {
            say("寫出校名"): (way(choice.order, True), choice.schools),
            say("不寫校名"): (way(choice.order, False), not choice.schools),
        },
    ]


def _writing(request: View, meeting: Meeting | None) -> report.Links:
    """The link to noting a decision of a meeting, else to freezing one."""
    if meeting:
        return {say("記下決定"): (request.link("meetings", meeting=meeting.name, **chosen()), False)}
    own = {"order": asked("order"), "schools": asked("schools")}
    return {say("凍結此刻"): (request.link("meetings", **chosen(), **own), False)}


def _back(request: View, meeting: Meeting | None) -> str:
    """The address of the page of the choice, else of the meeting, else of the overview."""
    for name, page in (("school", "school"), ("group", "group"), ("kpi", "indicator")):
        if value := asked(name):
            return request.link(page, **{name: value})
    return request.link("meetings", meeting=meeting.name) if meeting else request.link("overview")


def _files(request: View, view: View, meeting: Meeting | None, choice: slide_facts.Choices) -> str:
    """The links to the slides as HTML, PDF and PPTX."""
    about = (say("簡報"), meeting.name if meeting else None, view.facts.title, words.file_day(view.on))
    name = "_".join(filter(None, about))

    def making(make: Callable[[Document], bytes]) -> Callable[[], bytes]:
        return texts.kept(lambda: make(_document(request, view, meeting, choice)))

    kinds = (
        (f"{name}.html", HTML, making(lambda document: report.page(document).encode())),
        (f"{name}.pdf", PDF, making(_pdf)),
        (f"{name}.pptx", PPTX, making(_deck)),
    )
    return downloads.offer(say("簡報"), *kinds, folded=False)


def pack(view: View, group: str) -> Markup:
    """The section with the pack of a group for its lead school to hand out."""
    what = say("簡報、活頁簿，與每所夥伴學校的一份函稿；姓名都遮蔽。")
    about = parts.element("h2", say("交給各校")) + parts.element("p", what, kind="sub")
    return about + downloads.pack(view, group, slides.document)


def packs(request: View, meeting: Meeting) -> Markup:
    """The section with each group's pack of a frozen meeting; blank where its snapshot cannot be read."""
    try:
        view = meetings.view_of(meeting, request.warehouse, request.scope)
    except store.NoSnapshot:
        return BLANK

    def document(group: str) -> Callable[[View], Document]:
        state, mine = store_of(request), meetings.schools_of(request)
        return lambda of: meetings.group_document(state, meeting, of, group, mine)

    names = [group.name for group in groups_in(view)]
    links = join(downloads.pack(view, name, document(name), meeting.name) for name in names)
    return parts.element("h2", say("交給各組")) + links if links else BLANK


# The writers of these two are imported only when one is fetched.


def _pdf(document: Document) -> bytes:
    from dashboard.exports import pdf

    return pdf.printed(report.page(document))


def _deck(document: Document) -> bytes:
    from dashboard.exports import deck

    return deck.write(document)
