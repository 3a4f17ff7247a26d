"""The commands about definitions: `check`, `new-programme` and `compare`."""

import argparse
import datetime as dt
from pathlib import Path

from dashboard import clock, warehouse
from dashboard.cli.arguments import Command, day, programme_id, reading
from dashboard.cli.common import EVERY_SCHOOL, config_of, definitions_of, say
from dashboard.cli.printing import Bar, print_rows
from dashboard.definitions import contracts, deployment, programmes
from dashboard.definitions.programme import Programme
from dashboard.definitions.programmes import DefinitionError
from dashboard.definitions.table import Table
from dashboard.errors import FileError, reason
from dashboard.sources.recognition import faults_of

STARTER = programmes.FOLDER / "starter" / "definition.toml"
COMPARED = """欄位（依序，CSV 與 JSON 相同）：
  kpi, period, level, group, school   哪一項指標、期間、學校（level 都是 school；排序同 kpi results）
  counted_old, counted_new            已達數：原定義、新定義
  base_old, base_new                  基數
  required_old, required_new          應達數
  status_old, status_new              狀態；空白表示那一份定義沒有這一列
  because                             哪個參數造成的，例如 kpis.infosec.parameters.minutes 180 → 120
                                      「；」分開的各自造成；「＋」連著的要一起改才會如此"""


def add(command: Command) -> None:
    """Add the commands of this module."""
    check = command(_check, "check", "檢查定義檔與設定，不建立快照")
    check.add_argument("--programme", metavar="ID")
    check.add_argument("--data", type=Path)

    new = command(_new_programme, "new-programme", "寫出一份有註解的新計畫定義檔，從它改起")
    new.add_argument("id", type=programme_id, metavar="ID", help="計畫的代號，也是檔名，例如 my-city-115")
    new.add_argument("--data", type=Path, help="資料夾（預設為設定的資料夾）")

    compare = command(
        _compare,
        "compare",
        "規則改了：同一批資料用新舊兩份定義各算一次，列出哪些學校的數字不同、是哪個參數造成的",
    )
    compare.formatter_class = argparse.RawDescriptionHelpFormatter
    compare.epilog = COMPARED
    compare.add_argument(
        "--with",
        dest="former",
        type=Path,
        metavar="OLD.toml",
        required=True,
        help="原來的定義檔，檔名與位置不拘",
    )
    compare.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help="截至日")
    compare.add_argument("--data", type=Path, help="資料夾")
    reading(compare)


def _check(options: argparse.Namespace) -> int:
    config = config_of(options)
    tables = contracts.load()
    for path in definitions_of(config):
        programme = programmes.load(path, tables)
        own = contracts.chosen(tables, programme)
        entries = [
            entry for one in config.places_of(programme.id).spreadsheets for entry in one.entries.values()
        ]
        entries += (config.files or {}).values()
        if faults := [fault for entry in entries for fault in faults_of(entry, own)]:
            raise deployment.ConfigError(f"「{config.place}」的設定不對：{' '.join(faults)}")
        schools = f"{len(programme.schools)} 校" if programme.schools else "名冊所列學校"
        print(f"{programme.id}：{len(programme.kpis)} 項指標、{schools}，定義沒有問題。")
    return 0


def _new_programme(options: argparse.Namespace) -> int:
    config = deployment.with_folders(deployment.load(options.config), (), options.data, None)
    path = config.folder_of(options.id) / f"{options.id}.toml"
    if (programmes.FOLDER / path.name).is_file():
        raise FileError(
            f'「{options.id}」是產品內建的計畫。請換一個代號；要以它為本，在新定義檔寫 extends = "{options.id}"。'
        )
    now = clock.today()
    text = STARTER.read_text(encoding="utf-8")
    for mark, value in {
        "starter": options.id,
        "2026": f"{now.year}",
        "115": f"{now.year - 1911}",
    }.items():
        text = text.replace(mark, value)
    if path.exists():
        raise FileError(f"「{path}」已經有了，沒有動它。請換一個代號，或直接修改那個檔案。")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise FileError(f"「{path}」寫不進去：{reason(error)}。請檢查權限與磁碟空間。") from error
    say(f"已寫出 {path}")
    if config.programmes and options.id not in config.programmes:
        say(f'請在「{config.place}」的 programmes 加上 "{options.id}"。')
    say(f"改好以後執行：kpi check --programme {options.id}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    config = config_of(options)
    tables = contracts.load()
    former, programme = _both(config, options, tables)
    bar = Bar()
    ground = warehouse.Ground(
        config.places_of(programme.id),
        config.warehouse,
        tables,
        EVERY_SCHOOL,
        options.as_of or programme.as_of or clock.today(),
        bar.show,
    )
    try:
        comparison = warehouse.compare_definitions(former, programme, ground)
    finally:
        bar.clear()
    _print(comparison, ground.on)
    print_rows(list(warehouse.COMPARED), comparison.rows, options.format)
    return 0


def _both(
    config: deployment.Config, options: argparse.Namespace, tables: dict[str, Table]
) -> tuple[Programme, Programme]:
    """The former definition and that of the same programme that holds now."""
    place = options.former
    # Whose folder its queries would lie in, if it were the one that holds now, is known by its id alone.
    former = programmes.load_former(place, tables, lambda id: config.folder_of(id) / "queries")
    there = [options.programme] if options.programme else [path.stem for path in definitions_of(config)]
    if former.id not in there:
        raise DefinitionError(
            place,
            [f"這是「{former.id}」的定義，要比較的是「{'、'.join(there)}」。請給同一個計畫原來的定義檔。"],
        )
    (path,) = programmes.find(config.folder_of(former.id), (former.id,))
    return former, programmes.load(path, tables)


def _print(comparison: warehouse.Comparison, on: dt.date) -> None:
    if comparison.unread:
        say(f"請注意：有 {comparison.unread} 份試算表還沒有讀過，不在比較裡。請先執行 kpi build。")
    if not comparison.changes:
        say("兩份定義沒有不同，數字也沒有不同。")
        return
    many = f"{len(comparison.rows)} 個數字不同" if comparison.rows else "各校的數字都沒有不同"
    say(f"定義改了 {len(comparison.changes)} 處，截至 {on} {many}：")
    for text in comparison.changes:
        say(f"  {text}")
