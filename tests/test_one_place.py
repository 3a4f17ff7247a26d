"""What grows is added in one place: in a copy of the product each kind of thing is added, works, and touched one file."""

from __future__ import annotations

import csv
import io
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from tests.test_extending import COPIED, ROOT, command, run

CONTRACT = """
label = { zh-TW = "聯絡電話", en = "Contacts" }
names = ["聯絡電話", "contacts"]
key = ["school"]

[columns.school]
headers = ["學校名稱"]
type = "school"
required = true

[columns.phone]
headers = ["分機"]
type = "phone"
required = true
note = "學校的電話。"
"""
REASON = """
[[reasons]]
id = "bad_phone"
label = "電話不對"
sentences = [{ text = "{header}「{value}」不是電話；請填例如 02-24221111。" }]
"""
TYPE = """
    ColumnType(
        "phone",
        label="電話",
        guide="區碼與號碼，中間可有 -。",
        example="02-24221111",
        read=readers.plain("{m}.name", bad_phone="not {m}.blank and not regexp_full_match({m}.name, '0[0-9-]+')"),
        map=TEXTS,
    ),
"""
SCHOOLS = "學校名稱,組別,角色,班級數\n甲國小,第一組,重點學校,12\n乙國小,第一組,夥伴學校,6\n"


@dataclass
class House:
    """A copy of the product. What a test adds to it is counted, what it merely uses is not."""

    place: Path
    used: set[str] = field(default_factory=set)

    def add(self, path: str, text: str, *, before: str = "") -> None:
        """Write `text` into a file, before the last of a text in it or at its end."""
        file = self.place / path
        former = file.read_text("utf-8") if file.exists() else ""
        at = former.rindex(before) if before else len(former)
        file.write_text(former[:at] + text + former[at:], encoding="utf-8")

    def use(self, path: str, text: str) -> None:
        """Write a file that uses what is added."""
        self.used.add(path)
        self.add(path, text)

    def touched(self) -> set[str]:
        """The files of the product that are not what they were."""
        files = [path for name in COPIED for path in (self.place / name).rglob("*.*") if path.is_file()]
        names = {path.relative_to(self.place).as_posix() for path in files if "__pycache__" not in path.parts}
        return {
            name
            for name in names - self.used
            if not (ROOT / name).is_file() or (ROOT / name).read_bytes() != (self.place / name).read_bytes()
        }

    def kpi(self, line: str) -> str:
        """What a command prints; it must succeed."""
        return command(self.place, f"kpi {line}")

    def stored(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query about the only snapshot."""
        (snapshot,) = (self.place / "warehouse").rglob("*.duckdb")
        with duckdb.connect(str(snapshot), read_only=True) as con:
            return con.execute(query).fetchall()


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A copy with a definition of its own for a city of two schools."""
    for name in (*COPIED, "tests/dictionary.py", "tests/__init__.py"):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    (tmp_path / "docs").mkdir()
    one = House(tmp_path)
    one.kpi("new-programme my-city")
    (tmp_path / "data" / "學校名冊.csv").write_text(SCHOOLS, encoding="utf-8")
    return one


def test_a_reason_and_a_type_of_column_are_each_added_in_one_file(house: House) -> None:
    house.add("queries/reasons.toml", REASON)
    assert house.touched() == {"queries/reasons.toml"}
    house.add("dashboard/definitions/column_types.py", TYPE, before=")\nTYPES")
    assert house.touched() == {"queries/reasons.toml", "dashboard/definitions/column_types.py"}

    house.use("sources/contacts.toml", CONTRACT)
    definition = house.place / "data" / "my-city.toml"
    text = definition.read_text("utf-8")
    definition.write_text(text.replace("tables = [", 'tables = ["contacts", '), encoding="utf-8")
    rows = "學校名稱,分機\n甲國小,02-24221111\n乙國小,分機二\n"
    (house.place / "data" / "聯絡電話.csv").write_text(rows, encoding="utf-8")
    assert "定義沒有問題" in house.kpi("check")
    assert "聯絡電話 讀入 2 = 採用 1 + 重複 0 + 退回 1" in " ".join(house.kpi("build").split())
    (reject,) = csv.DictReader(io.StringIO(house.kpi("rejects --format csv")))
    assert (reject["reason"], reject["line"]) == ("bad_phone", "3")
    assert reject["message"] == "分機「分機二」不是電話；請填例如 02-24221111。"
    assert house.stored("select label from reasons where reason = 'bad_phone'") == [("電話不對",)]

    house.kpi("template forms")
    guide = load_workbook(house.place / "forms" / "聯絡電話.xlsx")["填寫說明"]
    assert ("分機", "必填", "學校的電話。", "02-24221111") in [row[:4] for row in guide.values]
    run(house.place, sys.executable, "-m", "tests.dictionary")
    dictionary = (house.place / "docs" / "data-dictionary.md").read_text("utf-8")
    assert "| 電話 | 區碼與號碼，中間可有 -。 | 02-24221111 |" in dictionary
    assert "| 分機 | `phone` | 電話 | 必填 | 學校的電話。 | 02-24221111 |" in dictionary


def test_a_copy_to_which_nothing_was_added_is_what_we_have(house: House) -> None:
    assert house.touched() == set()
