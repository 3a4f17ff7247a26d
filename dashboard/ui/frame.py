"""What every page stands in: the address, the one way to ask, and how HTML reaches the screen.

The address is the only memory: programme, day, group, school, indicator and filters are query parameters, so every
view is a link and a page needs no session state. Each choice on screen is therefore a link (see follow.js) or a
widget that writes the address.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard import access, config, warehouse
from dashboard.ui import parts, words

Row = SimpleNamespace
TAIPEI = ZoneInfo("Asia/Taipei")
HERE = Path(__file__).parent
HOME = "overview"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Missing:
    """What the address asked for by name, and what is shown."""

    what: str
    asked: str | None
    shown: str


@dataclass(frozen=True)
class View:
    """What the address asks to see, checked: a bad value has become the default and a notice."""

    programme: str
    programmes: tuple[str, ...]
    warehouse: Path
    snapshot: warehouse.Snapshot
    facts: Row
    period: Row
    scope: access.Scope
    on: date
    notices: tuple[str, ...] = ()

    @property
    def year(self) -> int:
        """The year that dates may leave out."""
        return int(self.period.start.year)

    @property
    def today(self) -> date:
        """The day shown when the address names none: the definition's own, or today in Taiwan."""
        return self.facts.as_of or datetime.now(TAIPEI).date()

    def link(self, page: str, /, **parameters: object) -> str:
        """An address within the product, carrying programme and day; blank parameters are left out."""
        carried = {"programme": self.programme, "on": self.on.isoformat()}
        wanted = carried | {name: str(value) for name, value in parameters.items() if value not in (None, "")}
        return words.escape(f"./{page}?{urlencode(wanted)}")


def view() -> View:
    """Reads the address; raises `warehouse.NoSnapshot` when there is nothing to show."""
    settings = config.from_environment()
    notices: list[str] = []
    programmes = tuple(settings.programmes) or tuple(warehouse.programmes_in(settings.warehouse))
    if not programmes:
        raise warehouse.NoSnapshot(
            f"「{settings.warehouse}」裡還沒有資料快照。請系統管理者先執行 kpi build。"
        )
    programme = _known(st.query_params.get("programme"), programmes, "計畫", notices)
    snapshot = warehouse.current(settings.warehouse, programme)
    scope = access.bureau()
    facts = _asked(snapshot, scope, "snapshot", ())[0]
    default = facts.as_of or datetime.now(TAIPEI).date()
    on = day_of(st.query_params.get("on"), default, notices)
    period = period_of(_asked(snapshot, scope, "periods", ()), on)
    return View(
        programme=programme,
        programmes=programmes,
        warehouse=settings.warehouse,
        snapshot=snapshot,
        facts=facts,
        period=period,
        scope=scope,
        on=on,
        notices=tuple(notices),
    )


def _known(asked: str | None, known: Sequence[str], what: str, notices: list[str]) -> str:
    if asked in known:
        return asked
    if asked:
        notices.append(f"網址裡的{what}「{asked}」不存在，已改為預設。")
    return known[0]


def day_of(asked: str | None, default: date, notices: list[str]) -> date:
    """The day an address names; anything but YYYY-MM-DD in a sensible year is told and ignored."""
    if not asked:
        return default
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(asked) if DAY.fullmatch(asked) else None
        if day and 2000 <= day.year < 2100:
            return day
    notices.append(
        f"網址裡的日期「{asked}」讀不懂，已改為 {words.full_day(default)}。日期請寫成 2022-11-25。"
    )
    return default


def period_of(periods: Sequence[Row], on: date) -> Row:
    """The period that holds the day; otherwise the last one begun, or the first."""
    holding = [period for period in periods if period.start <= on <= period.end]
    begun = [period for period in periods if period.start <= on]
    return (holding or begun or list(periods[:1]))[-1]


def ask(seen: View, name: str, **parameters: Any) -> list[Row]:
    """The rows of one named query, as the viewer's scope may see them."""
    return _asked(seen.snapshot, seen.scope, name, tuple(sorted(parameters.items())))


def _asked(
    snapshot: warehouse.Snapshot, scope: access.Scope, name: str, parameters: tuple[tuple[str, Any], ...]
) -> list[Row]:
    return _cached(str(snapshot.path), snapshot.stamp, scope.label, scope.school_ids, name, parameters)


@st.cache_data(show_spinner=False, max_entries=1000)
def _cached(
    path: str,
    stamp: str,
    label: str,
    school_ids: tuple[int, ...] | None,
    name: str,
    parameters: tuple[tuple[str, Any], ...],
) -> list[Row]:
    """The one cache: a snapshot never changes, so an entry is never stale and needs no time to live."""
    snapshot = warehouse.Snapshot(Path(path), stamp)
    return rows(warehouse.ask(snapshot, name, access.Scope(label, school_ids), **dict(parameters)))


def rows(frame: pd.DataFrame) -> list[Row]:
    """Plain values: None for every kind of missing, dates as dates (a column named …_at keeps its time of day)."""
    columns = {str(name): _values(str(name), frame[name]) for name in frame.columns}
    return [Row(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def _values(name: str, series: pd.Series[Any]) -> list[Any]:
    values = series.astype(object).where(series.notna(), None).tolist()
    if not pd.api.types.is_datetime64_any_dtype(series.dtype):
        return values
    if name.endswith("_at"):
        return [value and value.to_pydatetime() for value in values]
    return [value and value.date() for value in values]


def pick(listed: Sequence[Row], asked: str | None, name: str = "name") -> Row | None:
    """The row that the address names."""
    return next((row for row in listed if asked and getattr(row, name) == asked), None)


def asked(name: str, known: Sequence[str] | Mapping[str, object] | None = None) -> str | None:
    """One query parameter, or None where it is absent or not one of `known`."""
    value = st.query_params.get(name)
    return value if value and (known is None or value in known) else None


def show(fragment: str) -> None:
    """Puts HTML on the page. `st.html` is sanitised and quick but drops SVG, which therefore goes as Markdown."""
    body = f'<div class="kpi">{fragment}</div>'
    if "<svg" in fragment:
        st.markdown(body, unsafe_allow_html=True)
    else:
        st.html(body)


def head(seen: View, title: str, lead: str, *quiet: str, missing: Missing | None = None) -> None:
    """The top of every page: title, one quiet line (and a page's own), the finding, and what was wrong in the address."""
    st.set_page_config(page_title=f"{title} · {seen.facts.title}")
    line = [
        f"截至 <b>{words.full_day(seen.on)}</b>",
        f"資料快照 {words.moment(seen.facts.built_at, seen.year)}",
        f'指紋 <span class="mono">{words.escape(words.fingerprint(seen.facts.fingerprint))}</span>',
    ]
    if seen.facts.sample:
        line.append('<span class="sample">示範資料</span>')
    more = "".join(f'<p class="quiet">{text}</p>' for text in quiet)
    told = [*seen.notices, *_not_found(missing)]
    notes = "".join(parts.notice("已改用預設", words.escape(text), "warning") for text in told)
    show(
        f'<h1>{words.escape(title)}</h1><p class="quiet">{" · ".join(line)}</p>{more}{notes}<p class="lead">{lead}</p>'
    )


def _not_found(missing: Missing | None) -> list[str]:
    if missing is None or missing.asked in (None, missing.shown):
        return []
    return [f"找不到{missing.what}「{missing.asked}」，以下是「{missing.shown}」。"]


def some(found: Sequence[Row], what: str) -> Sequence[Row]:
    """The rows, or a notice instead of the page where the viewer's scope or the programme has none."""
    if not found:
        show(
            parts.notice(
                f"沒有可以看的{what}", f"目前的檢視範圍與計畫裡沒有{what}；若應該有，請洽系統管理者。"
            )
        )
        st.stop()
    return found


def fold(label: str) -> Any:
    """Content that is there when one asks for it."""
    return st.expander(label)


def choose(label: str, options: Sequence[str], current: str, parameter: str) -> None:
    """A long list of choices: what is chosen goes into the address."""
    chosen = st.selectbox(
        label,
        options,
        index=options.index(current),
        key=f"{parameter}={current}",
        label_visibility="collapsed",
        width=280,
    )
    if chosen != current:
        st.query_params[parameter] = chosen
        st.rerun()


def download(
    label: str, name: str, header: Sequence[str], build: Callable[[], Sequence[Sequence[object]]]
) -> None:
    """A CSV that is only made when it is asked for."""
    st.download_button(
        label,
        data=lambda: words.csv_bytes(header, build()),
        file_name=words.file_name(name) + ".csv",
        mime="text/csv",
        on_click="ignore",
    )


def sidebar(seen: View, pages: Mapping[str, str], current: str) -> None:
    """Brand, pages, programme, day and the legend; `pages` is path to title."""
    kept = {name: asked(name) for name in ("group", "school", "kpi")}
    links = "".join(
        f'<a href="{seen.link(path, **_kept(path, kept))}" target="_self"'
        f"{' class=on aria-current=page' if path == current else ''}>{words.escape(title)}</a>"
        for path, title in pages.items()
    )
    mark = '<br><span class="sample">示範資料</span>' if seen.facts.sample else ""
    st.html(
        f'<div class="kpi side"><p class="brand">數位學習精進方案<small>{words.escape(seen.facts.title)}</small>{mark}</p>'
        f'<nav aria-label="頁面">{links}</nav></div>'
    )
    if len(seen.programmes) > 1:
        _programme(seen)
    _day(seen)
    st.html(
        f'<div class="kpi side"><p class="label">檢視範圍</p>{words.escape(seen.scope.label)}'
        f'<p class="label">狀態</p><div class="legend">{parts.legend()}</div></div>'
    )


def _kept(path: str, kept: Mapping[str, str | None]) -> dict[str, str | None]:
    """A group stays chosen on the way back to its page, a school on its own."""
    return {name: value for name, value in kept.items() if name == path}


def _programme(seen: View) -> None:
    titles = {name: _title(seen, name) for name in seen.programmes}
    chosen = st.selectbox(
        "計畫",
        seen.programmes,
        index=seen.programmes.index(seen.programme),
        format_func=lambda name: titles[name],
        key=f"programme={seen.programme}",
    )
    if chosen != seen.programme:
        st.query_params.from_dict({"programme": chosen})
        st.rerun()


def _title(seen: View, programme: str) -> str:
    """A programme without a snapshot can still be chosen: its page then says what is missing."""
    try:
        snapshot = warehouse.current(seen.warehouse, programme)
    except warehouse.NoSnapshot:
        return programme
    return str(_asked(snapshot, seen.scope, "snapshot", ())[0].title)


def _day(seen: View) -> None:
    chosen = st.date_input(
        "截至",
        value=seen.on,
        min_value=min(seen.facts.first_day, seen.on, seen.today),
        max_value=max(seen.facts.last_day, seen.on, seen.today),
        format="YYYY-MM-DD",
        key=f"on={seen.programme}={seen.on}",
    )
    if isinstance(chosen, date) and chosen != seen.on:
        st.query_params["on"] = chosen.isoformat()
        st.rerun()
    deadlines = [kpi.deadline for kpi in ask(seen, "kpis", period=seen.period.period) if kpi.deadline]
    here = {name: value for name, value in st.query_params.items() if name not in ("programme", "on")}
    pills = [
        (label, seen.link("", **(here | {"on": day.isoformat()})).removeprefix("./"), day == seen.on)
        for day, label in shortcuts(seen.today, bool(seen.facts.as_of), deadlines, seen.year)
    ]
    st.html(f'<div class="kpi side">{parts.pills(pills)}</div>')


def shortcuts(today: date, pinned: bool, deadlines: Sequence[date], year: int) -> list[tuple[date, str]]:
    """The days people ask for: today (or the definition's day), the end of last month, and each deadline."""
    month_end = date.fromordinal(today.replace(day=1).toordinal() - 1)
    found = {
        today: f"{words.short_day(today, year)} 資料日" if pinned else "今天",
        month_end: f"{month_end.month} 月底",
    }
    for deadline in sorted(set(deadlines)):
        found.setdefault(deadline, f"{words.short_day(deadline, year)} 期限")
    return list(found.items())


def dress() -> None:
    """Our style sheet and the link handler, on every page."""
    style, script = _dress()
    st.html(style)
    st.html(script, unsafe_allow_javascript=True)


@st.cache_resource(show_spinner=False)
def _dress() -> tuple[str, str]:
    """Read once; and since everything long-lived is now imported, the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    style = (HERE / "style.css").read_text("utf-8")
    script = (HERE / "follow.js").read_text("utf-8")
    return f"<style>{style}</style>", f"<script>{script}</script>"


@contextlib.contextmanager
def guard() -> Iterator[None]:
    """Turns whatever goes wrong into a notice that says what happened and what to do; the log has the rest."""
    try:
        yield
    except warehouse.NoSnapshot as missing:
        show(parts.notice("✕ 還沒有可以看的資料", words.escape(missing), "failed"))
    except Exception:
        number = uuid.uuid4().hex[:8]
        logger.exception("page failed, reference %s", number)
        show(
            parts.notice(
                "✕ 這個畫面讀不出來",
                f"資料沒有變動。請重新整理；若仍如此，請把代號 <code>{number}</code> 告訴系統管理者，"
                f'或先<a href="./{HOME}" target="_self">回到總覽</a>。',
                "failed",
            )
        )
