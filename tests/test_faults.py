"""Files that are broken, hostile or not there: one clear sentence each, no row lost, and what served goes on serving.

The broken files all lie in one folder, beside good ones, and are built once: so each of them stops nothing else.
"""

from __future__ import annotations

import codecs
import dataclasses
import functools
import io
import os
import random
import resource
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboard import warehouse
from dashboard.definitions import contracts
from dashboard.sources import calamine, extent, files
from tests.cases.visits import HEADER, good_workbook, visit, visits, workbook
from tests.running import (
    PROGRAMME,
    Outcome,
    asked,
    build,
    build_apart,
    build_measured,
    flaws,
    inputs,
    kpi,
    stored,
    unchanged,
)

TABLES = contracts.load()
NOBODY = 65534
# A path that means something to a shell, to SQL, to a pattern of files and to a database's address.
HOSTILE = "O'Brien's 「資料」; drop table staff; -- ☃😀 $(id) %s"


def rezipped(data: bytes, change: Callable[[zipfile.ZipInfo, bytes], bytes]) -> bytes:
    """A workbook whose parts were changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part, old.read(part)))
    return packed.getvalue()


def declaring(data: bytes, part: str, size: int) -> bytes:
    """A workbook whose table of contents says that `part` unpacks to `size` bytes."""
    name = part.encode()
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
    assert data[at + 46 : at + 46 + len(name)] == name
    return data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]


def edited(data: bytes, *changes: tuple[bytes, bytes], name: str = "sheet1.xml") -> bytes:
    """A workbook whose worksheet was changed in some places, and may be a part of another name."""

    def change(part: zipfile.ZipInfo, content: bytes) -> bytes:
        if part.filename == "xl/worksheets/sheet1.xml":
            part.filename = f"xl/worksheets/{name}"
            for old, new in changes:
                assert old in content
                content = content.replace(old, new)
        return content.replace(b"sheet1.xml", name.encode())

    return rezipped(data, change)


SPREADSHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def sharing(data: bytes, rows: bytes, *texts: str) -> bytes:
    """A workbook with further rows whose cells may refer to these texts."""

    def change(part: zipfile.ZipInfo, content: bytes) -> bytes:
        link = f'<Relationship Id="shared" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        content = content.replace(b"</sheetData>", rows + b"</sheetData>")
        if part.filename == "xl/_rels/workbook.xml.rels":
            content = content.replace(b"</Relationships>", link.encode() + b"</Relationships>")
        return content

    packed = io.BytesIO(rezipped(data, change))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SPREADSHEETS}">{items}</sst>')
    return packed.getvalue()


def references(*indexes: int) -> bytes:
    """A row of cells that each refer to a shared text."""
    return b"<row>" + b"".join(b'<c t="s"><v>%d</v></c>' % index for index in indexes) + b"</row>"


def swollen_styles(part: zipfile.ZipInfo, content: bytes) -> bytes:
    return content + b" " * 3_000_000 if part.filename == "xl/styles.xml" else content


def damaged_sheet(data: bytes) -> bytes:
    """A workbook whose packed worksheet has a flipped byte in the middle, as after a bad transfer."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    start = part.header_offset + 30 + len(part.filename)
    return data[:start] + b"\x07" * 40 + data[start + 40 :]


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + random.Random(1).randbytes(4000)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
TWO_COLUMNS = "學校名稱,輔導人員\n深澳國小,王\n"

# What cannot be read at all: the file's name after 入校輔導_, its content, and what the sentence must say.
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "照片.csv": (JPEG, "不是文字檔"),
    "大照片.csv": (JPEG * 60, "不是文字檔"),
    "照片.xlsx": (JPEG, "不是活頁簿"),
    "空.csv": (b"", "空檔案"),
    "空.xlsx": (b"", "空檔案"),
    "空白.csv": (b" \r\n\t\r\n  \n", "空檔案"),
    "只有BOM.csv": (b"\xef\xbb\xbf", "空檔案"),
    "空白16.csv": ("\ufeff \r\n".encode("utf-16-le"), "空檔案"),
    "只有NUL.csv": (bytes(5000), "空檔案"),
    "亂碼.csv": (random.Random(2).randbytes(3000), "編碼無法辨識"),
    "亂碼16.csv": (b"\xff\xfe" + random.Random(3).randbytes(3000), "編碼無法辨識"),
    "utf16沒有BOM.csv": (visits("甲").encode("utf-16-le"), "編碼無法辨識"),
    "utf32.csv": (visits("乙").encode("utf-32"), "編碼無法辨識"),
    "utf32沒有BOM.csv": (visits("丙").encode("utf-32-le"), "編碼無法辨識"),
    "簡體.csv": (visits("丁").encode("gb18030"), "編碼無法辨識"),
    "沒有標題.csv": ("深澳國小,111/10/07,王\n".encode(), "找不到標題列"),
    "欄名兩次都填.csv": (
        "輔導日期,學校名稱,輔導日期\n111/10/07,深澳國小,111/10/08\n".encode(),
        "第 2 列兩欄都有填",
    ),
    "缺欄.csv": (TWO_COLUMNS.encode(), "「輔導日期」"),
    "缺欄.xlsx": (workbook([line.split(",") for line in TWO_COLUMNS.splitlines()]), "「輔導日期」"),
    "壞了.xls": (OLE, "已損壞"),
    "密碼.xlsx": (OLE + "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0"), "密碼"),
    "半個.xlsx": (good_workbook("己")[:3000], "不是活頁簿"),
    "壓壞.xlsx": (damaged_sheet(good_workbook("庚")), "不是活頁簿"),
    "別的壓縮檔.xlsx": (rezipped(good_workbook("辛"), lambda part, _: b"x"), "已損壞"),
    "炸彈.xlsx": (declaring(good_workbook("壬"), "xl/worksheets/sheet1.xml", 0xFFFF0000), "4,295 MB"),
    "謊報.xlsx": (
        declaring(rezipped(good_workbook("癸"), swollen_styles), "xl/styles.xml", 900),
        "不是活頁簿",
    ),
    "角落XFD.xlsx": (good_workbook("子", XFD1048576="x"), "工作表太大"),
    "角落ZZ.xlsx": (good_workbook("丑", ZZ1048576="x"), "工作表太大"),
    "角落BCD.xlsx": (good_workbook("寅", BCD900000="x"), "工作表太大"),
    "小寫角落.xlsx": (
        edited(good_workbook("辰", XFD1048576="x"), (b"XFD1048576", b"xfd1048576")),
        "工作表太大",
    ),
    "等號旁空白.xlsx": (edited(good_workbook("巳", XFD1048576="x"), (b'r="', b'r = "')), "工作表太大"),
    "別的名稱.xlsx": (edited(good_workbook("午", XFD1048576="x"), name="sheet1.dat"), "工作表太大"),
    "大寫名稱.xlsx": (edited(good_workbook("未", XFD1048576="x"), name="sheet1.XML"), "工作表太大"),
    "有前綴.xlsx": (
        edited(
            good_workbook("申", XFD1048576="x"),
            (b"<c ", b"<x:c "),
            (b"</c>", b"</x:c>"),
            (
                b"<worksheet ",
                b'<worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ',
            ),
        ),
        "工作表太大",
    ),
    "沒有座標.xlsx": (
        edited(
            good_workbook("酉"),
            (b"</sheetData>", b'<row r="1000000">' + b"<c/>" * 99 + b"</row></sheetData>"),
        ),
        "工作表太大",
    ),
    "屬性沒有空白.xlsx": (
        edited(good_workbook("戌", XFD1048576="x"), (b'<c r="XFD', b'<c t="n"r="XFD')),
        "已損壞",
    ),
    "有實體.xlsx": (
        edited(
            good_workbook("亥"),
            (b"<worksheet ", b'<!DOCTYPE a [<!ATTLIST c r CDATA "A1">]><worksheet '),
            (b' r="A3"', b""),
        ),
        "已損壞",
    ),
    "同一段文字.xlsx": (
        sharing(good_workbook("天"), references(*[0] * 400), "x" * 1_000_000),
        "文字超過 300 MB",
    ),
    "兩個角落.xlsx": (good_workbook("卯", A1048576="x", ZZZ1="x"), "工作表太大"),
}


@dataclasses.dataclass(frozen=True)
class Kept:
    """A file that can be read: its content, and how many of its rows are taken, with a warning or rejected."""

    content: bytes | str
    accepted: int
    rejected: int = 0
    reason: str = ""
    warnings: int = 0
    note: str = ""

    @property
    def data(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode()


def replaced(tag: str, old: str, new: str) -> str:
    text = visits(tag)
    assert text.count(old) == 1
    return text.replace(old, new)


def stray_marks(tag: str, *rows: int) -> str:
    """Twenty rows; those numbered have a quotation mark that is never closed."""
    text = visits(tag, 20)
    for i in rows:
        text = text.replace(f",{tag}{i},", f',"{tag}{i},')
    return text


def wide(tag: str) -> str:
    """Two hundred columns, four of them known; the second row has no date."""
    names = [f"欄{i}" for i in range(98)]
    lines = [",".join([*names, HEADER, *names])]
    for date in ("111/10/07", "", "111/10/09"):
        lines.append(",".join([*("左" * 98), "深澳國小", date, tag, "", *("右" * 98)]))
    return "\n".join(lines)


HUGE = "長" * 3_500_000
KEPT: dict[str, Kept] = {
    "好.csv": Kept(visits("午"), 3),
    "好.xlsx": Kept(good_workbook("未"), 3),
    "其實是XLSX.ods": Kept(good_workbook("戊"), 3),
    "很下面.xlsx": Kept(good_workbook("申", A200000=" ", B150000="111/10/07"), 3, 1, "missing_value"),
    "沒有列號.xlsx": Kept(edited(good_workbook("地"), (b' r="A3"', b""), (b' r="B3"', b""), (b"<row r=", b"<row n=")), 3),
    "一段長文.xlsx": Kept(
        sharing(good_workbook("人"), references(0, 1, 2, *[3] * 4000) + references(4, 1, 2), "深澳國小", "111/10/07", "人9", "題", "長" * 99_999),
        4, 1, "unknown_school",
    ),
    "很右邊.xlsx": Kept(good_workbook("酉", XFD1="註"), 3),
    "切在列中.csv": Kept(visits("戌")[: -len("10/04,戌3,備課\n")], 2, 1, "bad_date"),
    "切在欄後.csv": Kept(visits("亥")[: -len(",111/10/04,亥3,備課\n")], 2, 1, "missing_value"),
    "切在字中.csv": Kept(visits("金").encode()[:-2], 3, warnings=1, reason="bad_character", note="1 個字元"),
    "切在引號中.csv": Kept(visits("木") + '深澳國小,111/10/09,"木9', 4),
    "多為英數而切斷.csv": Kept(
        ("".join(["school,date,adviser,topic\n", *(visit("mu", i, "x" * 300) + "\n" for i in range(27))]) + "深澳").encode()[:-1],
        27, 1, "missing_value", note="1 個字元",
    ),
    "一個引號.csv": Kept(stray_marks("水", 5), 20),
    "相鄰兩個引號.csv": Kept(stray_marks("火", 5, 6), 20),
    "處處有引號.csv": Kept(stray_marks("土", *range(1, 21)), 20),
    "末列引號.csv": Kept(stray_marks("日", 20), 20),
    "幾個NUL.csv": Kept(replaced("月", "月2", "\0月\0" + "2"), 3, note="2 個 NUL"),
    "尾端NUL.csv": Kept(visits("星").encode() + bytes(4096), 3, note="4096 個 NUL"),
    "欄名兩次.csv": Kept("輔導日期,學校名稱,輔導日期\n111/10/07,深澳國小,\n,深澳國小,111/10/08\n", 2),
    "標題又一次.csv": Kept(visits("辰") + visits("巳"), 6, 1, "not_a_record"),
    "兩百欄.csv": Kept(wide("寬"), 2, 1, "missing_value"),
    "巨大格.csv": Kept(visits("巨") + f"深澳國小,111/10/07,{HUGE},備課\n" + visit("巨", 10) + "\n", 5),
    "巨大校名.csv": Kept(visits("校") + f"{HUGE},111/10/07,校9,備課\n" + visit("校", 10) + "\n", 4, 1, "unknown_school"),
    "只有標題.csv": Kept(HEADER + "\n", 0),
    "SQL.csv": Kept(
        "學校名稱,輔導日期,輔導人員,主題,\"'); drop table staff; --\",\"\"\"x\"\"\"\n"
        "深澳國小,111/10/07,Robert'); drop table staff; --,$$ select 1 $$,' or 1=1,\"\"\"\n"
        "'; drop table rejects; --,111/10/07,x,,{1},%s\n"
        "深澳國小,'; select,y,,,\n",
        1, 2,
    ),
}  # fmt: skip

NAMES = ("深'澳\"", " 有 空 白 ", "😀", "第一行\n第二行", "; drop table files; --", "%s{0}$1", "#1", "[ab]*?")


def named(place: Path) -> dict[str, str]:
    """Files whose names are awkward; each holds its own rows. Bytes that are no UTF-8 can be in a name too."""
    found = {f"入校輔導_{name}.csv": visits(f"名{i}-") for i, name in enumerate(NAMES)}
    for name, text in found.items():
        (place / name).write_text(text, encoding="utf-8")
    for byte in (b"\xff", b"\xfe"):
        content = visits(f"位{byte.hex()}-", 6000 if byte == b"\xff" else 3).encode()
        (place / os.fsdecode("入校輔導_".encode() + byte + b".csv")).write_bytes(content)
    return found


@dataclasses.dataclass(frozen=True)
class City:
    """The folder of every fault after it was built."""

    data: Path
    warehouse: Path
    told: Outcome
    inputs: dict[str, dict[str, Any]]
    flaws: list[dict[str, Any]]
    seconds: float

    def flaws_of(self, file: str) -> list[dict[str, Any]]:
        return [flaw for flaw in self.flaws if flaw["file"].partition("#")[0] == file]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("faults") / HOSTILE
    data, place = folder / "data", folder / "warehouse"
    data.mkdir(parents=True)
    for name, (content, _) in UNREADABLE.items():
        (data / f"入校輔導_{name}").write_bytes(content)
    for name, kept in KEPT.items():
        (data / f"入校輔導_{name}").write_bytes(kept.data)
    named(data)
    for name in (
        "~$入校輔導_鎖.xlsx",
        ".入校輔導_隱藏.csv",
        ".git/入校輔導.csv",
        "入校輔導_子/再下一層/好.txt",
        "入校輔導.toml.bak",
    ):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(visits("藏").encode())
    (data / "入校輔導_子" / "入校輔導_下層.csv").write_text(visits("下"), encoding="utf-8")
    start = time.process_time()
    told = build(data, place)
    seconds = time.process_time() - start
    assert told.code == 0, told.err
    return City(data, place, told, inputs(place), flaws(place), seconds)


# What cannot be read


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_is_named_with_what_is_wrong_and_what_to_do(name: str, city: City) -> None:
    file, says = f"入校輔導_{name}", UNREADABLE[name][1]
    (problem,) = [row["problem"] for told, row in city.inputs.items() if told.partition("#")[0] == file]
    assert says in problem
    assert "請" in problem or "標題列須有" in problem


def test_the_first_twenty_things_that_were_not_read_are_told_and_the_others_counted(city: City) -> None:
    told = asked(city.warehouse, "unreadable")
    lines = [line for line in city.told.err.splitlines() if line.startswith("讀不進來：")]
    assert len(lines) == 20 and all(row["kind"] == "unreadable" for row in told[:20])
    assert all(
        row["message"] in line and str(row["file"]) in line for row, line in zip(told, lines, strict=False)
    )
    assert f"另有 {len(told) - 20} 項沒有列在這裡；全部列在「資料」頁。" in city.told.err


def test_a_sentence_is_chinese_and_no_programmers_message(city: City) -> None:
    for row in city.inputs.values():
        for word in ("Error", "Exception", "Traceback", "codec", "byte", "None"):
            assert word not in (row["problem"] or ""), row


def test_a_bomb_is_refused_by_what_it_declares_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = tmp_path / "入校輔導.xlsx"
    bomb.write_bytes(UNREADABLE["炸彈.xlsx"][0])

    def unpacked(*_: object, **__: object) -> None:
        raise AssertionError("unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    monkeypatch.setattr(calamine, "CalamineWorkbook", unpacked)
    (sheet,) = files.read(bomb, tmp_path, {}, TABLES, tmp_path)
    assert sheet.problem and "超過上限" in sheet.problem


def test_a_part_that_hides_its_size_is_read_no_further_than_it_declares(tmp_path: Path) -> None:
    liar = tmp_path / "入校輔導.xlsx"
    liar.write_bytes(UNREADABLE["謊報.xlsx"][0])
    with zipfile.ZipFile(liar) as archive:
        (part,) = [part for part in archive.infolist() if part.filename == "xl/styles.xml"]
    assert (part.file_size, liar.stat().st_size < 20_000) == (900, True)
    (sheet,) = files.read(liar, tmp_path, {}, TABLES, tmp_path)
    assert sheet.problem


# What can be read


@pytest.mark.parametrize("name", KEPT)
def test_every_row_of_a_damaged_file_is_taken_or_rejected_with_a_reason(name: str, city: City) -> None:
    file, kept = f"入校輔導_{name}", KEPT[name]
    (row,) = [row for told, row in city.inputs.items() if told.partition("#")[0] == file]
    found = city.flaws_of(file)
    assert row["problem"] is None
    assert (row["accepted"], row["rejected"], row["duplicate"]) == (kept.accepted, kept.rejected, 0), found
    assert row["read"] == kept.accepted + kept.rejected
    assert row["warnings"] == kept.warnings
    assert len(found) == kept.rejected + kept.warnings
    assert not kept.reason or kept.reason in {flaw["reason"] for flaw in found}


@pytest.mark.parametrize("name", [name for name, kept in KEPT.items() if kept.note])
def test_a_file_that_was_mended_on_reading_has_a_note(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"入校輔導_{name}"
    path.write_bytes(KEPT[name].data)
    (sheet,) = files.read(path, tmp_path, {}, TABLES, tmp_path)
    assert sheet.note and KEPT[name].note in sheet.note


def test_a_row_of_two_hundred_columns_is_told_whole(city: City) -> None:
    (flaw,) = city.flaws_of("入校輔導_兩百欄.csv")
    assert flaw["original"] == ",".join([*("左" * 98), "深澳國小", "", "寬", "", *("右" * 98)])
    assert flaw["line"] == 3


def test_a_rejected_cell_of_ten_megabytes_is_kept_whole_and_told_in_short(city: City) -> None:
    (flaw,) = city.flaws_of("入校輔導_巨大校名.csv")
    assert flaw["original"] == f"{HUGE},111/10/07,校9,備課"
    assert len(flaw["message"]) < 200


def test_what_looks_like_sql_is_text(city: City) -> None:
    first, second = city.flaws_of("入校輔導_SQL.csv")
    assert (first["reason"], second["reason"]) == ("unknown_school", "bad_date")
    assert first["original"].startswith("'; drop table rejects; --,")
    assert "'; drop table rejects; --" in first["message"]
    advisers = stored(
        city.warehouse, "select person, details from accepted_rows where contains(person, 'Robert')"
    )
    assert advisers == [("Robert');droptablestaff;--", "$$ select 1 $$")]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_may_have_any_name(name: str, city: City) -> None:
    row = city.inputs[f"入校輔導_{name}.csv"]
    assert (row["problem"], row["accepted"]) == (None, 3)


def test_two_names_that_are_no_text_stay_two_files(city: City) -> None:
    told = {name: row for name, row in city.inputs.items() if name.startswith("入校輔導_\\")}
    assert sorted(row["accepted"] for row in told.values()) == [3, 6000]
    assert "".join(told).isprintable()


def test_hidden_and_lock_files_are_skipped_and_folders_are_searched(city: City) -> None:
    told = set(city.inputs)
    assert not any("鎖" in name or "隱藏" in name or name.startswith(".") for name in told)
    assert city.inputs["入校輔導_子/入校輔導_下層.csv"]["accepted"] == 3
    assert city.inputs["入校輔導_子/再下一層/好.txt"]["table_name"] is None


def test_a_linked_folder_is_searched_once_and_what_is_no_file_is_told(tmp_path: Path) -> None:
    data, shared = tmp_path / "data", tmp_path / "shared"
    for folder in (data / "子", shared):
        folder.mkdir(parents=True)
        (folder / "入校輔導.csv").write_text(visits(folder.name), encoding="utf-8")
    (shared / "回去").symlink_to(data)
    for link, target in (("分享", shared), ("又一個", shared), ("一圈", data), ("一", data / "子")):
        (data / link).symlink_to(target)
    (data / "入校輔導_斷.csv").symlink_to("/沒有/入校輔導.csv")
    (data / "入校輔導_繞.csv").symlink_to("入校輔導_繞.csv")
    (data / "入校輔導_夾.xlsx").mkdir()
    os.mkfifo(data / "入校輔導_管.csv")
    os.mkfifo(data / "午餐.csv")
    (data / "照片.jpg").symlink_to("/沒有/照片.jpg")
    told = build(data, tmp_path / "warehouse")
    assert told.code == 0, told.err
    found = inputs(tmp_path / "warehouse")
    assert {name: row["accepted"] for name, row in found.items() if not row["problem"]} == {
        "分享/入校輔導.csv": 3,
        "子/入校輔導.csv": 3,
    }
    problems = {name: row["problem"] for name, row in found.items() if row["problem"]}
    assert list(problems) == [f"入校輔導_{name}" for name in ("夾.xlsx", "斷.csv", "管.csv", "繞.csv")]
    assert all("不是一般檔案" in problem and "請" in problem for problem in problems.values())


def test_a_workbook_is_read_whatever_bytes_its_path_is_of(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode("研習".encode("cp950") + b"\xff")
    folder.mkdir()
    (folder / "入校輔導.xlsx").write_bytes(good_workbook("路"))
    (sheet,) = files.read(folder / "入校輔導.xlsx", tmp_path, {}, TABLES, tmp_path)
    assert (sheet.problem, len(sheet.rows)) == (None, 3)


def test_all_that_takes_no_longer_than_reading_it_once(city: City) -> None:
    """Nothing is quadratic in the size of a cell: that would take hours. It is the processor's time, not the clock's."""
    assert city.seconds < 120


def test_a_file_that_bears_another_files_name_as_a_pattern_is_read_itself(tmp_path: Path) -> None:
    """A browser that saves a second copy writes 入校輔導[1].csv, which as a pattern is 入校輔導1.csv."""
    names = {"入校輔導[1].csv": "甲", "入校輔導1.csv": "乙"}
    for name, tag in names.items():
        (tmp_path / name).write_text(visits(tag, 20) + "\n" * files.BULK_BYTES, encoding="utf-8")
    for name, tag in names.items():
        (sheet,) = files.read(tmp_path / name, tmp_path, {}, TABLES, tmp_path)
        if sheet.bulk:
            assert (len(duckdb.sql(f"from glob('{sheet.bulk.path}')").fetchall()), name) == (
                1,
                "入校輔導1.csv",
            )
        else:
            assert sheet.rows[0][1][2] == f"{tag}1"


# The database reads larger files: it must find what the careful reader finds

ROWS = 2000
SCHOOLS = ("不存在國小", "", *("深澳國小", "武崙國小", "基隆市信義區深澳國民小學") * 15)


def table(
    tag: str,
    change: Callable[[int, list[str]], str] = lambda i, cells: ",".join(cells),
    header: str = HEADER,
    newline: str = "\n",
) -> str:
    """Two thousand rows, some to be rejected, as `change` writes them down by number and cells."""
    rows = (
        change(i, [SCHOOLS[i % len(SCHOOLS)], f"111/10/{(i * 7 + 1) % 33:02d}", f"{tag}{i}", f"主題{i % 9}"])
        for i in range(ROWS)
    )
    return newline.join([header, *rows]) + newline


def at(change: Callable[[str], str], *rows: int, column: int = 3) -> Callable[[int, list[str]], str]:
    """Some rows' cell is written down as `change` says."""

    def written(i: int, cells: list[str]) -> str:
        if i in rows:
            cells[column] = change(cells[column])
        return ",".join(cells)

    return written


def after(text: str, every: int) -> Callable[[int, list[str]], str]:
    """Something follows every so many rows."""
    return lambda i, cells: ",".join(cells) + (text if i % every == 0 else "")


def late(tag: str, byte: bytes) -> bytes:
    """A byte far behind what is looked at to tell the encoding."""
    data = table(tag, lambda i, cells: ",".join([*cells, "長" * 60])).encode()
    name = f"{tag}{ROWS - 10}".encode()
    assert data.index(name) > 1 << 18
    return data.replace(name, name + byte)


TRAITS: dict[str, str | bytes] = {
    "plain": table("a"),
    "CRLF": table("b", newline="\r\n"),
    "CR alone": table("c", newline="\r"),
    "CRLF and LF mixed": table("d", after("\r", 3)),
    "no line break at the end": table("e").rstrip("\n"),
    "blank rows": table("f", after("\n", 100)),
    "blank rows of CRLF": table("g", after("\r\n", 100), newline="\r\n"),
    "rows of separators": table("h", after("\n,,,", 100)),
    "blank rows at the end": table("i") + "\n" * 200,
    "quoted line breaks": table("j", at('"{}\n第二行"'.format, *range(0, ROWS, 90))),
    "a quoted line break and a lone CR": table("k", lambda i, cells: at('"{}\n二"'.format, 5)(i, cells) + "\r" * (i == 9)),
    "a lone CR in a cell": table("l", at("甲\r{}".format, 50)),
    "quoted cells": table("m", lambda i, cells: ",".join(f'"{cell}"' for cell in cells)),
    "quoted marks": table("n", at('"他說 ""{}"", 好"'.format, *range(0, ROWS, 7))),
    "marks within a cell": table("o", at('{} 5" 螢幕'.format, *range(0, ROWS, 7))),
    "text after a closing mark": table("p", at('"{}"（補）'.format, 70, 700)),
    "a blank before a mark": table("q", at(' "{}, 二"'.format, 70, 700)),
    "a blank after a mark": table("r", at('"{}, 二" '.format, 70, 700)),
    "a mark that is never closed": table("s", at('"{}'.format, 1000)),
    "two marks that are never closed": table("t", at('"{}'.format, 1000, 1001, column=2)),
    "rows cut short": table("u", lambda i, cells: ",".join(cells[: 2 + i % 3])),
    "rows too long": table("v", after(",多,出,來", 50)),
    "trailing separators": table("w", after(",", 1), header=HEADER + ","),
    "trailing separators but for the header": table("x", after(",", 1)),
    "cp950": table("y").encode("cp950"),
    "cp950 with a user-defined character": table("z").encode("cp950").replace("主題3".encode("cp950"), b"\xfa\x40"),
    "BOM": table("A").encode("utf-8-sig"),
    "UTF-16": table("B").encode("utf-16"),
    "a byte that breaks late": late("C", b"\xff"),
    "a NUL that comes late": late("D", b"\0"),
    "title rows": "基隆市,,\n說明：,,\n" + table("E"),
    "title rows with a line break": '基隆市,,\n"說明\n第二行",,\n\n' + table("T"),
    "a line break in the header": table("F", header='學校名稱,輔導日期,輔導人員,"主\n題"'),
    "a doubled column": table("G", after(",多", 1), header=HEADER + ",主題"),
    "an unknown column between": table("H", lambda i, cells: ",".join([cells[0], "備註", *cells[1:]]),
                                       header=HEADER.replace(",", ",備註,", 1)),
    "rows cut short before an unknown column": table("U", lambda i, cells: ",".join([cells[0], "備註", *cells[1:]][: 3 + i % 4]),
                                                     header=HEADER.replace(",", ",備註,", 1) + ",又一欄,再一欄"),
    "tabs": table("I", lambda i, cells: "\t".join(cells), header=HEADER.replace(",", "\t")),
    "semicolons": table("J", lambda i, cells: ";".join(cells), header=HEADER.replace(",", ";")),
    "backslashes": table("K", at("{}\\, \\n \\N".format, *range(0, ROWS, 7))),
    "words for nothing": table("L", at(lambda text: "NULL", *range(0, ROWS, 3))),
    "blanks about the cells": table("M", lambda i, cells: " , ".join(cells) + " "),
    "other white space": table("N", at("\u3000{}\u2028\x0b\x0c\x1c\x85".format, *range(0, ROWS, 7))),
    "a hash": table("O", at("# {}".format, *range(0, ROWS, 7), column=0)),
    "a cell of five megabytes": table("P", at(lambda text: "長" * 1_700_000, 70)),
    "the header again": table("Q", after("\n" + HEADER, 500)),
    "a row cut in the middle": table("R") + "深澳國小,111/1",
    "a row cut within a mark": table("S") + '深澳國小,"111/1',
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Read:
    """What one way of reading made of the files of all traits."""

    bulk: set[str]
    inputs: dict[str, dict[str, Any]]
    flaws: dict[str, list[tuple[Any, ...]]]
    accepted: dict[str, list[tuple[Any, ...]]]


def read_all(data: Path, place: Path, bulk_bytes: int) -> Read:
    bulk: set[str] = set()
    read, reread = files.read, files.reread

    def spy_read(*arguments: Any) -> list[files.Sheet]:
        sheets = read(*arguments)
        bulk.update(sheet.file for sheet in sheets if sheet.bulk)
        return sheets

    def spy_reread(folder: Path, sheet: files.Sheet, *others: Any) -> files.Sheet:
        bulk.discard(sheet.file)
        return reread(folder, sheet, *others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "BULK_BYTES", bulk_bytes)
        patch.setattr(files, "read", spy_read)
        patch.setattr(files, "reread", spy_reread)
        told = build(data, place)
    assert told.code == 0, told.err
    rejects: dict[str, list[tuple[Any, ...]]] = {}
    for flaw in flaws(place):
        rejects.setdefault(flaw["file"], []).append(tuple(flaw.values()))
    accepted: dict[str, list[tuple[Any, ...]]] = {}
    query = "select file, a.* exclude (file_id) from accepted_rows as a inner join inputs using (file_id) order by file, line"
    for file, *row in stored(place, query):
        accepted.setdefault(file, []).append(tuple(row))
    return Read(bulk, inputs(place), rejects, accepted)


@pytest.fixture(scope="module")
def both_ways(tmp_path_factory: pytest.TempPathFactory) -> tuple[Read, Read]:
    """By the database wherever it can, and with care."""
    folder = tmp_path_factory.mktemp("traits")
    (folder / "data").mkdir()
    for name, content in TRAITS.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / "data" / f"入校輔導_{name}.csv").write_bytes(data)
    return read_all(folder / "data", folder / "quick", 0), read_all(
        folder / "data", folder / "careful", 1 << 60
    )


@pytest.mark.parametrize("trait", TRAITS)
def test_the_database_finds_the_rows_and_lines_that_the_careful_reader_finds(
    trait: str, both_ways: tuple[Read, Read]
) -> None:
    quick, careful = both_ways
    file = f"入校輔導_{trait}.csv"
    assert careful.inputs[file]["accepted"] > ROWS / 3
    for counted in ("encoding", "read", "accepted", "duplicate", "rejected", "warnings", "problem"):
        assert quick.inputs[file][counted] == careful.inputs[file][counted], counted
    assert quick.flaws[file] == careful.flaws[file]
    assert quick.accepted[file] == careful.accepted[file]


@pytest.mark.parametrize(
    "trait", ["plain", "CRLF", "quoted cells", "cp950", "BOM", "rows cut short", "title rows", "tabs"]
)
def test_an_orderly_file_is_left_to_the_database(trait: str, both_ways: tuple[Read, Read]) -> None:
    quick, careful = both_ways
    assert f"入校輔導_{trait}.csv" in quick.bulk
    assert not careful.bulk


@pytest.mark.parametrize("fate", ["removed", "a folder"])
def test_a_large_file_that_is_gone_before_it_is_stored_is_told_and_stops_nothing_else(
    fate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "入校輔導_好.csv").write_text(visits("好"), encoding="utf-8")
    large = data / "入校輔導_大.csv"
    large.write_text(visits("大", 9000), encoding="utf-8")
    assert large.stat().st_size > files.BULK_BYTES
    real = files.read

    def read(path: Path, *others: Any) -> list[files.Sheet]:
        sheets = real(path, *others)
        if path == large and large.is_file():
            large.unlink()
            if fate == "a folder":
                large.mkdir()
        return sheets

    monkeypatch.setattr(files, "read", read)
    told = build(data, tmp_path / "warehouse")
    assert told.code == 0, told.err
    found = inputs(tmp_path / "warehouse")
    assert found["入校輔導_好.csv"]["accepted"] == 3
    why = "這不是一般檔案" if large.exists() else "讀不到這個檔案：檔案不存在。"
    assert why in found["入校輔導_大.csv"]["problem"]
    assert f"入校輔導_大.csv：{why}" in told.err


# A file of a strange shape takes as much memory as it has cells, and stops nothing else

MANY = 2000


def ragged(header: str, *rows: str) -> str:
    return "".join(f"{line}\n" for line in (header, *(visit("短", i) for i in range(MANY)), *rows))


WIDE = ",x" * 100_000
SHAPES: dict[str, tuple[str, int, int]] = {
    "one row far wider than the others": (ragged(HEADER, visit("寬") + WIDE), MANY + 1, 0),
    "one such row that is rejected": (ragged(HEADER, visit("寬").replace("深澳", "沒有") + WIDE), MANY, 1),
    "a header far wider than the rows": (ragged(HEADER + "," + ",".join(f"欄{i}" for i in range(16_000))), MANY, 0),
    "a header far wider than rejected rows": (
        ragged(HEADER + "," + ",".join(f"欄{i}" for i in range(16_000))).replace("深澳國小", "沒有國小"), 0, MANY,
    ),
    "sixteen thousand columns in every row": (
        "".join(f"{line}\n" for line in (HEADER + ",欄" * 16_000, *(visit("滿", i) + ",x" * 16_000 for i in range(40)))),
        40, 0,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The memory for a file of as many rows, all of one width."""
    folder = tmp_path_factory.mktemp("narrow")
    (folder / "入校輔導.csv").write_text(ragged(HEADER), encoding="utf-8")
    told, held = build_measured(folder, folder / "warehouse")
    assert told.code == 0, told.err
    return held


@pytest.mark.parametrize("shape", SHAPES)
def test_memory_follows_the_cells_of_a_file_and_not_its_rows_times_its_widest(
    shape: str, narrow: int, tmp_path: Path
) -> None:
    text, accepted, rejected = SHAPES[shape]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "入校輔導.csv").write_text(text, encoding="utf-8")
    (tmp_path / "data" / "入校輔導_好.csv").write_text(visits("好"), encoding="utf-8")
    told, held = build_measured(tmp_path / "data", tmp_path / "warehouse")
    assert told.code == 0, told.err
    found = inputs(tmp_path / "warehouse")
    assert found["入校輔導_好.csv"]["accepted"] == 3
    assert (found["入校輔導.csv"]["accepted"], found["入校輔導.csv"]["rejected"]) == (accepted, rejected)
    assert held - narrow <= 50_000_000
    if shape == "one such row that is rejected":
        (flaw,) = flaws(tmp_path / "warehouse")
        assert flaw["original"] == visit("寬").replace("深澳", "沒有") + WIDE


def test_a_row_of_millions_of_cells_is_not_for_the_database(tmp_path: Path) -> None:
    """It would note each cell that is one too many."""
    path = tmp_path / "入校輔導.csv"
    path.write_text(ragged(HEADER, visit("寬") + ",x" * 2_000_000), encoding="utf-8")
    (sheet,) = files.read(path, tmp_path, {}, TABLES, tmp_path)
    assert sheet.bulk is None and len(sheet.rows) == MANY + 1


def test_a_file_of_more_cells_than_a_worksheet_may_have_is_refused_by_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "入校輔導.csv"
    path.write_text(visits("多", 30), encoding="utf-8")
    monkeypatch.setattr(extent, "WORKSHEET_CELLS", 120)
    (sheet,) = files.read(path, tmp_path, {}, TABLES, tmp_path)
    assert sheet.problem is None and len(sheet.rows) == 30
    path.write_text(visits("多", 31), encoding="utf-8")
    (sheet,) = files.read(path, tmp_path, {}, TABLES, tmp_path)
    assert sheet.problem and "格" in sheet.problem and "請" in sheet.problem


# When nothing can be published


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A warehouse with a snapshot, open to every user as a deployment's may be."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        (folder / "data" / "入校輔導.csv").write_text(visits("舊"), encoding="utf-8")
        told = build(folder / "data", folder / "warehouse")
        assert told.code == 0, told.err
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o777)
        yield folder


def refused(told: Outcome, *says: str) -> None:
    """Exit code 3, and messages that say why and that the former snapshot stands, on standard error alone."""
    assert (told.code, told.out) == (3, ""), told
    for text in (*says, "這次沒有發布", "數字沒有變動"):
        assert text in told.err
    assert "Traceback" not in told.err


def test_a_folder_without_any_table_publishes_nothing(served: Path, tmp_path: Path) -> None:
    (tmp_path / "午餐.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with unchanged(served / "warehouse"):
        refused(build(tmp_path, served / "warehouse"), str(tmp_path), "須含資料表的名稱", "入校輔導")


def test_a_folder_of_unreadable_files_publishes_nothing_and_names_each(served: Path, tmp_path: Path) -> None:
    for name in ("照片.csv", "密碼.xlsx", "空.csv"):
        (tmp_path / f"入校輔導_{name}").write_bytes(UNREADABLE[name][0])
    with unchanged(served / "warehouse"):
        refused(build(tmp_path, served / "warehouse"), "照片.csv：這不是文字檔", "密碼.xlsx：", "空.csv：")


@pytest.mark.parametrize("kind", ["missing", "a file"])
def test_a_data_folder_that_is_none_publishes_nothing(kind: str, served: Path, tmp_path: Path) -> None:
    place = tmp_path / "資料"
    if kind == "a file":
        place.write_text("x", encoding="utf-8")
    with unchanged(served / "warehouse"):
        refused(build(place, served / "warehouse"), f"找不到資料夾「{place}」", "請建立它")


def drop_rights() -> None:
    """From here on as a user who owns nothing; without root the rights taken from the owner are enough."""
    codecs.lookup("ascii")  # Python loads it when it is first asked for, from where this user may not read
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


@pytest.fixture
def closed(served: Path) -> Iterator[Callable[[Path, int], None]]:
    """Take rights from a path, until the test is over."""
    changed: list[Path] = []

    def close(path: Path, mode: int) -> None:
        changed.append(path)
        path.chmod(mode)

    yield close
    for path in reversed(changed):
        path.chmod(0o777)


@pytest.mark.parametrize("depth", [".", ".."])
def test_a_data_folder_that_may_not_be_read_publishes_nothing(
    depth: str, served: Path, closed: Callable[[Path, int], None]
) -> None:
    data = served / "內" / "資料"
    data.mkdir(parents=True, exist_ok=True)
    closed((data / depth).resolve(), 0)
    # A build closes it to all but its user, and this one is to be somebody else's.
    (served / "warehouse" / PROGRAMME).chmod(0o777)
    with unchanged(served / "warehouse"):
        refused(
            build_apart(data, served / "warehouse", drop_rights).ends(), f"「{data}」", "沒有權限", "請檢查"
        )


def test_a_file_that_may_not_be_read_is_named_and_stops_nothing_else(
    served: Path, tmp_path: Path, closed: Callable[[Path, int], None]
) -> None:
    data = served / "一檔"
    data.mkdir()
    for name in ("入校輔導_鎖.csv", "入校輔導_開.csv"):
        (data / name).write_text(visits(name), encoding="utf-8")
    closed(data / "入校輔導_鎖.csv", 0)
    place = served / "另一個"
    told = build_apart(data, place, drop_rights).ends()
    assert told.code == 0, told.err
    assert "入校輔導_鎖.csv：讀不到這個檔案：沒有權限。請檢查讀取權限。" in told.err
    assert inputs(place)["入校輔導_開.csv"]["accepted"] == 3


def test_a_warehouse_that_may_not_be_written_publishes_nothing(
    served: Path, closed: Callable[[Path, int], None]
) -> None:
    folder = served / "warehouse" / PROGRAMME
    closed(folder, 0o555)
    with unchanged(served / "warehouse"):
        refused(
            build_apart(served / "data", served / "warehouse", drop_rights).ends(),
            f"「{folder}」寫不進去", "沒有權限", "請檢查權限",
        )  # fmt: skip


def test_a_warehouse_that_is_a_file_is_told_and_left_alone(served: Path, tmp_path: Path) -> None:
    place = tmp_path / "warehouse"
    place.write_text("ours", encoding="utf-8")
    told = build(served / "data", place)
    assert (told.code, told.out) == (3, "")
    assert f"「{place / PROGRAMME}」寫不進去" in told.err and "先前也沒有快照" in told.err
    assert place.read_text(encoding="utf-8") == "ours"


@pytest.mark.parametrize(
    "stage", ["read.files.read", "stage.staging.create_typed", "measure.evidence.describe_rows"]
)
def test_a_build_that_runs_out_of_memory_publishes_nothing(
    stage: str, served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def starve(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(f"dashboard.warehouse.build.{stage}", starve)
    with unchanged(served / "warehouse"):
        refused(build(served / "data", served / "warehouse"), "記憶體", "請把最大的檔案")


def test_a_build_that_runs_out_of_memory_before_it_reads_publishes_nothing(
    served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def starve(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("dashboard.warehouse.publishing.gather", starve)
    with unchanged(served / "warehouse"):
        refused(build(served / "data", served / "warehouse"), "記憶體", "請把最大的檔案")


def fill_disk(room: int) -> None:
    """From here on no file grows beyond `room` bytes: what a full disk is to one who writes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))


@pytest.mark.parametrize("name", ["有?號", os.fsdecode(b"\xa7\xff")])
def test_a_warehouse_whose_path_the_database_cannot_take_is_told(
    name: str, served: Path, tmp_path: Path
) -> None:
    told = build(served / "data", tmp_path / name)
    assert (told.code, told.out) == (3, "")
    assert "資料庫開不了。請改用別的資料夾" in told.err and "先前也沒有快照" in told.err
    shutil.copytree(served / "warehouse", tmp_path / name)
    told = kpi("results", "--warehouse", tmp_path / name)
    assert (told.code, told.out) == (3, "") and "資料庫開不了" in told.err


@pytest.mark.parametrize("room", [0, 20_000, 1_000_000])
def test_a_full_disk_publishes_nothing(room: int, served: Path) -> None:
    told_size = warehouse.current(served / "warehouse", PROGRAMME).path.stat().st_size
    assert room < told_size
    with unchanged(served / "warehouse"):
        told = build_apart(served / "data", served / "warehouse", functools.partial(fill_disk, room)).ends()
        refused(told, "請")
        assert "空間" in told.err
