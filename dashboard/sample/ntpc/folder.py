"""Writes the sample: each table in a file of its own kind, with rows that come twice and rows that go wrong."""

import zlib
from pathlib import Path

import numpy as np

from dashboard.sample.files import Dialect, SampleError, SizeError, cells, write_csv, write_xlsx
from dashboard.sample.ntpc.schools import Draw, schools_of
from dashboard.sample.ntpc.tables import TABLES, Row

DEFINITION = """\
# The demonstration schools' programme on made-up data; the day is the sample's own.
extends = "ntpc-5g-112"
sample = true
as_of = 2023-11-30
"""


def write(folder: Path, *, schools: int | None = None, teachers: int | None = None, seed: int = 1) -> None:
    """Writes the sample and its definition into a new or empty folder; its schools and teachers are always as many."""
    if schools or teachers:
        raise SizeError("5G 智慧學習示範學校的示範資料大小固定，不能指定學校數或教師數。")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SampleError(f"{folder} 已經有資料，示範資料不會覆蓋它：請改指定新的或空的資料夾。")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ntpc-5g-112.toml").write_bytes(DEFINITION.encode())
    sample = schools_of(_draw(seed, "schools"))
    for n, (name, (headers, rows_of)) in enumerate(TABLES.items()):
        draw = _draw(seed, name)
        rows = list(rows_of(sample, draw))
        _save(folder, name, headers, _with_faults(name, headers, rows, draw), n)


def _draw(seed: int, name: str) -> Draw:
    return Draw(np.random.default_rng([seed, zlib.crc32(name.encode())]))


def _save(folder: Path, name: str, headers: tuple[str, ...], rows: list[Row], n: int) -> None:
    """A workbook, a CSV in Big5 under a title, or one in UTF-8, in turn."""
    table = {header: cells(column) for header, column in zip(headers, zip(*rows, strict=True), strict=True)}
    if n % 3 == 0:
        write_xlsx(folder / f"{name}.xlsx", table, name, (f"112 年{name}（示範資料）",))
    elif n % 3 == 1:
        write_csv(
            folder / f"{name}_彙整.csv", table, Dialect(encoding="cp950", title=(f"{name}（示範資料）",))
        )
    else:
        write_csv(folder / f"{name}_表單回應.csv", table, Dialect())


def _with_faults(name: str, headers: tuple[str, ...], rows: list[Row], draw: Draw) -> list[Row]:
    """Some rows come twice, and some go wrong in one cell."""
    again = [draw.of(rows) for _ in range(len(rows) // 40 + 1)] if name not in ("學校名冊", "經費") else []
    spoilt = []
    for header, text in FAULTS.get(name, ()):
        row = list(draw.of(rows))
        row[headers.index(header)] = text
        spoilt.append(tuple(row))
    return [*rows, *again, *spoilt]


FAULTS = {
    "學校名冊": (("學校名稱", ""), ("角色", "重點學校")),
    "教職員名冊": (("身分別", "志工"), ("到職日", "111/13/1")),
    "研習紀錄": (("教師編號", "T99999"), ("研習日期", "上週五"), ("時數", "半天")),
    "參與名單": (("學期", "110-2"), ("學校名稱", "溪伴國小")),
    "實施節數": (("節數", "0"), ("節數", "兩百一"), ("日期", "2123/3/1")),
    "教材教案": (("名稱", ""), ("節數", "201")),
    "推廣活動": (("日期", "112/2/30"),),
    "學習成效": (("評量方式", "期末考"),),
    "量表施測": (("量表", "滿意度問卷"),),
    "觀課紀錄": (("觀課學校", "潮印國小"),),
    "觀課紀錄表": (("教師", ""),),
    "公開授課": (("數位學習模式", "待補"),),
    "入校輔導": (("輔導日期", "年底"),),
    "量化目標": (("項目", "社團數"), ("112年目標", "很多")),
    "經費": (("核定金額", "1,234.5"), ("年度", "114")),
}
