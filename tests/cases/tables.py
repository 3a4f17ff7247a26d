"""Tables of keelung-111 with a few rows each, and what is built of them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from tests.running import build, build_first

SCHOOLS = [("學校名稱", "組別", "角色", "班級數"), ("深澳國小", "自主學習組", "夥伴學校", "12")]
STAFF = [
    ("學校名稱", "教師編號", "姓名", "身分別", "到職日"),
    ("深澳國小", "T1", "王一平", "正式教師", "99/8/1"),
    ("深澳國小", "T2", "李二強", "正式教師", "99/8/1"),
    ("深澳國小", "T3", "陳和平", "代理教師", "111/8/1"),
    ("深澳國小", "T4", "林‧巴奈", "正式教師", "99/8/1"),
    ("信義國小", "T5", "趙五倫", "正式教師", "99/8/1"),
]
LESSONS = ("學校名稱", "授課教師", "授課日期", "數位學習模式")
VISITS = ("主辦學校", "觀課日期", "觀課學校", "觀課教師")
TRAINING = ("學校名稱", "教師編號", "姓名", "課程名稱", "研習日期", "時數", "研習證明")
COACHING = ("學校名稱", "輔導日期", "輔導人員")
Rows = Sequence[Sequence[Any]]


def written(place: Path, **tables: Rows) -> Path:
    """A data folder with a CSV file a table."""
    place.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (place / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return place


def built(place: Path, **tables: Rows) -> Path:
    """A warehouse of keelung-111 with these tables and the two rosters."""
    data = written(place / "data", **{"schools": SCHOOLS, "staff": STAFF} | tables)
    if (place / "warehouse").exists():
        told = build(data, place / "warehouse")
        assert told.code == 0, told.err
    else:
        build_first(data, place / "warehouse")
    return place / "warehouse"


def text_of(rows: Rows, delimiter: str = ",") -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def write_files(place: Path, files: dict[str, Rows | dict[str, Rows]]) -> Path:
    """A data folder: rows are a CSV file, rows by title a workbook."""
    data = place / "data"
    data.mkdir(exist_ok=True)
    for name, content in files.items():
        if isinstance(content, dict):
            made = openpyxl.Workbook()
            made.remove(made.active)
            for title, rows in content.items():
                worksheet = made.create_sheet(title)
                for row in rows:
                    worksheet.append(list(row))
            made.save(data / name)
        else:
            (data / name).write_text(text_of(content), encoding="utf-8")
    return data
