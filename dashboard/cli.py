"""The command `kpi`. Results go to standard output, messages to standard error, so that a pipe holds results alone.

Exit codes: 0 done; 2 the command line is wrong; 3 nothing was published, or there is nothing to read.
"""

import argparse
import csv
import datetime as dt
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from dashboard import access, programmes, reports, warehouse
from dashboard import config as configs
from dashboard.exports.cells import safe
from dashboard.programmes import Programme
from dashboard.sources import contracts, google
from dashboard.sources.files import FolderError
from dashboard.sources.places import faults_of

EVERY_SCHOOL = access.bureau()
# Served when nothing is configured; below the working folder, as everything is.
SAMPLE = Path("sample")
FAILURES = (
    configs.ConfigError,
    contracts.ContractError,
    programmes.DefinitionError,
    warehouse.BuildError,
    warehouse.NoSnapshot,
    FolderError,
    google.KeyFileError,
)


def entry() -> None:
    """The console script. Results are UTF-8 whatever the terminal or the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Run one command; gives its exit code."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        code = int(options.run(options))
        sys.stdout.flush()  # a reader that has gone is noticed here rather than at exit
        return code
    except FAILURES as error:
        _say(f"錯誤：{error}")
        return 3
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kpi", description="數位學習精進方案 KPI：由各校的表單與試算表到可信的數字。"
    )
    parser.add_argument("--config", type=Path, help="設定檔（預設為目前資料夾的 kpi.toml）")
    commands = parser.add_subparsers(required=True, metavar="指令")

    def command(run: Callable[[argparse.Namespace], int], name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--config", type=Path, default=argparse.SUPPRESS, help="設定檔")
        added.set_defaults(run=run)
        return added

    build = command(_build, "build", "讀入資料、逐列檢查、計算並發布一份快照")
    build.add_argument("--data", type=Path, help="資料夾")
    build.add_argument("--programme", metavar="ID", help="計畫")
    build.add_argument("--warehouse", type=Path, help="快照存放處")
    build.add_argument("--if-changed", action="store_true", help="資料沒有變動就不另存快照")
    build.add_argument("--by", metavar="NAME", help="由誰更新，告訴同時在等的人")

    watch = command(_watch, "watch", "每隔一段時間更新一次")
    watch.add_argument("--every", type=_interval, default=900.0, metavar="15m", help="間隔，例如 15m、1h")
    watch.add_argument("--programme", metavar="ID", help="計畫")

    sheets = command(_sheets, "sheets", "每個 Google 試算表讀不讀得到、各工作表與欄位認成什麼")
    sheets.add_argument("--programme", metavar="ID", help="計畫")

    serve = command(_serve, "serve", "啟動儀表板；沒有設定時使用示範資料")
    serve.add_argument("--port", type=int, default=8501)

    results = command(_results, "results", "各校、各組與全市的指標")
    _reading(results)
    results.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="截至日")
    results.add_argument("--level", choices=("school", "group", "city"))
    results.add_argument("--kpi", metavar="ID")
    results.add_argument("--period", metavar="ID", help="期間")

    rejects = command(_rejects, "rejects", "被退回的列與怎麼改")
    _reading(rejects)
    rejects.add_argument("--all", action="store_true", help="連同警告")

    units = command(_units, "units", "一個數字背後的人、班或場次")
    _reading(units)
    units.add_argument("--kpi", metavar="ID", required=True)
    units.add_argument("--period", metavar="ID", help="期間")
    units.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD")
    units.add_argument("--school", metavar="NAME")
    units.add_argument("--missing", action="store_true", help="只列還沒完成的")

    sample = command(_sample, "sample", "寫出一個示範資料夾")
    sample.add_argument("folder", type=Path, metavar="DIR")
    sample.add_argument("--programme", metavar="ID", default="keelung-111", help="計畫")
    sample.add_argument("--schools", type=_positive)
    sample.add_argument("--teachers", type=_positive)
    sample.add_argument("--seed", type=int, default=1)

    template = command(_template, "template", "寫出每張資料表的空白範本（XLSX）")
    template.add_argument("folder", type=Path, metavar="DIR")
    template.add_argument("--programme", metavar="ID", help="計畫")

    check = command(_check, "check", "檢查定義檔與設定，不建立快照")
    check.add_argument("--programme", metavar="ID")
    check.add_argument("--data", type=Path)
    return parser


def _reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--warehouse", type=Path, help="快照存放處")
    parser.add_argument("--programme", metavar="ID", help="計畫")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")


def _day(text: str) -> dt.date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"「{text}」不是日期，請寫成 2022-11-25") from None


def _interval(text: str) -> float:
    try:
        return max(60.0, configs.seconds(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"「{text}」不是時間長度，請寫成 15m 或 1h") from None


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"「{text}」須是 1 以上的整數")
    return int(text)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


# Commands


def _config(options: argparse.Namespace) -> configs.Config:
    loaded = configs.load(options.config)
    data = getattr(options, "data", None)
    place = getattr(options, "warehouse", None)
    if data is None and place is None and not loaded.configured and (SAMPLE / "warehouse").is_dir():
        return configs.load(SAMPLE)
    wanted = (options.programme,) if getattr(options, "programme", None) else ()
    return configs.with_folders(loaded, wanted, data, place)


def _build(options: argparse.Namespace) -> int:
    build_all(_config(options), only_if_changed=options.if_changed, by=options.by)
    return 0


def build_all(config: configs.Config, *, only_if_changed: bool = False, by: str | None = None) -> None:
    """Build every programme of `config`; the first that fails stops it, and its former snapshot stands.

    Of those that nobody named, one at least must do.
    """
    tables = contracts.load()
    paths = _definitions(config)
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
            _say(f"沒有建立 {programme.id}：{str(error).partition(chr(10))[0]}")


def _build_one(
    config: configs.Config,
    programme: Programme,
    tables: dict[str, contracts.Table],
    only_if_changed: bool,
    by: str | None,
) -> None:
    places = config.places_of(programme.id)
    if places.key and (warning := google.key_warning(places.key)):
        _say(f"請注意：{warning}")
    bar = _Bar()
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
        _say(f"{programme.title.zh}：資料沒有變動，仍是 {_when(former)} 的快照。")
    else:
        _summary(programme, snapshot, counts)
    _tell_stale(config.warehouse, programme)


def _definitions(config: configs.Config) -> list[Path]:
    """The definition file of each programme: one in its own data folder goes before a shipped one."""
    wanted = config.programmes or tuple(config.folders)
    if not wanted:
        return programmes.find(config.data)
    return [path for name in wanted for path in programmes.find(config.folder_of(name), (name,))]


def _tell_stale(place: Path, programme: Programme) -> None:
    """Which spreadsheets could not be read, so that their rows are those of the last good reading."""
    refresh = warehouse.last_refresh(place / programme.id)
    for sheet in refresh.sheets if refresh else ():
        if sheet.problem:
            stands = f"沿用 {sheet.good_at:%m/%d %H:%M} 讀到的列" if sheet.good_at else "從來沒有讀到過"
            _say(f"試算表「{sheet.title}」讀不到，{stands}：{sheet.problem}")


def _watch(options: argparse.Namespace) -> int:
    """Refresh for ever; what fails once is told, and tried again at the next turn."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _say(f"每 {options.every / 60:g} 分鐘更新一次（按 Ctrl+C 結束）")
    try:
        while True:
            started = time.monotonic()
            try:
                build_all(_config(options), only_if_changed=True, by="自動更新")
            except FAILURES as error:
                _say(f"{dt.datetime.now():%m/%d %H:%M} 這次沒有更新：{error}")
            time.sleep(max(1.0, options.every - (time.monotonic() - started)))
    except KeyboardInterrupt:
        return 0


def _sheets(options: argparse.Namespace) -> int:
    """What each spreadsheet holds. Exit code 3 where one cannot be read."""
    config = _config(options)
    tables = contracts.load()
    failed = False
    for path in _definitions(config):
        programme = programmes.load(path, tables)
        places = config.places_of(programme.id)
        if not places.spreadsheets:
            _say(f"{programme.title.zh}：kpi.toml 沒有設定試算表。")
            continue
        if places.key:
            _say(f"服務帳戶：{google.account_of(places.key)}（每份試算表都要分享給它，檢視者即可）")
            if warning := google.key_warning(places.key):
                _say(f"請注意：{warning}")
        own = contracts.chosen(tables, programme.tables, programme.columns)
        for line, good in reports.of_spreadsheets(places, own):
            print(line)
            failed = failed or not good
    return 3 if failed else 0


def _stamp(place: Path, programme: Programme) -> str | None:
    try:
        return warehouse.current(place, programme.id).stamp
    except warehouse.NoSnapshot:
        return None


def _when(stamp: str) -> str:
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}"


def _still_stands(place: Path, programme: Programme) -> str:
    stamp = _stamp(place, programme)
    if stamp is None:
        return "沒有發布任何快照；先前也沒有快照。"
    return f"這次沒有發布；畫面仍是 {_when(stamp)} 的快照，數字沒有變動。"


def _summary(programme: Programme, snapshot: warehouse.Snapshot, counts: list[warehouse.TableCount]) -> None:
    for count in counts:
        if not count.supplied:
            print(f"{_padded(count.label, 16)}未提供")
            continue
        extra = f"，警告 {count.warnings:,}" if count.warnings else ""
        print(
            f"{_padded(count.label, 16)}讀入 {count.read:>9,} = 採用 {count.accepted:,} + 重複 {count.duplicate:,}"
            f" + 退回 {count.rejected:,}{extra}"
        )
    _, problems = warehouse.rows(snapshot, "unreadable", EVERY_SCHOOL)
    for file, message, was_read in problems:
        _say(f"{'請注意' if was_read else '讀不進來'}：{file}：{message}")
    _say(f"已發布 {programme.title.zh}：{snapshot.path}")


def _serve(options: argparse.Namespace) -> int:
    """Serve on loopback. With nothing configured the sample is made and built first."""
    _check_port(options.port)
    config = _config(options)
    if not config.configured or config.place == SAMPLE.absolute():
        config = _make_sample()
    environment = {**os.environ, configs.VARIABLE: str(config.place)}
    if not warehouse.programmes_in(config.warehouse):
        build_all(config)
    _say(f"儀表板：http://localhost:{options.port}（按 Ctrl+C 結束）")
    root = Path(__file__).parents[1]
    command = [
        sys.executable, "-m", "streamlit", "run", str(root / "dashboard" / "app.py"),
        "--server.port", str(options.port), "--server.address", "127.0.0.1", "--server.headless", "true",
    ]  # fmt: skip
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environment.get("PYTHONPATH", "")]))
    if os.name == "posix":
        # The same process, so that whoever stops the command stops the server.
        os.chdir(root)
        os.execve(sys.executable, command, environment)
    try:
        return subprocess.call(command, env=environment, cwd=root)
    except KeyboardInterrupt:
        return 0


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise warehouse.NoSnapshot(
                f"連接埠 {port} 不能用，可能已有程式在使用。請以 --port 換一個。"
            ) from None


def _make_sample() -> configs.Config:
    from dashboard import sample

    SAMPLE.mkdir(exist_ok=True)
    config = configs.load(SAMPLE)
    if not config.data.is_dir():
        _say("沒有設定資料夾，先產生示範資料…")
        sample.write(config.data)
    return config


def _results(options: argparse.Namespace) -> int:
    snapshot = _snapshot(options)
    on = options.as_of or _pinned(snapshot)
    _known_kpi(snapshot, options.kpi)
    _known_period(snapshot, options.period)
    names, found = warehouse.rows(
        snapshot, "kpi_results", EVERY_SCHOOL,
        on=on, level=options.level, kpi=options.kpi, period=options.period,
    )  # fmt: skip
    _print(names, found, options.format)
    return 0


def _rejects(options: argparse.Namespace) -> int:
    names, found = warehouse.rows(_snapshot(options), "kpi_rejects", EVERY_SCHOOL, all=options.all)
    _print(names, found, options.format)
    return 0


def _units(options: argparse.Namespace) -> int:
    snapshot = _snapshot(options)
    _known_kpi(snapshot, options.kpi)
    _known_period(snapshot, options.period)
    _known_school(snapshot, options.school)
    names, found = warehouse.rows(
        snapshot, "kpi_units", EVERY_SCHOOL,
        on=options.as_of or _pinned(snapshot), kpi=options.kpi, period=options.period, school=options.school,
        missing=options.missing,
    )  # fmt: skip
    _print(names, found, options.format)
    return 0


def _sample(options: argparse.Namespace) -> int:
    from dashboard import sample

    if options.programme not in sample.WRITERS:
        raise FolderError(f"沒有「{options.programme}」的示範資料。現有：{'、'.join(sample.WRITERS)}。")
    write = sample.WRITERS[options.programme]
    try:
        write(options.folder, schools=options.schools, teachers=options.teachers, seed=options.seed)
    except (sample.SampleError, OSError) as error:
        raise FolderError(str(error)) from error
    _say(f"示範資料已寫入 {options.folder}")
    return 0


def _template(options: argparse.Namespace) -> int:
    from dashboard.exports import template

    tables = contracts.load()
    config = _config(options)
    written: dict[str, Path] = {}
    for path in _definitions(config):
        definition = programmes.load(path, tables)
        own = contracts.chosen(tables, definition.tables, definition.columns)
        new = {name: table for name, table in own.items() if name not in written}
        try:
            written |= zip(new, template.write(options.folder, new, _choices(definition)), strict=True)
        except (template.TemplateError, OSError) as error:
            raise FolderError(str(error)) from error
    _say(f"已寫出 {len(written)} 個範本到 {options.folder}")
    return 0


def _choices(definition: Programme) -> dict[str, tuple[str, ...]]:
    """What the drop-downs of a programme's templates offer, by the type of a column."""
    return {
        "category": tuple(dict.fromkeys(course.category for course in definition.courses)),
        "employment": tuple(word for words in definition.employment.values() for word in words),
        "role": tuple(definition.roles.values()),
        "group": tuple(group.name for group in definition.groups),
        "school": definition.schools,
        "item": tuple(words[0] for words in definition.items.values()),
        "semester": tuple(p.id for p in definition.periods if p.kind == "semester"),
        "year": tuple(p.id for p in definition.periods if p.kind == "year"),
    }


def _check(options: argparse.Namespace) -> int:
    config = _config(options)
    tables = contracts.load()
    for path in _definitions(config):
        programme = programmes.load(path, tables)
        own = contracts.chosen(tables, programme.tables, programme.columns)
        entries = [
            entry for one in config.places_of(programme.id).spreadsheets for entry in one.entries.values()
        ]
        entries += (config.files or {}).values()
        if faults := [fault for entry in entries for fault in faults_of(entry, own)]:
            raise configs.ConfigError(f"「{config.place}」的設定不對：{' '.join(faults)}")
        schools = f"{len(programme.schools)} 校" if programme.schools else "名冊所列學校"
        print(f"{programme.id}：{len(programme.kpis)} 項指標、{schools}，定義沒有問題。")
    return 0


# Reading a snapshot


def _snapshot(options: argparse.Namespace) -> warehouse.Snapshot:
    config = _config(options)
    there = warehouse.programmes_in(config.warehouse)
    wanted = list(config.programmes) or there
    if len(wanted) > 1:
        raise warehouse.NoSnapshot(f"這裡有幾個計畫：{'、'.join(wanted)}。請以 --programme 指定一個。")
    if not wanted:
        raise warehouse.NoSnapshot(f"「{config.warehouse}」沒有任何資料快照。請先執行 kpi build。")
    return warehouse.current(config.warehouse, wanted[0])


def _pinned(snapshot: warehouse.Snapshot) -> dt.date:
    _, found = warehouse.rows(snapshot, "as_of", EVERY_SCHOOL)
    return found[0][0] or dt.date.today()


def _known_kpi(snapshot: warehouse.Snapshot, kpi: str | None) -> None:
    known = [name for (name,) in warehouse.rows(snapshot, "kpi_ids", EVERY_SCHOOL)[1]]
    if kpi is not None and kpi not in known:
        raise warehouse.NoSnapshot(f"沒有「{kpi}」這項指標。現有：{'、'.join(known)}。")


def _known_period(snapshot: warehouse.Snapshot, period: str | None) -> None:
    known = [name for (name,) in warehouse.rows(snapshot, "period_ids", EVERY_SCHOOL)[1]]
    if period is not None and period not in known:
        raise warehouse.NoSnapshot(f"沒有「{period}」這個期間。現有：{'、'.join(known)}。")


def _known_school(snapshot: warehouse.Snapshot, school: str | None) -> None:
    known = [name for (name,) in warehouse.rows(snapshot, "school_names", EVERY_SCHOOL)[1]]
    if school is not None and school not in known:
        raise warehouse.NoSnapshot(f"沒有「{school}」這所學校。請用名單上的全名，例如 {known[0]}。")


# Printing


def _print(names: list[str], found: list[tuple[Any, ...]], form: str) -> None:
    match form:
        case "csv":
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([_text(safe(value)) for value in row] for row in found)
        case "json":
            rows = [dict(zip(names, map(_plain, row), strict=True)) for row in found]
            json.dump(rows, sys.stdout, ensure_ascii=False, indent=1)
            print()
        case _:
            _print_table(names, found)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _print_table(names: list[str], found: list[tuple[Any, ...]]) -> None:
    cells = [names, *([" ".join(_text(value).split())[:60] for value in row] for row in found)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


class _Bar:
    """A progress bar on a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()

    def show(self, share: float, text: str) -> None:
        """`share` of the work is done; `text` says what is under way."""
        if self.shown:
            filled = int(share * 30)
            print(
                f"\r\033[K[{'█' * filled}{'·' * (30 - filled)}] {share:4.0%} {text}",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def clear(self) -> None:
        """Take the bar away."""
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    entry()
