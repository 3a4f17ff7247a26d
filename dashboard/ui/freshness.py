"""How fresh the figures are: stale spreadsheets, a build that goes on, and the page that follows a new snapshot.

A build runs in a process of its own, started here, by `kpi watch` or by hand; every page reads what it notes beside the
snapshots, and no page asks Google anything.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import streamlit as st

from dashboard import config
from dashboard import warehouse as store
from dashboard.ui import parts, words
from dashboard.ui.address import TAIPEI, View, ask

LOOK_EVERY = 10.0
LOOK_EVERY_WHILE_BUILDING = 1.0

_started: dict[str, subprocess.Popen[str]] = {}


def tags(seen: View) -> list[str]:
    """A mark for each spreadsheet out of reach and for a failed refresh, for the quiet line of every page."""
    refresh = store.last_refresh(_folder(seen))
    if refresh is None:
        return []
    labels = {row.table_name: row.label for row in ask(seen, "tables")}
    marks = [_mark(seen, sheet, labels) for sheet in refresh.sheets if sheet.problem]
    if refresh.error:
        marks.append(_tag(seen, "t-overdue", f"✕ {words.moment(refresh.at, seen.year)} 更新失敗"))
    return marks


def _mark(seen: View, sheet: store.SheetStatus, labels: dict[str, str]) -> str:
    what = "、".join(labels.get(table, table) for table in sheet.tables) or f"試算表「{sheet.title}」"
    if sheet.good_at is None:
        return _tag(seen, "t-overdue", f"✕ {what} 從未讀到")
    long = _now() - sheet.good_at
    if long > timedelta(days=config.from_environment().stale_after_days):
        return _tag(seen, "t-overdue", f"✕ {what} {long.days} 天未更新")
    return _tag(seen, "t-behind", f"! {what} 停在 {words.moment(sheet.good_at, seen.year)}")


def _tag(seen: View, kind: str, text: str) -> str:
    return parts.anchor(seen.link("data"), f'<span class="tag {kind}">{words.escape(text)}</span>', "stale")


def notices(seen: View) -> str:
    """For the data page: each spreadsheet out of reach with since when, why and what stands; and a failed refresh."""
    refresh = store.last_refresh(_folder(seen))
    if refresh is None:
        return ""
    told = ""
    if refresh.error:
        body = words.escape(refresh.error).replace("\n", "<br>")
        stands = f"畫面仍是 {words.moment(seen.facts.built_at, seen.year)} 的快照，數字沒有變動。"
        told += parts.notice(
            f"✕ {words.moment(refresh.at, seen.year)} 的更新沒有發布", f"{body}<br>{stands}", "failed"
        )
    for sheet in refresh.sheets:
        if sheet.problem:
            since = (
                f"以下數字沿用 {words.moment(sheet.good_at, seen.year)} 讀到的列。"
                if sheet.good_at
                else "從來沒有讀到過，有關的指標列為未填報，不是 0。"
            )
            link = parts.outward(sheet.link, "開啟試算表")
            body = f"{words.escape(sheet.problem)}<br>{since}{link}"
            long = sheet.good_at is None or _now() - sheet.good_at > timedelta(
                days=config.from_environment().stale_after_days
            )
            told += parts.notice(f"! 試算表「{sheet.title}」讀不到", body, "failed" if long else "warning")
    return told


def follow(seen: View) -> None:
    """Looks now and then whether a new snapshot serves or a build goes on; then the page is drawn anew, as chosen."""
    before = _state(seen)

    def look() -> None:
        if _state(seen) != before:
            st.rerun(scope="app")

    st.fragment(look, run_every=LOOK_EVERY)()


def _state(seen: View) -> tuple[object, ...]:
    try:
        stamp = store.current(seen.warehouse, seen.programme).stamp
    except store.NoSnapshot:
        stamp = ""
    refresh = store.last_refresh(_folder(seen))
    told = refresh and (refresh.error, [(one.id, one.problem) for one in refresh.sheets])
    return stamp, str(told), store.under_way(_folder(seen)) is not None


def update(seen: View) -> None:
    """「立即更新」, or how far the build is that goes on and who started it."""
    if not _goes_on(seen):
        _button(seen)
        return

    def look() -> None:
        if not _goes_on(seen):
            st.rerun(scope="app")
        show_progress(seen, store.under_way(_folder(seen)))

    st.fragment(look, run_every=LOOK_EVERY_WHILE_BUILDING)()


def _goes_on(seen: View) -> bool:
    mine = _started.get(seen.programme)
    return (mine is not None and mine.poll() is None) or store.under_way(_folder(seen)) is not None


def show_progress(seen: View, going: store.UnderWay | None) -> None:
    """A notice with a bar: what is done now, by whom, and that the figures stand meanwhile."""
    if going is None:
        st.html(f'<div class="kpi">{parts.notice("更新中：準備", "正在啟動。")}</div>')
        return
    share = f"{going.share:.0%}"
    bar = (
        f'<div class="bar" role="progressbar" aria-valuenow="{going.share * 100:.0f}" aria-valuemin="0"'
        f' aria-valuemax="100" aria-label="更新進度"><i style="width:{share}"></i></div>'
    )
    stands = f"完成前畫面維持 {words.moment(seen.facts.built_at, seen.year)} 的快照。"
    body = f"由 {words.escape(going.by)} 於 {words.escape(going.since)} 開始；{stands}{bar}"
    st.html(f'<div class="kpi">{parts.notice(f"更新中 {share}：{going.text}", body)}</div>')


def _button(seen: View) -> None:
    if st.button("立即更新", type="primary"):
        start(seen)
        st.rerun()
    ended = _started.get(seen.programme)
    if ended is not None and ended.returncode:
        told = ended.stderr.read() if ended.stderr and not ended.stderr.closed else ""
        body = words.escape(told.strip()[-800:]).replace("\n", "<br>") or "沒有更多說明。"
        del _started[seen.programme]
        st.html(f'<div class="kpi">{parts.notice("✕ 這次更新沒有完成", body, "failed")}</div>')


def start(seen: View) -> None:
    """Start a build that publishes only where something changed; a second one beside it says so and ends."""
    place = os.environ.get(config.VARIABLE) or os.getcwd()
    command = [
        sys.executable, "-m", "dashboard.cli", "build", "--config", place, "--programme", seen.programme,
        "--by", "「資料」頁的檢視者",
    ]  # fmt: skip
    if not store.pinned(_folder(seen)):
        command.append("--if-changed")
    root = str(Path(__file__).parents[2])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")])),
    }
    _started[seen.programme] = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
        encoding="utf-8", env=environment,
    )  # fmt: skip


def _folder(seen: View) -> Path:
    return seen.warehouse / seen.programme


def _now() -> datetime:
    return datetime.now(TAIPEI).replace(tzinfo=None)
