"""The commands that read the sources: `build`, `watch`, and `sheets`, which only looks."""

import argparse
import contextlib
import os
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from dashboard import __version__, clock, reports, warehouse
from dashboard.cli.arguments import Command, interval
from dashboard.cli.ask import snapshot_of
from dashboard.cli.common import (
    EVERY_SCHOOL,
    config_of,
    definitions_of,
    interruptible,
    keep_private,
    say,
    when,
)
from dashboard.cli.printing import Bar, one_line, padded
from dashboard.definitions import contracts, deployment, programmes
from dashboard.definitions.programme import Programme
from dashboard.definitions.table import Table
from dashboard.errors import OperatorError
from dashboard.rows import Unreadable
from dashboard.sources import spreadsheets

# How many lines say what was not read or not used.
LISTED_PROBLEMS = 20


def add(command: Command) -> None:
    """Add the commands of this module."""
    build = command(_build, "build", "讀入資料、逐列檢查、計算並發布一份快照")
    build.add_argument("--data", type=Path, help="資料夾")
    build.add_argument("--programme", metavar="ID", help="計畫")
    build.add_argument("--warehouse", type=Path, help="快照存放處")
    build.add_argument("--if-changed", action="store_true", help="資料沒有變動就不另存快照")
    build.add_argument("--wait", action="store_true", help="另一次建立正在進行時，等它結束再建立")
    build.add_argument("--by", metavar="NAME", help="由誰更新，告訴同時在等的人")

    watch = command(_watch, "watch", "每隔一段時間更新一次")
    watch.add_argument("--every", type=interval, default=900.0, metavar="15m", help="間隔，例如 15m、1h")
    watch.add_argument("--programme", metavar="ID", help="計畫")

    again = command(_rebuild, "rebuild", "由留存的原始檔重建一份快照，證明數字相同")
    again.add_argument(
        "snapshot", metavar="SNAPSHOT", help="快照的名稱，例如 20221125T091500000000；current 是目前這份"
    )
    again.add_argument("--programme", metavar="ID", help="計畫")
    again.add_argument("--warehouse", type=Path, help="快照存放處")

    sheets = command(_sheets, "sheets", "每個 Google 試算表讀不讀得到、各工作表與欄位認成什麼")
    sheets.add_argument("--programme", metavar="ID", help="計畫")


def _build(options: argparse.Namespace) -> int:
    config = _config(options)
    before = _stamps(config)
    with interruptible() as ended:
        try:
            build_all(
                config, only_if_changed=options.if_changed, by=options.by, wait=options.wait, ended=ended
            )
        except BaseException:
            # By whatever the interruption became on its way: within the database it is another exception.
            if not ended.is_set():
                raise
            now = _stamps(config)
            fresh = [name for name in now if now[name] != before.get(name)]
            rest = _serving(config.warehouse, before) if not fresh else "其餘沒有發布。"
            say(f"已中斷；{''.join(f'{name} 已發布，' for name in fresh)}{rest}")
            return 3
    return 0


def _stamps(config: deployment.Config) -> dict[str, str | None]:
    """The snapshot that serves of each programme that has one."""
    there = warehouse.programmes_in(config.warehouse)
    return {name: _stamp(config.warehouse, name) for name in config.programmes or there}


def _config(options: argparse.Namespace) -> deployment.Config:
    try:
        return config_of(options)
    except deployment.ConfigError as error:
        # Where the snapshots are is not known then.
        raise deployment.ConfigError(
            f"{error}\n這次沒有發布；先前若有快照，畫面仍是那一份，數字沒有變動。"
        ) from error


def build_all(
    config: deployment.Config,
    *,
    only_if_changed: bool = False,
    by: str | None = None,
    wait: bool = False,
    ended: threading.Event | None = None,
) -> None:
    """Build every programme of `config`; the first that fails stops it, and its former snapshot serves on.

    Of those that nobody named, one at least must do. Once `ended` is set, none goes on. With `wait` the end of a build
    that goes on is awaited.

    Raises:
        BuildError: why, and which snapshot serves of each programme that was tried.
    """
    keep_private(config.warehouse)
    wanted = config.programmes or tuple(config.folders)
    try:
        tables = contracts.load()
        paths = definitions_of(config)
    except OperatorError as error:
        known = wanted or warehouse.programmes_in(config.warehouse)
        for name in known:
            warehouse.note_failure(config.warehouse / name, str(error))
        raise warehouse.BuildError(f"{error}\n{_serving(config.warehouse, known)}") from error
    # Where nothing says which, all that the product ships are tried: a folder is seldom of every one of them.
    named = wanted or paths[0].parent != programmes.FOLDER
    failed: dict[str, str] = {}
    bar = Bar(ended)
    for path in paths:
        try:
            programme = _loaded(config, path, tables)
            _build_one(config, programme, tables, only_if_changed, by, wait, bar)
        except OperatorError as error:
            failed[path.stem] = str(error)
            if named or len(failed) == len(paths):
                text = f"{_reasons(failed)}\n{_serving(config.warehouse, failed)}"
                raise warehouse.BuildError(text) from error
    for name, reason in failed.items():
        say(f"沒有建立 {name}：{reason.partition(chr(10))[0]}")


def _loaded(config: deployment.Config, path: Path, tables: dict[str, Table]) -> Programme:
    """The definition in `path`. Its faults are noted for the pages, too: while it has any, the figures are not updated."""
    try:
        return programmes.load(path, tables)
    except programmes.DefinitionError as error:
        warehouse.note_failure(config.warehouse / path.stem, str(error))
        raise


def _reasons(failed: Mapping[str, str]) -> str:
    """Why each programme failed; what is the same for several is said once."""
    same = len(set(failed.values())) == 1
    reasons = [reason if same else f"{name}：{reason}" for name, reason in failed.items()]
    return "\n".join(dict.fromkeys("\n".join(reasons).splitlines()))


def _serving(place: Path, names: Iterable[str]) -> str:
    """Which snapshot still serves of each of these programmes."""
    known = tuple(names)
    stamps = {name: stamp for name in known if (stamp := _stamp(place, name))}
    if not stamps:
        closed = [
            name
            for name in known
            if (place / name).is_dir() and not os.access(place / name, os.R_OK | os.X_OK)
        ]
        if closed:
            return f"這次沒有發布；「{place / closed[0]}」沒有權限讀，看不到先前的快照。"
        if any(list((place / name).glob("*.duckdb")) for name in known):
            return "這次沒有發布；先前的快照還在，數字沒有變動，只是「current」指不出用的是哪一份。"
        return "沒有發布任何快照；先前也沒有快照。"
    if len(stamps) == 1:
        return f"這次沒有發布；畫面仍是 {when(*stamps.values())} 的快照，數字沒有變動。"
    each = "、".join(f"{name} {when(stamp)}" for name, stamp in stamps.items())
    return f"這次沒有發布；畫面仍是先前的快照（{each}），數字沒有變動。"


def _build_one(
    config: deployment.Config,
    programme: Programme,
    tables: dict[str, Table],
    only_if_changed: bool,
    by: str | None,
    wait: bool,
    bar: Bar,
) -> None:
    places = config.places_of(programme.id)
    if places.key and (warning := spreadsheets.key_warning(places.key)):
        say(f"請注意：{warning}")
    former = _stamp(config.warehouse, programme.id)

    def warn(text: str) -> None:
        bar.clear()
        say(f"請注意：{text}")

    try:
        snapshot, counts = warehouse.publish(
            config.warehouse, programme, places, tables, bar.show,
            only_if_changed=only_if_changed, by=by, wait=wait, warn=warn,
        )  # fmt: skip
    finally:
        bar.clear()
    pinned = warehouse.pinned(config.warehouse / programme.id)
    if snapshot.stamp == former and pinned:
        say(
            f"{programme.title.zh}：{pinned.by} 還原了 {when(former)} 的快照，自動更新暫停，沒有讀入新的資料。"
            "要恢復請執行 kpi build（不加 --if-changed），或按「資料」頁的「立即更新」。"
        )
    elif snapshot.stamp == former:
        say(f"{programme.title.zh}：資料沒有變動，仍是 {when(former)} 的快照。")
    else:
        _summary(programme, snapshot, counts)
    _report_stale(config.warehouse, programme)


def _report_stale(place: Path, programme: Programme) -> None:
    """Which spreadsheets could not be read, so that their rows are those of the last good reading."""
    refresh = warehouse.last_refresh(place / programme.id)
    for sheet in refresh.sheets if refresh else ():
        if sheet.problem:
            fallback = f"沿用 {sheet.good_at:%m/%d %H:%M} 讀到的列" if sheet.good_at else "從來沒有讀到過"
            say(f"試算表「{sheet.title}」讀不到，{fallback}：{sheet.problem}")


def _watch(options: argparse.Namespace) -> int:
    """Refresh for ever; a failure is reported, and tried again at the next turn."""
    say(f"每 {options.every / 60:g} 分鐘更新一次（按 Ctrl+C 結束）")
    with interruptible() as ended, contextlib.suppress(KeyboardInterrupt):
        while not ended.is_set():
            started = time.monotonic()
            try:
                build_all(config_of(options), only_if_changed=True, by="自動更新", ended=ended)
            except OperatorError as error:
                say(f"{clock.now():%m/%d %H:%M} 這次沒有更新：{error}")
            ended.wait(max(1.0, options.every - (time.monotonic() - started)))
    return 0


def _rebuild(options: argparse.Namespace) -> int:
    """Exit code 3 where the figures are not the same."""
    config = config_of(options)
    serving = snapshot_of(options)
    stamp = Path(options.snapshot).name.removesuffix(".duckdb")
    bar = Bar(None)
    try:
        rebuilt = warehouse.rebuild(
            config.warehouse, serving.path.parent.name, serving.stamp if stamp == "current" else stamp,
            contracts.load(), bar.show,
        )  # fmt: skip
    finally:
        bar.clear()
    for proof in rebuilt.proofs:
        same = not (proof.missing or proof.added)
        text = "全部相同" if same else f"重建少了 {proof.missing:,} 列、多了 {proof.added:,} 列"
        print(f"{padded(proof.label, 32)}{proof.rows:>9,} 列，{text}")
    if rebuilt.version != __version__:
        say(f"這份快照由 {rebuilt.version} 版建立，現在是 {__version__} 版；不同之處可能來自版本。")
    if rebuilt.is_same:
        say(f"快照 {rebuilt.snapshot.stamp} 由它的原始檔重建，數字完全相同。")
        return 0
    say(f"快照 {rebuilt.snapshot.stamp} 由它的原始檔重建，數字不同，如上；快照本身沒有變動。")
    return 3


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


_KINDS = {
    "unreadable": "讀不進來",
    "left_out": "沒有讀",
    "unused": "沒有用到",
    "stale": "請注意",
    "note": "請注意",
}


def _stamp(place: Path, programme: str) -> str | None:
    try:
        return warehouse.current(place, programme).stamp
    except warehouse.NoSnapshot:
        return None


def _summary(programme: Programme, snapshot: warehouse.Snapshot, counts: list[warehouse.TableCount]) -> None:
    for count in counts:
        if not count.supplied:
            print(f"{padded(count.label, 16)}未提供")
            continue
        extra = f"（其中 {count.no_record:,} 列不是紀錄，不必改）" if count.no_record else ""
        extra += f"，警告 {count.warnings:,}" if count.warnings else ""
        print(
            f"{padded(count.label, 16)}讀入 {count.read:>9,} = 採用 {count.accepted:,} + 重複 {count.duplicate:,}"
            f" + 退回 {count.rejected:,}{extra}"
        )
    problems = warehouse.records(snapshot, Unreadable, EVERY_SCHOOL)
    for row in problems[:LISTED_PROBLEMS]:
        say(one_line(f"{_KINDS[row.kind]}：{row.file}：{row.message}"))
    if len(problems) > LISTED_PROBLEMS:
        say(f"另有 {len(problems) - LISTED_PROBLEMS:,} 項沒有列在這裡；全部列在「資料」頁。")
    say(f"已發布 {programme.title.zh}：{snapshot.path}")
