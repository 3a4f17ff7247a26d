"""How a page reaches the screen: its head, HTML, the few widgets, and the notice when something fails.

Each choice on a page is a link (see follow.js) or a widget that writes the address; a failure is a notice.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import streamlit as st

from dashboard import charts
from dashboard import warehouse as store
from dashboard.definitions import deployment
from dashboard.exports import report
from dashboard.language import markup, texts, words
from dashboard.language.markup import Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.questions import View
from dashboard.ui.base import paper, parts
from dashboard.ui.base.address import chosen
from dashboard.ui.base.parts import BREAK, element
from dashboard.ui.base.screen import show
from dashboard.ui.frame import following, freshness

T = TypeVar("T")

HERE = Path(__file__).parent
UI = HERE.parent
HOME = "overview"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Missing:
    """A name in the address that may not exist, and the name that the page uses instead."""

    what: str
    asked: str | None
    instead: str


def head(
    view: View, title: str, lead: str, *quiet: str, missing: Missing | None = None, upright: bool = False
) -> None:
    """Show the top of a page: title, quiet lines, notices on the address, and the summary.

    upright: paper is A4 upright, for a page whose tables are narrow.
    """
    st.set_page_config(page_title=f"{title} · {view.facts.title}")
    slides = parts.anchor(view.link("present", **chosen()), say("簡報"), "present")
    fragments = [
        slides,
        element("h1", title),
        *(element("p", line, kind="quiet") for line in (_quiet_line(view), *quiet)),
        paper.identity(view),
        _notes(view, missing),
        element("p", lead, kind="lead"),
        paper.margins(view, title, upright),
    ]
    show(join(fragments))


def _quiet_line(view: View) -> Markup:
    """The day, the snapshot, and what is to be known of it."""
    line: list[str] = [
        join([say("截至"), element("b", words.full_day(view.on))], " "),
        f"{say('資料快照')} {words.moment(view.facts.built_at, view.year)}",
        *freshness.checked(view),
        join(
            [say("指紋"), element("span", words.fingerprint(view.facts.fingerprint), kind="mono")],
            " ",
        ),
    ]
    if view.ahead:
        ahead = say("! 這一天還沒到：只算到 {day} 的資料", day=words.written_day(view.today))
        line.insert(1, element("span", ahead, kind="warn"))
    if view.versus:
        line.insert(1, say_markup("與 {day} 相比", day=element("b", words.full_day(view.versus))))
    if view.facts.sample:
        line.append(element("span", say("示範資料"), kind="sample"))
    return join([*line, *freshness.tags(view)], " · ")


def _notes(view: View, missing: Missing | None) -> Markup:
    """The notices on what the address names, and on a damaged snapshot."""
    messages = [*view.notices, *_missing_messages(missing)]
    notes = [parts.notice(say("已改用預設"), text, "warning") for text in messages]
    if view.damage:
        body = join([view.damage, former_message(view)], BREAK)
        notes.append(parts.notice(say("✕ 最新的快照讀不出來"), body, "failed"))
    return join(notes)


def former_message(view: View) -> str:
    """The sentence that names the snapshot in use where the newest one cannot be read."""
    return say("以下是 {moment} 的快照，沒有資料遺失。", moment=words.moment(view.facts.built_at, view.year))


def _missing_messages(missing: Missing | None) -> list[str]:
    if missing is None or missing.asked in (None, missing.instead):
        return []
    message = say(
        "找不到{what}「{asked}」，以下是「{value}」。",
        what=missing.what,
        asked=missing.asked,
        value=missing.instead,
    )
    return [message]


def some(rows: Sequence[T], what: str) -> Sequence[T]:
    """The rows; where there are none, show a notice and end the page."""
    if not rows:
        body = say("目前的檢視範圍與計畫裡沒有{what}；若應該有，請洽系統管理者。", what=what)
        show(parts.notice(say("沒有可以看的{what}", what=what), body))
        st.stop()
    return rows


def dress() -> None:
    """Put the style sheet and the script on the page; the script sets the page's language."""
    style, script = _dress()
    st.html(style)
    st.html(f"<script>{_in(texts.manner().language, script)}</script>", unsafe_allow_javascript=True)


def scripts() -> list[str]:
    """Each script that a page may hold, for the content security policy."""
    return [*(_in(language, _script()) for language in texts.LANGUAGES), report.script()]


def _in(language: str, script: str) -> str:
    with texts.written(texts.Manner(language)):
        said = {
            "LANGUAGE": "zh-Hant" if language == texts.SOURCE else language,
            "DISCONNECTED": say("! 連線中斷，正在重新連線；畫面上的數字仍是先前的。"),
            "FAILED": say("下載沒有成功："),
            "UNREACHED": say("連不到伺服器，可能正在重新啟動。請稍候再按一次；若仍如此，請告訴系統管理者。"),
        }
    for name, text in said.items():
        script = script.replace(name, text)
    return script


def _script() -> str:
    return (HERE / "follow.js").read_text("utf-8")


@st.cache_resource(show_spinner=False)
def _dress() -> tuple[str, str]:
    """The style element and the script, read once.

    Everything long-lived is imported by now, so it is taken out of the garbage collector's work.
    """
    gc.collect()
    gc.freeze()
    # Streamlit looks at every line of it.
    style = " ".join(" ".join(sheet.read_text("utf-8").split()) for sheet in sheets())
    return f"<style>{style} {_recolour()}</style>", _script()


def sheets() -> list[Path]:
    """The style sheets in their order: what all pages have, what is around them, each page's own, and paper."""
    first, last = [UI / "base" / "style.css", HERE / "style.css"], [HERE / "print.css"]
    return [*first, *sorted(set(UI.glob("*/style.css")) - set(first)), *last]


def _recolour() -> str:
    """Rules that replace the light theme's colours in figures by those of the viewer's theme."""
    rules = []
    for colour, name in charts.RECOLOUR.items():
        rgb = ", ".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
        for what in ("fill", "stroke"):
            named = (f'[style*="{what}: rgb({rgb})"]', f'pattern [{what}="rgb({rgb})"]')
            rules += [f".js-plotly-plot {one} {{ {what}: var(--{name}) !important; }}" for one in named]
    return " ".join(rules)


@contextlib.contextmanager
def guard() -> Iterator[None]:
    """Turn any exception into a notice of what happened and what to do; the log has the rest."""
    try:
        yield
    except store.NoSnapshot as missing:
        _nothing(missing)
    except Exception:
        number = uuid.uuid4().hex[:8]
        logger.exception("page failed, reference %s", number)
        body = say_markup(
            "資料沒有變動。請重新整理；若仍如此，請把代號 {number} 告訴系統管理者，或先{link}。",
            number=element("code", number),
            link=parts.anchor(f"./{HOME}", say("回到總覽")),
        )
        show(parts.notice(say("✕ 這個畫面讀不出來"), body, "failed"))


def _nothing(why: store.NoSnapshot) -> None:
    """The page of a deployment without a snapshot: what is missing, that nothing is lost, and the next step."""
    settings = deployment.from_environment()
    asked = st.query_params.get("programme") or next(iter(settings.programmes or settings.folders), "")
    folder = settings.folder_of(asked)
    steps = [
        say_markup("把各校的匯出檔放進資料夾 {folder}", folder=element("code", str(folder))),
        say_markup(
            "在伺服器上執行 {command}；完成後這一頁會自己出現數字", command=element("code", "kpi build")
        ),
        say_markup("想先看樣子：執行 {command}，用示範資料", command=element("code", "kpi sample")),
    ]
    if "programme" in st.query_params:
        steps.append(parts.anchor(f"./{HOME}", say("回到預設計畫")))
    for other in store.programmes_in(settings.warehouse):
        if other != asked:
            link = parts.anchor(f"./{HOME}?programme={markup.addressed(other)}", other)
            steps.append(say_markup("其他計畫：{link}", link=link))
    body = join([why, say("目前沒有數字可看；原始資料沒有變動。")], BREAK)
    with st.sidebar:
        show(element("p", say("數位學習精進方案"), kind="brand"), "side")
    fragments = [
        element("h1", say("數位學習精進方案")),
        parts.notice(say("✕ 還沒有可以看的資料"), body, "failed"),
        element("h2", say("請系統管理者")),
        element("ol", *(element("li", step) for step in steps)),
    ]
    show(join(fragments))
    before = _published()

    def look() -> None:
        if _published() != before:
            st.rerun(scope="app")

    st.fragment(look, run_every=following.LOOK_EVERY)()


def _published() -> list[tuple[Path, int]]:
    """The `current` files of all programmes with their times, to notice a new snapshot."""
    pointers = deployment.from_environment().warehouse.glob("*/current")
    return sorted((path, path.stat().st_mtime_ns) for path in pointers)
