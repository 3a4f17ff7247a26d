"""Damaged, oversized and unfinished files: what is read, what is told, and that no other file suffers from it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import os
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard.definitions import contracts
from dashboard.definitions.table import Table
from dashboard.sources import files
from dashboard.sources import text as careful
from dashboard.sources.sheet import Sheet
from dashboard.warehouse.build import raw, run, stage
from tests.cases.visits import HEADER, good_workbook, visit, visits
from tests.running import build, build_measured, inputs, kpi, stored
from tests.samples import tried

TABLES = contracts.load()
GOOD = "入校輔導_好.csv"


def read(path: Path, content: bytes | str) -> Sheet:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (sheet,) = files.read(path, path.parent, {}, TABLES, path.parent)
    return sheet


def told(place: Path, **contents: bytes | str) -> dict[str, dict[str, Any]]:
    """What became of each file (入校輔導_<name>) beside a good one, which is always taken."""
    data = place / "data"
    data.mkdir(exist_ok=True)
    (data / GOOD).write_text(visits("好"), encoding="utf-8")
    for name, content in contents.items():
        (data / f"入校輔導_{name}.csv").write_bytes(
            content if isinstance(content, bytes) else content.encode()
        )
    outcome = build(data, place / "warehouse")
    assert outcome.code == 0, outcome.err
    found = inputs(place / "warehouse")
    assert found[GOOD]["accepted"] == 3
    return found


def is_sentence(text: str | None) -> bool:
    return text is not None and "請" in text and text.endswith("。")


# A quotation mark that takes in rows

CELLS = {"date": "111/10/{day:02d}", "timestamp": "2022/10/{day} 下午 3:21:45"}


def rows_of(table: Table, many: int = 12) -> list[list[str]]:
    """A header and rows of a table, whose cells are of the kind of their columns."""
    kinds = [column.type for column in table.columns.values()]
    header = [column.headers[0] for column in table.columns.values()]
    return [
        header,
        *([CELLS.get(kind, f"{kind}{{day}}").format(day=i + 1) for kind in kinds] for i in range(many)),
    ]


def written(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    return "".join(delimiter.join(row) + end for row in rows)


WAYS: dict[str, tuple[str, str, str]] = {
    "commas": (",", "\n", "utf-8"),
    "tabs and CRLF": ("\t", "\r\n", "utf-8-sig"),
    "semicolons in Big5": (";", "\n", "cp950"),
    "commas in UTF-16": (",", "\r\n", "utf-16"),
    "CR alone": (",", "\r", "utf-8"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", TABLES)
def test_no_two_stray_marks_take_in_the_rows_between_them(name: str, way: str, tmp_path: Path) -> None:
    delimiter, end, encoding = WAYS[way]
    table = TABLES[name]
    width = len(table.columns)
    for first in range(width):
        for last in range(width):
            rows = rows_of(table)
            rows[4][first] = '"' + rows[4][first]
            rows[7][last] += '"'
            path = tmp_path / f"{table.names[0]}.csv"
            sheet = read(path, written(rows, delimiter, end).encode(encoding))
            assert sheet.problem is None and len(sheet.rows) == 12, (first, last)
            assert [line for line, _ in sheet.rows] == list(range(2, 14))
            # The cells are those that stand there, whatever marks are in them.
            assert [[cell.strip('"') for cell in cells] for _, cells in sheet.rows] == [
                [cell.strip('"') for cell in row] for row in rows[1:]
            ]
            assert sheet.note and "第 5 行有不成對的引號" in sheet.note and is_sentence(sheet.note)


REMARKS = (
    "第一行\n第二行",
    "第一行\r\n第二行，還有",
    "a,b,c,d\n1,2,3,4",
    "說明：\n\n一、二\n三",
    '他說 ""好""\n再說',
    "\n",
)


@pytest.mark.parametrize("remark", REMARKS)
def test_a_remark_of_several_lines_is_one_cell(remark: str, tmp_path: Path) -> None:
    for table, column in (("coaching", "topic"), ("lesson_plans", "title"), ("training", "course")):
        rows = rows_of(TABLES[table])
        at = list(TABLES[table].columns).index(column)
        rows[4][at] = f'"{remark}"'
        sheet = read(tmp_path / f"{TABLES[table].names[0]}.csv", written(rows))
        assert (len(sheet.rows), sheet.note) == (12, None)
        assert sheet.rows[3][1][at] == remark.replace('""', '"')


@pytest.mark.parametrize("quoted", [False, True], ids=["quoted where needed", "all quoted"])
@pytest.mark.parametrize("name", TABLES)
def test_a_remark_of_several_lines_in_front_of_a_row_is_one_cell(
    name: str, quoted: bool, tmp_path: Path
) -> None:
    """The last of its lines has all other cells of the row, and looks like one."""
    mark = '"' if quoted else ""
    rows = [["備註", *rows_of(TABLES[name])[0]]]
    rows += [
        ['"第一行\n第二行"', *[f"{mark}{cell}{mark}" for cell in row]] for row in rows_of(TABLES[name])[1:]
    ]
    sheet = read(tmp_path / f"{TABLES[name].names[0]}.csv", written(rows))
    assert (len(sheet.rows), sheet.note) == (12, None)
    assert [line for line, _ in sheet.rows] == list(range(2, 26, 2))


@pytest.mark.parametrize("large", [False, True], ids=["read with care", "large enough for the database"])
def test_a_stray_pair_costs_no_record_of_any_file(large: bool, tmp_path: Path) -> None:
    many = 9000 if large else 40
    text = visits("吞", many).replace("吞10,備課", '吞10,"備課').replace("吞12,備課", '吞12,備課"')
    found = told(tmp_path, 吞=text)["入校輔導_吞.csv"]
    assert (found["read"], found["accepted"], found["rejected"]) == (many, many, 0)
    assert "第 11 行" in found["note"]
    lines = stored(
        tmp_path / "warehouse",
        "select line from accepted_rows inner join inputs using (file_id) where file = '入校輔導_吞.csv' order by line",
    )
    assert [line for (line,) in lines] == list(range(2, many + 2))


def test_a_stray_mark_in_or_above_the_header_takes_in_nothing(tmp_path: Path) -> None:
    base = visits("吞", 20)
    shapes = {
        "in the header": base.replace("主題", '"主題').replace("吞3,備課", '吞3,備課"'),
        "in a title above it": '"說明,,,\n' + base.replace("吞3,備課", '吞3,備課"'),
        "in a title and in a row": '說明,"請填,,\n\n'
        + base.replace("深澳國小,111/10/04", '深澳國小",111/10/04'),
    }
    for name, text in shapes.items():
        sheet = read(tmp_path / "入校輔導.csv", text)
        assert sheet.problem is None and len(sheet.rows) == 20, name
        assert sheet.layout[:3] == ("school", "date", "adviser"), name
    header = read(tmp_path / "入校輔導.csv", base.replace("輔導人員", '"輔導\n人員"'))
    assert len(header.rows) == 20 and header.rows[0][0] == 3


@pytest.mark.parametrize("cell", ['"吞5,"備課"', '"吞5","備課', '吞5","備課"', '"吞5,備課"'])
def test_a_mark_that_is_lost_in_a_file_of_quoted_cells_costs_its_row_no_cell(
    cell: str, tmp_path: Path
) -> None:
    rows = [f'"深澳國小","111/10/{i % 28 + 1:02d}","吞{i}","備課"\n' for i in range(40)]
    rows[5] = f'"深澳國小","111/10/06",{cell}\n'
    sheet = read(tmp_path / "入校輔導.csv", HEADER + "\n" + "".join(rows))
    assert len(sheet.rows) == 40
    school, date, *others = sheet.rows[5][1]
    assert (school, date) == ("深澳國小", "111/10/06")
    assert [other.strip('"') for other in others] in (["吞5", "備課"], ["吞5,備課"])


# Other damage of text


ENDS = ("\r", "\r\n", "\n\r", "\r\r\n", "\v", "\f", "\x1e", "\x85", "\u2028", "\u2029")


def test_every_line_is_a_row_whatever_it_ends_with(tmp_path: Path) -> None:
    contents = {f"行{at}": visits(f"行{at}之", 30).replace("\n", end) for at, end in enumerate(ENDS)}
    found = told(tmp_path, **contents)
    for name, end in zip(contents, ENDS, strict=True):
        row = found[f"入校輔導_{name}.csv"]
        assert (row["read"], row["accepted"], row["problem"]) == (30, 30, None), repr(end)


DAMAGED: dict[str, tuple[bytes | str, int]] = {
    "mixed ends": (
        visits("混", 9).replace("混3,備課\n", "混3,備課\r").replace("混5,備課\n", "混5,備課\r\n"),
        9,
    ),
    "a form feed behind a row": (visits("頁", 9).replace("頁3,備課", "頁3,備課\f"), 9),
    "a NUL in a cell": (visits("零", 9).replace("零3", "零\0003"), 9),
    "a tail of NULs": (visits("尾", 9).encode() + bytes(100_000), 9),
    "a sep line": ("sep=;\n" + visits("分", 9).replace(",", ";"), 9),
}


def test_a_damage_of_text_costs_no_record(tmp_path: Path) -> None:
    found = told(tmp_path, **{name: content for name, (content, _) in DAMAGED.items()})
    for name, (_, accepted) in DAMAGED.items():
        assert found[f"入校輔導_{name}.csv"]["accepted"] == accepted, name


UNREAD: dict[str, bytes] = {
    "UTF-16 without a mark": visits("甲", 9).encode("utf-16-le"),
    "UTF-16 of the other order": visits("乙", 9).encode("utf-16-be"),
    "UTF-16 of little Chinese": ("school,date,adviser,topic\n" + "ab,2022-10-07,x,y\n" * 9).encode(
        "utf-16-le"
    ),
    "a bar between the cells": visits("丙", 9).replace(",", "|").encode(),
    "full-width commas": visits("丁", 9).replace(",", "，").encode(),
    "UTF-8 that was taken for Latin": visits("戊", 9).encode().decode("latin1").encode(),
}


def test_what_is_no_text_of_cells_is_told_in_a_sentence(tmp_path: Path) -> None:
    found = told(tmp_path, **UNREAD)
    for name in UNREAD:
        problem = found[f"入校輔導_{name}.csv"]["problem"]
        assert problem and problem.endswith("。"), name


@pytest.mark.parametrize("other", [";", "\t"])
def test_rows_of_another_separator_are_rejected_by_a_sentence_each(other: str, tmp_path: Path) -> None:
    lines = visits("混", 20).splitlines()
    lines[5:9] = [line.replace(",", other) for line in lines[5:9]]
    found = told(tmp_path, 混="\n".join(lines))["入校輔導_混.csv"]
    assert (found["read"], found["accepted"], found["rejected"]) == (20, 16, 4)


def test_a_file_whose_lines_and_rows_do_not_agree_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = careful.records

    def one_less(*arguments: Any) -> Iterator[tuple[int, list[str]]]:
        return (record for i, record in enumerate(records(*arguments)) if i != 3)

    monkeypatch.setattr(careful, "records", one_less)
    sheet = read(tmp_path / "入校輔導.csv", visits("少", 9))
    assert is_sentence(sheet.problem) and "10 行" in str(sheet.problem)


# Too much


def test_a_header_of_more_columns_than_a_worksheet_has_is_refused_and_blank_ones_are_none(
    tmp_path: Path,
) -> None:
    wide, room = careful.COLUMNS + 1 - 4, careful.COLUMNS - 4
    found = told(
        tmp_path,
        寬=HEADER + ",欄" * wide + "\n" + visit("寬") + "\n",
        十萬=HEADER + "".join(f",欄{i}" for i in range(100_000)) + "\n" + visit("萬") + "\n",
        滿=HEADER + ",欄" * room + "\n" + visit("滿") + "\n",
        空=HEADER + "," * 100_000 + "\n" + visit("空") + "," * 100_000 + "\n",
        寬工作表=HEADER.replace(",", "\t") + "\t欄" * wide + "\n" + visit("表").replace(",", "\t") + "\n",
    )
    for name in ("寬", "十萬", "寬工作表"):
        problem = found[f"入校輔導_{name}.csv"]["problem"]
        assert is_sentence(problem) and "16,384 欄" in problem
    for name in ("滿", "空"):
        assert found[f"入校輔導_{name}.csv"]["accepted"] == 1


@pytest.mark.parametrize("blank", ["\n", "\r\n", ",,,\n", " \n", "\t,\n"])
@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "cp950", "utf-16"])
def test_blank_lines_behind_the_rows_of_a_file_are_not_laid_out(
    blank: str, code: str, tmp_path: Path
) -> None:
    for many in (10, 600_000):
        sheet = read(tmp_path / "入校輔導.csv", (visits("空") + blank * many).encode(code))
        assert (len(sheet.rows) or (sheet.bulk and sheet.bulk.lines - sheet.header_line)) == 3, sheet.problem


def test_blank_lines_between_rows_are_no_rows_and_are_counted_as_lines(tmp_path: Path) -> None:
    sheet = read(tmp_path / "入校輔導.csv", HEADER + "\n" * 5 + visit("空", 1) + "\n,,,\n\n" + visit("空", 2))
    assert [line for line, _ in sheet.rows] == [6, 9]


def test_a_file_of_millions_of_blank_lines_takes_little_memory(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / GOOD).write_text(visits("好"), encoding="utf-8")
    _, plain = build_measured(data, tmp_path / "plain")
    (data / "入校輔導_空.csv").write_text(visits("空") + "\n" * 5_000_000, encoding="utf-8")
    outcome, held = build_measured(data, tmp_path / "warehouse")
    assert outcome.code == 0, outcome.err
    assert inputs(tmp_path / "warehouse")["入校輔導_空.csv"]["accepted"] == 3
    assert held - plain < 100_000_000


def test_one_line_that_is_the_whole_file_is_refused_before_its_cells_are_laid_out(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / GOOD).write_text(visits("好"), encoding="utf-8")
    (data / "入校輔導_一行.csv").write_text(
        visits("行") + visit("行", 9) + ",ab" * 12_000_000, encoding="utf-8"
    )
    (data / "入校輔導_引號.csv").write_text(visits("引") + '"a",' + "ab," * 12_000_000, encoding="utf-8")
    outcome, held = build_measured(data, tmp_path / "warehouse")
    assert outcome.code == 0, outcome.err
    found = inputs(tmp_path / "warehouse")
    assert found[GOOD]["accepted"] == 3
    for name in ("一行", "引號"):
        assert "格" in found[f"入校輔導_{name}.csv"]["problem"]
    assert held < 700_000_000


SIZES = {"GB": 1 << 30, "10 GB": 10 << 30, "TB": 1 << 40}


def test_a_sparse_file_is_refused_at_once_and_does_not_change_by_itself(tmp_path: Path) -> None:
    """An interrupted download whose room was reserved."""
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    (data / GOOD).write_text(visits("好"), encoding="utf-8")
    tables = [f"入校輔導_{size}.{kind}" for size in SIZES for kind in ("csv", "xlsx", "txt")]
    for name in (*tables, *(f"{size}.mp4" for size in SIZES)):
        (data / name).write_text(visits("洞"), encoding="utf-8")
        os.truncate(data / name, SIZES[Path(name).stem.removeprefix("入校輔導_")])
    start = time.process_time()
    outcome = build(data, place)
    assert outcome.code == 0, outcome.err
    assert time.process_time() - start < 8
    found = inputs(place)
    assert found[GOOD]["accepted"] == 3
    for name in tables:
        assert is_sentence(found[name]["problem"]) and " MB" in found[name]["problem"], name
    if_changed = ("--data", data, "--warehouse", place, "--programme", "keelung-111", "--if-changed")
    again = kpi("build", *if_changed)
    assert "沒有變" in again.out + again.err and len(stored(place, "from snapshot")) == 1
    os.truncate(data / tables[0], SIZES["GB"] + 1)
    later = kpi("build", *if_changed)
    assert "沒有變" not in later.out + later.err


def test_what_is_too_large_to_be_read_with_care_is_left_to_the_database_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(careful, "CAREFUL_BYTES", 250_000)
    orderly, broken = visits("序", 9000), visits("亂", 9000).replace("亂9,備課", '亂9,"備\n課"')
    found = told(tmp_path, 序=orderly, 亂=broken, 五=orderly.replace("序", "五").encode("cp950"))
    assert found["入校輔導_序.csv"]["accepted"] == found["入校輔導_五.csv"]["accepted"] == 9000
    assert is_sentence(found["入校輔導_亂.csv"]["problem"])
    monkeypatch.setattr(files, "TEXT_BYTES", 300_000)
    assert is_sentence(told(tmp_path)["入校輔導_序.csv"]["problem"])


def test_a_wide_file_is_tried_out_without_the_server_taking_its_memory(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / GOOD).write_text(visits("好"), encoding="utf-8")
    assert build(tmp_path / "data", tmp_path / "warehouse").code == 0
    wide = visits("寬", 4000) + visit("寬", 9) + ",x" * 2_000_000 + "\n"
    before = held()
    trial = tried(tmp_path / "data", tmp_path / "warehouse", "入校輔導_寬.csv", wide.encode())
    assert trial.readable and held() - before < 60_000_000


def held() -> int:
    """The most memory that this process held, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


def test_a_file_for_which_there_is_no_memory_is_its_own_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = careful.read

    def starved(path: Path, *others: Any) -> Sheet:
        if "大" in path.name:
            raise MemoryError
        return reader(path, *others)

    monkeypatch.setattr(careful, "read", starved)
    problem = told(tmp_path, 大=visits("大"))["入校輔導_大.csv"]["problem"]
    assert is_sentence(problem) and "記憶體" in problem


# One file that the database cannot hold


def refuse(monkeypatch: pytest.MonkeyPatch, error: Exception, but: str = "") -> None:
    """The database cannot hold the rows of files of a name, but those that `but` has."""
    columns_of = raw._columns_of

    def columns(sheets: list[tuple[int, Sheet]], table: Table) -> Any:
        if any("存不下" in sheet.file and sheet.rows[0][1][2] not in but for _, sheet in sheets):
            raise error
        return columns_of(sheets, table)

    monkeypatch.setattr(raw, "_columns_of", columns)


@pytest.mark.parametrize(
    "error", [duckdb.OutOfMemoryException("full"), duckdb.InvalidInputException("no"), MemoryError()]
)
def test_a_file_that_cannot_be_stored_is_its_own_problem(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, error)
    found = told(tmp_path, 存不下=visits("存"), 又一=visits("又"))
    assert is_sentence(found["入校輔導_存不下.csv"]["problem"])
    assert found["入校輔導_存不下.csv"]["read"] == 0
    assert found["入校輔導_又一.csv"]["accepted"] == 3
    lines = stored(
        tmp_path / "warehouse",
        "select file, line from accepted_rows inner join inputs using (file_id) where file like '%又一%' order by line",
    )
    assert [line for _, line in lines] == [2, 3, 4]


def test_a_disk_that_fails_is_no_files_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, duckdb.IOException("Could not write file"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / GOOD).write_text(visits("好"), encoding="utf-8")
    (tmp_path / "data" / "入校輔導_存不下.csv").write_text(visits("存"), encoding="utf-8")
    outcome = build(tmp_path / "data", tmp_path / "warehouse")
    assert outcome.code == 3 and "磁碟" in outcome.err


def test_a_cell_that_the_database_has_no_memory_for_is_its_files_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MEMORY", "60MB")
    found = told(tmp_path, 大格=visits("格") + f'深澳國小,111/10/09,甲,"{"長" * 30_000_000}"\n')
    assert is_sentence(found["入校輔導_大格.csv"]["problem"])


# A file that changes


def test_a_file_that_is_still_written_to_is_left_for_the_next_build_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether somebody copies into it while it is read, each time, or now and then: while the next one is, and the build
    settles."""
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    (data / GOOD).write_text(visits("好"), encoding="utf-8")
    names = ("入校輔導_抄1.csv", "入校輔導_抄2.csv")
    number, settled = itertools.count(), []

    def copy() -> None:
        for name in names:
            with (data / name).open("a", encoding="utf-8") as file:
                file.write(visit("抄", next(number)) + "\n")

    def settle(seconds: float) -> None:
        settled.append(seconds)
        copy()

    for name in names:
        (data / name).write_text(HEADER + "\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        on_read(patch, names[1], lambda path: copy(), 99)
        patch.setattr(files, "time", types.SimpleNamespace(sleep=settle))
        outcome = build(data, place)
    assert outcome.code == 0, outcome.err
    assert set(settled) == {files.SETTLING} and files.SETTLING >= 0.3
    found = inputs(place)
    assert found[GOOD]["accepted"] == 3
    for name in names:
        problem = found[name]["problem"]
        assert "正在寫入" in problem and is_sentence(problem), name
        assert f"{name}：這個檔案正在寫入" in outcome.err
    assert build(data, place).code == 0
    found = inputs(place)
    for name in names:
        many = (data / name).read_text(encoding="utf-8").count("\n") - 1
        assert found[name]["read"] == many, name


def on_read(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[Path], None], times: int
) -> list[int]:
    """Something happens to a file as often as it is read, up to some times; gives how often it was read."""
    real, count = careful.digest, [0]

    def digest(path: Path) -> Any:
        found = real(path)
        if path.name == name:
            count[0] += 1
            if count[0] <= times:
                change(path)
        return found

    monkeypatch.setattr(careful, "digest", digest)
    return count


@pytest.mark.parametrize("many", [3, 9000], ids=["small", "large"])
def test_a_file_that_is_replaced_while_it_is_read_is_read_again(
    many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SETTLING", 0.01)

    def swap(path: Path) -> None:
        new = path.with_name(".new")
        new.write_text(visits("新", many + 1), encoding="utf-8")
        new.replace(path)

    count = on_read(monkeypatch, "入校輔導_換.csv", swap, 1)
    found = told(tmp_path, 換=visits("舊", many))["入校輔導_換.csv"]
    assert (found["accepted"], count[0]) == (many + 1, 2)
    assert hash_of(tmp_path / "data" / "入校輔導_換.csv") == stored_hash(tmp_path)


def stored_hash(place: Path) -> str:
    """That of the file that is not the good one."""
    ((digest,),) = stored(place / "warehouse", f"select sha256 from inputs where file <> '{GOOD}'")
    return str(digest)


def hash_of(path: Path) -> str:
    return careful.digest(path)[0]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_file_that_changes_each_time_is_left_for_the_next_build(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SETTLING", 0.01)
    name = f"入校輔導_變{suffix}"
    count = on_read(monkeypatch, name, lambda path: os.utime(path, ns=(0, time.time_ns() + count[0])), 99)
    (tmp_path / "data").mkdir()
    content = good_workbook("變") if suffix == ".xlsx" else visits("變").encode()
    (tmp_path / "data" / name).write_bytes(content)
    assert "正在寫入" in told(tmp_path)[name]["problem"]
    assert count[0] == files.TRIES


def test_another_file_that_comes_and_goes_by_its_name_is_never_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file is hashed when it is found, and read by the database later: A, B, A."""
    monkeypatch.setattr(files, "SETTLING", 0.01)
    data = tmp_path / "data"
    path, other, aside = data / "入校輔導_甲.csv", tmp_path / "乙.csv", tmp_path / "甲.csv"
    data.mkdir()
    path.write_text(visits("甲", 9000), encoding="utf-8")
    other.write_text(visits("乙", 9000).replace("深澳國小", "沒有國小"), encoding="utf-8")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    assert path.stat().st_size == other.stat().st_size > files.BULK_BYTES
    real, swaps = raw.create, [0]

    def create(con: Any, table: Table, sheets: Any) -> Any:
        if table.id != "coaching" or swaps[0]:
            return real(con, table, sheets)
        swaps[0] += 1
        path.rename(aside)
        other.rename(path)
        counts = real(con, table, sheets)
        path.rename(other)
        aside.rename(path)
        return counts

    monkeypatch.setattr(raw, "create", create)
    found = told(tmp_path)["入校輔導_甲.csv"]
    assert (found["accepted"], found["rejected"], swaps[0]) == (9000, 0, 1)
    assert stored_hash(tmp_path) == hash_of(path)


def test_a_file_that_changes_after_it_was_read_is_in_the_figures_as_it_is_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SETTLING", 0.01)
    real, done = stage.stage, []

    def staged(*data: Any) -> Any:
        if not done:
            done.append(True)
            (tmp_path / "data" / "入校輔導_晚.csv").write_text(visits("晚", 7), encoding="utf-8")
            (tmp_path / "data" / "入校輔導_走.csv").unlink()
        return real(*data)

    monkeypatch.setattr(stage, "stage", staged)
    found = told(tmp_path, 晚=visits("早"), 走=visits("走"))
    assert found["入校輔導_晚.csv"]["accepted"] == 7
    assert "入校輔導_走.csv" not in found


def test_a_file_that_was_written_this_moment_is_read_at_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for number in range(5):
        (data / "入校輔導.csv").write_text(visits("剛", number + 1), encoding="utf-8")
        assert build(data, tmp_path / "warehouse").code == 0
        assert inputs(tmp_path / "warehouse")["入校輔導.csv"]["accepted"] == number + 1


# A time that no calendar has


TIMES = (253_402_300_800, -62_135_596_801, 1 << 62, -(1 << 62), -1, 1 << 33)


def test_a_time_of_modification_out_of_range_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems keep any number; here it is given in place of the file's own."""
    real = Path.stat

    def stat(self: Path, **options: Any) -> Any:
        found = real(self, **options)
        if "舊" not in self.name:
            return found
        seconds = TIMES[int(self.stem[-1])]
        fields = {name: getattr(found, name) for name in dir(found) if name.startswith("st_")}
        return types.SimpleNamespace(**{**fields, "st_mtime": float(seconds), "st_mtime_ns": seconds * 10**9})

    monkeypatch.setattr(Path, "stat", stat)
    contents = {f"舊{at}": visits(f"舊{at}之") for at in range(len(TIMES))}
    contents |= {f"舊大{at}": visits(f"舊大{at}之", 9000) for at in range(len(TIMES))}
    found = told(tmp_path, **contents)
    for at, seconds in enumerate(TIMES):
        small, large = found[f"入校輔導_舊{at}.csv"], found[f"入校輔導_舊大{at}.csv"]
        assert (small["accepted"], large["accepted"]) == (3, 9000), seconds
        assert dt.datetime(1969, 12, 31) < small["modified_at"] < dt.datetime(2107, 1, 1), seconds


def test_a_time_that_the_file_system_keeps_does_not_matter(tmp_path: Path) -> None:
    memory = Path(
        "/dev/shm"
    )  # which keeps any time; other file systems turn one into the last that they know
    path = (memory if memory.is_dir() else tmp_path) / f"入校輔導_{os.getpid()}.csv"
    path.write_text(visits("遠"), encoding="utf-8")
    try:
        os.utime(path, (253_402_300_800, 253_402_300_800))
        (sheet,) = files.read(path, path.parent, {}, TABLES, tmp_path)
        assert len(sheet.rows) == 3 and sheet.problem is None
    finally:
        path.unlink()


# What could be read for the former snapshot stands


def test_a_file_that_cannot_be_read_any_more_keeps_the_rows_that_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SETTLING", 0.01)
    unstored, written, wide, sparse = names = ("存不下", "正在寫", "太寬", "是洞")
    good = {name: visits(f"前{name}", 5) for name in names}
    found = told(tmp_path, **good)
    assert [found[f"入校輔導_{name}.csv"]["accepted"] for name in names] == [5, 5, 5, 5]
    paths = {name: tmp_path / "data" / f"入校輔導_{name}.csv" for name in names}
    refuse(monkeypatch, duckdb.OutOfMemoryException("full"), but=good[unstored])
    on_read(
        monkeypatch, paths[written].name, lambda path: os.utime(path, ns=(0, time.time_ns())), files.TRIES
    )
    for name, path in paths.items():
        later = visits(f"後{name}", 2)
        path.write_text(
            later.replace("\n", ",欄" * careful.COLUMNS + "\n", 1) if name == wide else later, "utf-8"
        )
    os.truncate(paths[sparse], 10 << 30)
    outcome = build(tmp_path / "data", tmp_path / "warehouse")
    assert outcome.code == 0, outcome.err
    found = inputs(tmp_path / "warehouse")
    for path in paths.values():
        assert (found[path.name]["accepted"], found[path.name]["problem"]) == (5, None), path.name
        assert f"{path.name}：現在讀不進來，沿用" in outcome.err


@pytest.mark.parametrize("lines", ["第一行\n第二行", "第一行\r\n第二行\r\n第三行", "一\n\n二"])
def test_a_remark_of_several_lines_stays_one_cell_in_a_file_whose_cells_are_all_in_marks(
    tmp_path: Path, lines: str
) -> None:
    header = ["備註", "學校名稱", "教師編號", "姓名", "身分別", "到職日", "說明"]
    rows = [[lines, "深澳國小", f"T{i}", f"王{i}平", "正式教師", "110/8/1", lines] for i in range(1, 4)]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    path = tmp_path / "教職員名冊.csv"
    path.write_text(out.getvalue(), "utf-8", newline="")
    (sheet,) = files.read(path, tmp_path, {}, contracts.load(), tmp_path)
    assert [cells for _, cells in sheet.rows] == rows
    assert sheet.note is None


def test_a_file_is_as_old_as_taiwans_clock_says_wherever_the_machine_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """最後變動 stands beside 最後檢查, which is Taiwan's time."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        data = tmp_path / "data"
        data.mkdir()
        (data / "入校輔導.csv").write_text(visits("剛"), encoding="utf-8")
        written = dt.datetime(2022, 10, 6, 20, 15, tzinfo=dt.UTC).timestamp()
        os.utime(data / "入校輔導.csv", (written, written))
        assert build(data, tmp_path / "warehouse").code == 0
    finally:
        monkeypatch.undo()
        time.tzset()
    found = inputs(tmp_path / "warehouse")["入校輔導.csv"]
    assert found["modified_at"] == dt.datetime(2022, 10, 7, 4, 15)
