"""The commands that read the sources: `build`, `watch`, and `sheets`, which only looks."""

import argparse
import datetime as dt
import signal
import threading
import time
from pathlib import Path

from dashboard import config as configs
from dashboard import programmes, reports, warehouse
from dashboard.cli.arguments import Command, interval
from dashboard.cli.common import EVERY_SCHOOL, FAILURES, config_of, definitions_of, say, when
from dashboard.cli.printing import Bar, padded
from dashboard.programmes import Programme
from dashboard.sources import contracts, spreadsheets
from dashboard.sources.files import FolderError


def add(command: Command) -> None:
    """Add the commands of this module."""
    build = command(_build, "build", "讀入資料、逐列檢查、計算並發布一份快照")
    build.add_argument("--data", type=Path, help="資料夾")
    build.add_argument("--programme", metavar="ID", help="計畫")
    build.add_argument("--warehouse", type=Path, help="快照存放處")
    build.add_argument("--if-changed", action="store_true", help="資料沒有變動就不另存快照")
    build.add_argument("--by", metavar="NAME", help="由誰更新，告訴同時在等的人")

    watch = command(_watch, "watch", "每隔一段時間更新一次")
    watch.add_argument("--every", type=interval, default=900.0, metavar="15m", help="間隔，例如 15m、1h")
    watch.add_argument("--programme", metavar="ID", help="計畫")

    sheets = command(_sheets, "sheets", "每個 Google 試算表讀不讀得到、各工作表與欄位認成什麼")
    sheets.add_argument("--programme", metavar="ID", help="計畫")


def _build(options: argparse.Namespace) -> int:
    build_all(config_of(options), only_if_changed=options.if_changed, by=options.by)
    return 0


def build_all(config: configs.Config, *, only_if_changed: bool = False, by: str | None = None) -> None:
    """Build every programme of `config`; the first that fails stops it, and its former snapshot stands.

    Of those that nobody named, one at least must do.
    """
    tables = contracts.load()
    paths = definitions_of(config)
    # Where nothing says which, all that the product ships are tried: a folder is seldom of every one of them.
    named = config.programmes or config.folders or paths[0].parent != programmes.FOLDER
    tried = 0 if named else len(paths) - 1
    for path in paths:
        programme = programmes.load(path, tables)
        try:
            _build_one(config, programme, tables, only_if_changed, by)
        except warehouse.BuildError as error:
            tried -= 1
            if tried < 0:
                raise
            say(f"沒有建立 {programme.id}：{str(error).partition(chr(10))[0]}")


def _build_one(
    config: configs.Config,
    programme: Programme,
    tables: dict[str, contracts.Table],
    only_if_changed: bool,
    by: str | None,
) -> None:
    places = config.places_of(programme.id)
    if places.key and (warning := spreadsheets.key_warning(places.key)):
        say(f"請注意：{warning}")
    bar = Bar()
    former = _stamp(config.warehouse, programme)
    try:
        snapshot, counts = warehouse.publish(
            config.warehouse, programme, places, tables, bar.show, only_if_changed=only_if_changed, by=by
        )
    except (warehouse.BuildError, FolderError) as error:
        bar.clear()
        raise warehouse.BuildError(f"{error}\n{_still_stands(config.warehouse, programme)}") from error
    bar.clear()
    if snapshot.stamp == former:
        say(f"{programme.title.zh}：資料沒有變動，仍是 {when(former)} 的快照。")
    else:
        _summary(programme, snapshot, counts)
    _tell_stale(config.warehouse, programme)


def _tell_stale(place: Path, programme: Programme) -> None:
    """Which spreadsheets could not be read, so that their rows are those of the last good reading."""
    refresh = warehouse.last_refresh(place / programme.id)
    for sheet in refresh.sheets if refresh else ():
        if sheet.problem:
            stands = f"沿用 {sheet.good_at:%m/%d %H:%M} 讀到的列" if sheet.good_at else "從來沒有讀到過"
            say(f"試算表「{sheet.title}」讀不到，{stands}：{sheet.problem}")


def _watch(options: argparse.Namespace) -> int:
    """Refresh for ever; what fails once is told, and tried again at the next turn."""
    ended = threading.Event()

    def end(*_: object) -> None:
        # The exception alone may be lost, where it falls into a destructor that ignores it.
        ended.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    say(f"每 {options.every / 60:g} 分鐘更新一次（按 Ctrl+C 結束）")
    try:
        while not ended.is_set():
            started = time.monotonic()
            try:
                build_all(config_of(options), only_if_changed=True, by="自動更新")
            except FAILURES as error:
                say(f"{dt.datetime.now():%m/%d %H:%M} 這次沒有更新：{error}")
            ended.wait(max(1.0, options.every - (time.monotonic() - started)))
    except KeyboardInterrupt:
        pass
    return 0


def _sheets(options: argparse.Namespace) -> int:
    """What each spreadsheet holds. Exit code 3 where one cannot be read."""
    config = config_of(options)
    tables = contracts.load()
    failed = False
    for path in definitions_of(config):
        programme = programmes.load(path, tables)
        places = config.places_of(programme.id)
        if not places.spreadsheets:
            say(f"{programme.title.zh}：kpi.toml 沒有設定試算表。")
            continue
        if places.key:
            say(f"服務帳戶：{spreadsheets.account_of(places.key)}（每份試算表都要分享給它，檢視者即可）")
            if warning := spreadsheets.key_warning(places.key):
                say(f"請注意：{warning}")
        own = contracts.chosen(tables, programme)
        for line, good in reports.of_spreadsheets(places, own):
            print(line)
            failed = failed or not good
    return 3 if failed else 0


def _stamp(place: Path, programme: Programme) -> str | None:
    try:
        return warehouse.current(place, programme.id).stamp
    except warehouse.NoSnapshot:
        return None


def _still_stands(place: Path, programme: Programme) -> str:
    stamp = _stamp(place, programme)
    if stamp is None:
        return "沒有發布任何快照；先前也沒有快照。"
    return f"這次沒有發布；畫面仍是 {when(stamp)} 的快照，數字沒有變動。"


def _summary(programme: Programme, snapshot: warehouse.Snapshot, counts: list[warehouse.TableCount]) -> None:
    for count in counts:
        if not count.supplied:
            print(f"{padded(count.label, 16)}未提供")
            continue
        extra = f"，警告 {count.warnings:,}" if count.warnings else ""
        print(
            f"{padded(count.label, 16)}讀入 {count.read:>9,} = 採用 {count.accepted:,} + 重複 {count.duplicate:,}"
            f" + 退回 {count.rejected:,}{extra}"
        )
    _, problems = warehouse.rows(snapshot, "unreadable", EVERY_SCHOOL)
    for file, message, was_read in problems:
        say(f"{'請注意' if was_read else '讀不進來'}：{file}：{message}")
    say(f"已發布 {programme.title.zh}：{snapshot.path}")
