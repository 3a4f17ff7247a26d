"""How fresh the figures are: stale spreadsheets, and a running build.

A build runs in a process of its own, started here, by `kpi watch` or by hand. Every page reads the build's notes beside
the snapshots, and no page asks Google anything.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple

import streamlit as st

from dashboard import clock
from dashboard import warehouse as store
from dashboard.definitions import deployment
from dashboard.language import markup, texts, words
from dashboard.language.markup import BLANK, Markup, join
from dashboard.language.texts import kept, later, say
from dashboard.paths import with_product
from dashboard.questions import View, ask
from dashboard.rows import SourceTable
from dashboard.ui.base import parts
from dashboard.ui.base.parts import BREAK, element
from dashboard.ui.base.screen import show

LOOK_EVERY_WHILE_BUILDING = 1.0
VIEWER = later("「資料」頁的檢視者")
MINE = "updates"
MARKED = 2  # tables that a quiet line names
# A folder of the server, behind a blank or a mark; not the slashes of a day or of an address.
FOLDERS = re.compile(r"(?<![\w:/.])(?:[A-Za-z]:)?[\\/](?:[^\s\\/「」\"']+[\\/])+")


@dataclass(frozen=True)
class Started:
    """A build that this viewer's session started.

    served: the stamp of the snapshot that served at its start. file: the uploaded file that it takes in, if any.
    errors: its standard error.
    """

    programme: str
    since: datetime
    served: str
    file: str | None
    process: subprocess.Popen[bytes]
    errors: IO[bytes]


@dataclass
class Mine:
    """The session's own updates, which no other session sees.

    going: those that run or wait. news: messages on those that ended. failed: by programme, why the last one failed.
    """

    going: list[Started] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def tags(view: View) -> list[Markup]:
    """A mark for each spreadsheet out of reach and for a failed refresh, for the quiet line of every page."""
    refresh = store.last_refresh(folder(view))
    if refresh is None:
        return _quiet_tags(view)
    labels = {row.table_name: row.label for row in ask(view, SourceTable)}
    marks = [_mark(view, sheet, labels) for sheet in _unreachable(refresh)]
    if refresh.error:
        marks.append(
            _tag(view, "t-overdue", say("✕ {day} 更新失敗", day=words.moment(refresh.at, view.year)))
        )
    return marks + _quiet_tags(view)


def _mark(view: View, sheet: store.SheetStatus, labels: dict[str, str]) -> Markup:
    named = words.listing([labels.get(table, table) for table in sheet.tables])
    what = named or say("試算表「{title}」", title=sheet.title)
    if sheet.good_at is None:
        return _tag(view, "t-overdue", say("✕ {what} 從未讀到", what=what))
    if _stale(sheet):
        days = (clock.now() - sheet.good_at).days
        return _tag(view, "t-overdue", say("✕ {what} {n} 天未更新", what=what, n=days))
    day = words.moment(sheet.good_at, view.year)
    return _tag(view, "t-behind", say("! {what} 停在 {day}", what=what, day=day))


def _stale(sheet: store.SheetStatus) -> bool:
    """Whether the spreadsheet was out of reach for longer than `stale_after_days`, or was never read."""
    bearable = timedelta(days=deployment.from_environment().stale_after_days)
    return sheet.good_at is None or clock.now() - sheet.good_at > bearable


def _tag(view: View, kind: str, text: str) -> Markup:
    return parts.anchor(view.link("data"), element("span", text, kind=f"tag {kind}"), "stale")


def notices(view: View) -> Markup:
    """The notices of the data page.

    A failed refresh, snapshots deleted for lack of disk space, and each spreadsheet out of reach: since when, why, and
    which rows are used instead.
    """
    refresh = store.last_refresh(folder(view))
    if refresh is None:
        return BLANK
    failed = [_failed(view, refresh)] if refresh.error else []
    failed += [_removed(view, refresh)] if refresh.removed else []
    unreached = [_unreached(view, sheet) for sheet in _unreachable(refresh)]
    return join([*failed, *unreached, _unchanged(view)])


def _unreachable(refresh: store.Refresh) -> list[store.SheetStatus]:
    """The spreadsheets out of reach, without those whose problem is the refresh's own error."""
    return [sheet for sheet in refresh.sheets if sheet.problem and sheet.problem != refresh.error]


def _checked(view: View) -> datetime | None:
    """When the sources were last read without a change, if that was after the view's snapshot was built."""
    refresh = store.last_refresh(folder(view))
    if refresh is None or refresh.checked_at is None or refresh.stamp != view.snapshot.stamp:
        return None
    return refresh.checked_at if refresh.checked_at > view.facts.built_at else None


def checked(view: View) -> list[str]:
    """When the sources were last read, for the quiet line of every page; empty if that was before the snapshot was built."""
    at = _checked(view)
    return [say("最後檢查 {time}", time=_time(view, at))] if at else []


def _unchanged(view: View) -> Markup:
    at = _checked(view)
    if at is None:
        return BLANK
    return element("p", say("已檢查 {time}，資料沒有變動。", time=_time(view, at)), kind="sub")


def _time(view: View, at: datetime) -> str:
    """The time; of an earlier day the day too."""
    return f"{at:%H:%M}" if at.date() == clock.today() else words.moment(at, view.year)


class Times(NamedTuple):
    """The times of a table.

    changed: when its newest file was changed. read: when it was last read without a failure. quiet: for how many days it
    has not changed, where that is longer than `quiet_after_days` of the definition.
    """

    changed: datetime | None
    read: datetime | None
    quiet: int | None


def of_tables(view: View, tables: Sequence[SourceTable]) -> dict[str, Times]:
    """The times of each table, by its name; a spreadsheet out of reach counts as read when it was last in reach."""
    refresh = store.last_refresh(folder(view))
    times = {}
    for row in tables:
        sheets = [one for one in (refresh.sheets if refresh else ()) if row.table_name in one.tables]
        out = [one.good_at for one in sheets if one.problem]
        read = refresh.checked_at if refresh else None
        if out:
            read = None if None in out else min(at for at in out if at)
        times[row.table_name] = Times(row.changed_at, read if row.supplied else None, _quiet(view, row))
    return times


def _quiet(view: View, row: SourceTable) -> int | None:
    """For how many days a table has not changed, where the definition marks that; the count ends with the programme."""
    bearable = _bearable(view.facts.definition).get(row.table_name)
    if bearable is None or row.changed_at is None:
        return None
    last: date = min(clock.today(), view.facts.last_day)
    days = (last - row.changed_at.date()).days
    return days if days > bearable else None


@lru_cache
def _bearable(definition: str) -> Mapping[str, int]:
    return dict(json.loads(definition).get("quiet_after_days") or {})


def _quiet_tags(view: View) -> list[Markup]:
    """A mark for each table that has not changed for long; above `MARKED` tables one mark with their number."""
    if not _bearable(view.facts.definition):
        return []
    quiet = [(row.label, days) for row in ask(view, SourceTable) if (days := _quiet(view, row)) is not None]
    if len(quiet) > MARKED:
        return [_tag(view, "t-behind", say("! {n} 張資料表很久沒有變動", n=len(quiet)))]
    return [
        _tag(view, "t-behind", say("! {what} {n} 天沒有變動", what=label, n=days)) for label, days in quiet
    ]


def _without_folders(view: View, message: str) -> str:
    """A message without the server's folders; the names of files stay."""
    # These two first: their names may hold blanks.
    for place in (view.warehouse, Path(deployment.from_environment().folder_of(view.programme))):
        message = message.replace(str(place), place.name)
    return FOLDERS.sub("", message)


def _failed(view: View, refresh: store.Refresh) -> Markup:
    current = say("畫面仍是 {day} 的快照，數字沒有變動。", day=words.moment(view.facts.built_at, view.year))
    title = say("✕ {day} 的更新沒有發布", day=words.moment(refresh.at, view.year))
    reason = parts.stored(_without_folders(view, refresh.error or ""))
    return parts.notice(title, join([reason, current], BREAK), "failed")


def _removed(view: View, refresh: store.Refresh) -> Markup:
    title = say("! {day} 的更新因磁碟空間不足刪除了較舊的快照", day=words.moment(refresh.at, view.year))
    body = say(
        "已刪除 {files}，無法再還原。請系統管理者清出磁碟空間。",
        files=words.listing(refresh.removed),
    )
    return parts.notice(title, body, "warning")


def _unreached(view: View, sheet: store.SheetStatus) -> Markup:
    since = (
        say("以下數字沿用 {day} 讀到的列。", day=words.moment(sheet.good_at, view.year))
        if sheet.good_at
        else say("從來沒有讀到過，有關的指標列為未填報，不是 0。")
    )
    link = join([since, parts.outward(sheet.link, say("開啟試算表"))], " ")
    body = join([parts.stored(sheet.problem), link], BREAK)
    title = say("! 試算表「{title}」讀不到", title=sheet.title)
    return parts.notice(title, body, "failed" if _stale(sheet) else "warning")


def update(view: View) -> None:
    """Show the button that starts an update, or the progress of the running build.

    Beside the button: why the session's last update failed.
    """
    if not _goes_on(view):
        _button(view)
        return

    def look() -> None:
        if not _goes_on(view):
            st.rerun(scope="app")
        show_progress(view, store.under_way(folder(view)))

    st.fragment(kept(look), run_every=LOOK_EVERY_WHILE_BUILDING)()


def _goes_on(view: View) -> bool:
    return _waits(view) or store.under_way(folder(view)) is not None


def _waits(view: View, behind: store.UnderWay | None = None) -> bool:
    """Whether an update of this session runs; with `behind`, whether it waits for that build to end."""
    return any(
        one.programme == view.programme and (behind is None or one.process.pid != behind.process)
        for one in own_updates().going
    )


def own_updates() -> Mine:
    """The session's updates; those that ended meanwhile become news."""
    mine: Mine = st.session_state.setdefault(MINE, Mine())
    for one in [one for one in mine.going if one.process.poll() is not None]:
        mine.going.remove(one)
        if one.process.returncode:
            mine.failed[one.programme] = _error_output(one) or say("沒有更多說明。")
            mine.news.append(say(FAILED))
        elif store.pinned(deployment.from_environment().warehouse / one.programme):
            mine.news.append(say("目前用的是還原的快照，資料夾裡的檔案還沒有讀入；按「立即更新」才會更新。"))
        elif one.file:
            mine.news.append(say("更新完成，你放入的「{name}」已在數字裡。", name=markup.markdown(one.file)))
        else:
            mine.news.append(_done(one))
        one.errors.close()
    return mine


def _done(one: Started) -> str:
    """The message that there are new figures, or that the sources have not changed."""
    folder = deployment.from_environment().warehouse / one.programme
    refresh = store.last_refresh(folder)
    read = refresh.checked_at if refresh and refresh.stamp == one.served else None
    if read is None or read < one.since:
        return say("更新完成。")
    return say("已檢查 {time}，資料沒有變動。", time=f"{read:%H:%M}")


def _error_output(one: Started) -> str:
    """The last 800 letters of a build's standard error: why it failed, and which figures remain."""
    one.errors.seek(max(0, one.errors.seek(0, os.SEEK_END) - 4_000))
    return one.errors.read().decode("utf-8", "ignore").strip()[-800:]


FAILED = later("✕ 這次更新沒有完成，原因在「資料」頁。")


def show_progress(view: View, going: store.UnderWay | None) -> None:
    """Show a notice with a progress bar: the build's step, who started it, and that the figures stay meanwhile."""
    if going is None:
        show(parts.notice(say("更新中：準備"), say("正在啟動。")))
        return
    share = f"{going.share:.0%}"
    bar = element(
        "div",
        element("i", style=f"width:{share}"),
        kind="bar",
        role="progressbar",
        aria_valuenow=f"{going.share * 100:.0f}",
        aria_valuemin=0,
        aria_valuemax=100,
        aria_label=say("更新進度"),
    )
    sentence = say(
        "由 {by} 於 {since} 開始；完成前畫面維持 {day} 的快照。",
        by=say(going.by),
        since=going.since,
        day=words.moment(view.facts.built_at, view.year),
    )
    waits = [BREAK, say("你的更新排在它後面，接著就開始。")] if _waits(view, going) else []
    title = say("更新中 {share}：{text}", share=share, text=_doing(view, going.text))
    show(parts.notice(title, join([sentence, *waits, bar])))


# What a build does with a file, a spreadsheet or a table, which it then names.
STEPS = (later("讀取"), later("讀取試算表"), later("存入"), later("整理"), later("檢查"))


def _doing(view: View, step: str) -> str:
    """A build's step in the viewer's language; the name of a file is not translated."""
    verb, _, what = step.partition(" ")
    named = store.translations(view.facts.definition, texts.manner().language).get(what, what)
    return f"{say(verb)} {named}".rstrip()


def _button(view: View) -> None:
    if view.scope.whole and st.button(say("立即更新"), type="primary"):
        start(view)
        st.rerun()
    mine = own_updates()
    if why := mine.failed.get(view.programme):
        mine.news[:] = [news for news in mine.news if news != say(FAILED)]
        if not _is_in_notice(view, why):
            reason = parts.stored(_without_folders(view, why))
            show(parts.notice(say("✕ 這次更新沒有完成"), reason, "failed"))


def _is_in_notice(view: View, why: str) -> bool:
    """Whether the notice of the last refresh says the same already."""
    refresh = store.last_refresh(folder(view))
    return bool(refresh and refresh.error and refresh.error[:200] in why)


def start(view: View, file: str | None = None) -> None:
    """Start a build that waits for a running one and publishes only changes; `file` is the upload that it takes in.

    The build outlives the server.

    Raises:
        PermissionError: the viewer may not see every school.
    """
    if not view.scope.whole:
        raise PermissionError("only who may see every school may update")
    place = os.environ.get(deployment.VARIABLE) or os.getcwd()
    command = [
        sys.executable, "-m", "dashboard.cli", "build", "--config", place, "--programme", view.programme,
        "--by", VIEWER, "--wait",
    ]  # fmt: skip
    if not store.pinned(folder(view)):
        command.append("--if-changed")
    since = clock.now().replace(microsecond=0)
    # Not a pipe: nobody reads it before the end, so it would fill up.
    errors = tempfile.TemporaryFile()  # noqa: SIM115 (read when the build has ended)
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=errors, stdin=subprocess.DEVNULL, env=with_product(os.environ),
        start_new_session=True,
    )  # fmt: skip
    mine = own_updates()
    mine.failed.pop(view.programme, None)
    mine.going.append(Started(view.programme, since, view.snapshot.stamp, file, process, errors))


def folder(view: View) -> Path:
    """The folder of the programme's snapshots."""
    return view.warehouse / view.programme
