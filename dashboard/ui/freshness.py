"""How fresh the figures are: stale spreadsheets, a build that goes on, and the page that follows a new snapshot.

A build runs in a process of its own, started here, by `kpi watch` or by hand; every page reads what it notes beside the
snapshots, and no page asks Google anything.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple

import streamlit as st

from dashboard import config
from dashboard import warehouse as store
from dashboard.language import texts, words
from dashboard.language.texts import kept, later, say
from dashboard.questions import Row, View, ask
from dashboard.ui import parts
from dashboard.ui.screen import show

LOOK_EVERY = 10.0
LOOK_EVERY_WHILE_BUILDING = 1.0
VIEWER = later("「資料」頁的檢視者")
MINE = "updates"
MARKED = 2  # tables that a quiet line names
# Where something lies on the server: a folder behind a blank or a mark, not the slashes of a day or of an address.
FOLDERS = re.compile(r"(?<![\w:/.])(?:[A-Za-z]:)?[\\/](?:[^\s\\/「」\"']+[\\/])+")


@dataclass(frozen=True)
class Started:
    """A build that this viewer's session started: of which programme, since when, which snapshot served then, and the
    file that it is to take in, if one was put in. `errors` is what it says."""

    programme: str
    since: datetime
    served: str
    file: str | None
    process: subprocess.Popen[bytes]
    errors: IO[bytes]


@dataclass
class Mine:
    """The session's own updates: those that go on or wait, what is to be told of those that ended, and by programme why
    the last one failed. Nobody else is told of them."""

    going: list[Started] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def tags(view: View) -> list[str]:
    """A mark for each spreadsheet out of reach and for a failed refresh, for the quiet line of every page."""
    refresh = store.last_refresh(_folder(view))
    if refresh is None:
        return _quiet_tags(view)
    labels = {row.table_name: row.label for row in ask(view, "tables")}
    marks = [_mark(view, sheet, labels) for sheet in _unreachable(refresh)]
    if refresh.error:
        marks.append(
            _tag(view, "t-overdue", say("✕ {day} 更新失敗", day=words.moment(refresh.at, view.year)))
        )
    return marks + _quiet_tags(view)


def _mark(view: View, sheet: store.SheetStatus, labels: dict[str, str]) -> str:
    named = words.listing([labels.get(table, table) for table in sheet.tables])
    what = named or say("試算表「{title}」", title=sheet.title)
    if sheet.good_at is None:
        return _tag(view, "t-overdue", say("✕ {what} 從未讀到", what=what))
    if _stale(sheet):
        days = (_now() - sheet.good_at).days
        return _tag(view, "t-overdue", say("✕ {what} {n} 天未更新", what=what, n=days))
    day = words.moment(sheet.good_at, view.year)
    return _tag(view, "t-behind", say("! {what} 停在 {day}", what=what, day=day))


def _stale(sheet: store.SheetStatus) -> bool:
    """Whether it was out of reach for longer than the configuration bears, or always."""
    bearable = timedelta(days=config.from_environment().stale_after_days)
    return sheet.good_at is None or _now() - sheet.good_at > bearable


def _tag(view: View, kind: str, text: str) -> str:
    return parts.anchor(view.link("data"), f'<span class="tag {kind}">{words.escape(text)}</span>', "stale")


def notices(view: View) -> str:
    """For the data page: a failed refresh, former snapshots that a full disk cost, and each spreadsheet out of reach with
    since when, why and what stands."""
    refresh = store.last_refresh(_folder(view))
    if refresh is None:
        return ""
    failed = _failed(view, refresh) if refresh.error else ""
    failed += _removed(view, refresh) if refresh.removed else ""
    return failed + "".join(_unreached(view, sheet) for sheet in _unreachable(refresh)) + _unchanged(view)


def _unreachable(refresh: store.Refresh) -> list[store.SheetStatus]:
    """The spreadsheets out of reach, without those of which the failure of the refresh itself says the same."""
    return [sheet for sheet in refresh.sheets if sheet.problem and sheet.problem != refresh.error]


def _checked(view: View) -> datetime | None:
    """When the sources were last read and found to be those of the snapshot shown, if that was after it was made."""
    refresh = store.last_refresh(_folder(view))
    if refresh is None or refresh.checked_at is None or refresh.stamp != view.snapshot.stamp:
        return None
    return refresh.checked_at if refresh.checked_at > view.facts.built_at else None


def checked(view: View) -> list[str]:
    """When the sources were last read, for the quiet line of every page, where that was after the snapshot was made."""
    at = _checked(view)
    return [say("最後檢查 {time}", time=_time(view, at))] if at else []


def _unchanged(view: View) -> str:
    at = _checked(view)
    sentence = at and say("已檢查 {time}，資料沒有變動。", time=_time(view, at))
    return f'<p class="sub">{sentence}</p>' if sentence else ""


def _time(view: View, at: datetime) -> str:
    """The time of today, the day too of an earlier one."""
    return f"{at:%H:%M}" if at.date() == _now().date() else words.moment(at, view.year)


class Times(NamedTuple):
    """Of a table: when its newest file was changed, when it was last read without a failure, and for how many days it has
    not changed, where that is longer than the definition bears."""

    changed: datetime | None
    read: datetime | None
    quiet: int | None


def of_tables(view: View, tables: Sequence[Row]) -> dict[str, Times]:
    """The times of each table; a spreadsheet out of reach was read when it last was in reach."""
    refresh = store.last_refresh(_folder(view))
    times = {}
    for row in tables:
        sheets = [one for one in (refresh.sheets if refresh else ()) if row.table_name in one.tables]
        out = [one.good_at for one in sheets if one.problem]
        read = refresh.checked_at if refresh else None
        if out:
            read = None if None in out else min(at for at in out if at)
        times[row.table_name] = Times(row.changed_at, read if row.supplied else None, _quiet(view, row))
    return times


def _quiet(view: View, row: Row) -> int | None:
    """For how many days a table has not changed, where its definition marks that; of a term that is over nobody sends more."""
    bearable = _bearable(view.facts.definition).get(row.table_name)
    if bearable is None or row.changed_at is None:
        return None
    last: date = min(_now().date(), view.facts.last_day)
    days = (last - row.changed_at.date()).days
    return days if days > bearable else None


@lru_cache
def _bearable(definition: str) -> Mapping[str, int]:
    return dict(json.loads(definition).get("quiet_after_days") or {})


def _quiet_tags(view: View) -> list[str]:
    """A mark for each table that has not changed for long, or how many these are."""
    if not _bearable(view.facts.definition):
        return []
    quiet = [(row.label, days) for row in ask(view, "tables") if (days := _quiet(view, row)) is not None]
    if len(quiet) > MARKED:
        return [_tag(view, "t-behind", say("! {n} 張資料表很久沒有變動", n=len(quiet)))]
    return [
        _tag(view, "t-behind", say("! {what} {n} 天沒有變動", what=label, n=days)) for label, days in quiet
    ]


def _without_folders(view: View, message: str) -> str:
    """A message without where things lie on the server; what a file or folder is called stays."""
    # These two first: their names may hold blanks.
    for place in (view.warehouse, Path(config.from_environment().folder_of(view.programme))):
        message = message.replace(str(place), place.name)
    return FOLDERS.sub("", message)


def _failed(view: View, refresh: store.Refresh) -> str:
    current = say("畫面仍是 {day} 的快照，數字沒有變動。", day=words.moment(view.facts.built_at, view.year))
    title = say("✕ {day} 的更新沒有發布", day=words.moment(refresh.at, view.year))
    reason = parts.stored(_without_folders(view, refresh.error or ""))
    return parts.notice(title, f"{reason}<br>{current}", "failed")


def _removed(view: View, refresh: store.Refresh) -> str:
    title = say("! {day} 的更新因磁碟空間不足刪除了較舊的快照", day=words.moment(refresh.at, view.year))
    body = say(
        "已刪除 {files}，無法再還原。請系統管理者清出磁碟空間。",
        files=words.listing([words.escape(name) for name in refresh.removed]),
    )
    return parts.notice(title, body, "warning")


def _unreached(view: View, sheet: store.SheetStatus) -> str:
    since = (
        say("以下數字沿用 {day} 讀到的列。", day=words.moment(sheet.good_at, view.year))
        if sheet.good_at
        else say("從來沒有讀到過，有關的指標列為未填報，不是 0。")
    )
    body = f"{parts.stored(sheet.problem)}<br>{since} {parts.outward(sheet.link, say('開啟試算表'))}"
    title = say("! 試算表「{title}」讀不到", title=sheet.title)
    return parts.notice(title, body, "failed" if _stale(sheet) else "warning")


@contextmanager
def followed(view: View) -> Iterator[None]:
    """Around a page: looks now and then whether a new snapshot serves or a build goes on; then the page is drawn anew,
    as chosen. What is published while the page is drawn is new to it, too. Who started an update is told of its end."""
    before = _page_state(view)
    yield
    for news in _mine().news:
        st.toast(news)
    _mine().news.clear()
    looks = itertools.count()

    def look() -> None:
        if next(looks) and (_current_state(view) != before or _mine().news):
            st.rerun(scope="app")

    st.fragment(kept(look), run_every=LOOK_EVERY)()


def _page_state(view: View) -> tuple[object, ...]:
    """The state that a page shows; a damaged snapshot is not the one on the page, and still the one that serves."""
    return (_serving(view) if view.damage else view.snapshot.stamp, *_goings_on(view))


def _current_state(view: View) -> tuple[object, ...]:
    return (_serving(view), *_goings_on(view))


def _serving(view: View) -> str:
    try:
        return store.current(view.warehouse, view.programme).stamp
    except store.NoSnapshot:
        return ""


def _goings_on(view: View) -> tuple[str, bool]:
    refresh = store.last_refresh(_folder(view))
    status = refresh and (refresh.error, [(one.id, one.problem) for one in refresh.sheets])
    return str(status), store.under_way(_folder(view)) is not None


def update(view: View) -> None:
    """The button that updates now, or how far the build is that goes on and who started it; and why the viewer's own
    last update failed."""
    if not _goes_on(view):
        _button(view)
        return

    def look() -> None:
        if not _goes_on(view):
            st.rerun(scope="app")
        show_progress(view, store.under_way(_folder(view)))

    st.fragment(kept(look), run_every=LOOK_EVERY_WHILE_BUILDING)()


def _goes_on(view: View) -> bool:
    return _waits(view) or store.under_way(_folder(view)) is not None


def _waits(view: View, behind: store.UnderWay | None = None) -> bool:
    """Whether an update of the viewer's own goes on; with `behind`, whether it waits for that build to end."""
    return any(
        one.programme == view.programme and (behind is None or one.process.pid != behind.process)
        for one in _mine().going
    )


def _mine() -> Mine:
    """The session's updates; those that ended meanwhile have become news."""
    mine: Mine = st.session_state.setdefault(MINE, Mine())
    for one in [one for one in mine.going if one.process.poll() is not None]:
        mine.going.remove(one)
        if one.process.returncode:
            mine.failed[one.programme] = _error_output(one) or say("沒有更多說明。")
            mine.news.append(say(FAILED))
        elif store.pinned(config.from_environment().warehouse / one.programme):
            mine.news.append(say("目前用的是還原的快照，資料夾裡的檔案還沒有讀入；按「立即更新」才會更新。"))
        elif one.file:
            mine.news.append(say("更新完成，你放入的「{name}」已在數字裡。", name=words.markdown(one.file)))
        else:
            mine.news.append(_done(one))
        one.errors.close()
    return mine


def _done(one: Started) -> str:
    """That there are new figures, or that the sources were read and are the same."""
    folder = config.from_environment().warehouse / one.programme
    refresh = store.last_refresh(folder)
    read = refresh.checked_at if refresh and refresh.stamp == one.served else None
    if read is None or read < one.since:
        return say("更新完成。")
    return say("已檢查 {time}，資料沒有變動。", time=f"{read:%H:%M}")


def _error_output(one: Started) -> str:
    """The end of what a build said: why it failed, and what stands."""
    one.errors.seek(max(0, one.errors.seek(0, os.SEEK_END) - 4_000))
    return one.errors.read().decode("utf-8", "ignore").strip()[-800:]


FAILED = later("✕ 這次更新沒有完成，原因在「資料」頁。")


def show_progress(view: View, going: store.UnderWay | None) -> None:
    """A notice with a bar: what is done now, by whom, and that the figures stand meanwhile."""
    if going is None:
        show(parts.notice(say("更新中：準備"), say("正在啟動。")))
        return
    share = f"{going.share:.0%}"
    bar = (
        f'<div class="bar" role="progressbar" aria-valuenow="{going.share * 100:.0f}" aria-valuemin="0"'
        f' aria-valuemax="100" aria-label="{say("更新進度")}"><i style="width:{share}"></i></div>'
    )
    sentence = say(
        "由 {by} 於 {since} 開始；完成前畫面維持 {day} 的快照。",
        by=words.escape(say(going.by)),
        since=words.escape(going.since),
        day=words.moment(view.facts.built_at, view.year),
    )
    if _waits(view, going):
        sentence += f"<br>{say('你的更新排在它後面，接著就開始。')}"
    show(
        parts.notice(
            say("更新中 {share}：{text}", share=share, text=_doing(view, going.text)), sentence + bar
        )
    )


# What a build does with a file, a spreadsheet or a table, which it then names.
STEPS = (later("讀取"), later("讀取試算表"), later("存入"), later("整理"), later("檢查"))


def _doing(view: View, step: str) -> str:
    """A build's step in the viewer's language; a file keeps its name."""
    verb, _, what = step.partition(" ")
    named = store.translations(view.facts.definition, texts.manner().language).get(what, what)
    return f"{say(verb)} {named}".rstrip()


def _button(view: View) -> None:
    if view.scope.whole and st.button(say("立即更新"), type="primary"):
        start(view)
        st.rerun()
    mine = _mine()
    if why := mine.failed.get(view.programme):
        mine.news[:] = [news for news in mine.news if news != say(FAILED)]
        if not _is_in_notice(view, why):
            reason = parts.stored(_without_folders(view, why))
            show(parts.notice(say("✕ 這次更新沒有完成"), reason, "failed"))


def _is_in_notice(view: View, why: str) -> bool:
    """Whether the notice of the last refresh says the same already."""
    refresh = store.last_refresh(_folder(view))
    return bool(refresh and refresh.error and refresh.error[:200] in why)


def start(view: View, file: str | None = None) -> None:
    """Start a build that publishes only where something changed, behind one that goes on; `file` was put in before.

    It outlives the server.

    Raises:
        PermissionError: the viewer may not see every school.
    """
    if not view.scope.whole:
        raise PermissionError("only who may see every school may update")
    place = os.environ.get(config.VARIABLE) or os.getcwd()
    command = [
        sys.executable, "-m", "dashboard.cli", "build", "--config", place, "--programme", view.programme,
        "--by", VIEWER, "--wait",
    ]  # fmt: skip
    if not store.pinned(_folder(view)):
        command.append("--if-changed")
    root = str(Path(__file__).parents[2])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")])),
    }
    since = _now().replace(microsecond=0)
    # Not a pipe: it would be full at some time, and nobody reads it before the end.
    errors = tempfile.TemporaryFile()  # noqa: SIM115 (read when the build has ended)
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=errors, stdin=subprocess.DEVNULL, env=environment,
        start_new_session=True,
    )  # fmt: skip
    mine = _mine()
    mine.failed.pop(view.programme, None)
    mine.going.append(Started(view.programme, since, view.snapshot.stamp, file, process, errors))


def _folder(view: View) -> Path:
    return view.warehouse / view.programme


def _now() -> datetime:
    return datetime.now(store.TAIPEI).replace(tzinfo=None)
