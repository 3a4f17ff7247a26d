"""A table's contract is checked whole when it is loaded: each fault is a sentence with its file, its key and what to do."""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from dashboard.definitions import contracts, programmes
from dashboard.definitions.table import COLUMNS, Column, Table
from dashboard.paths import SOURCES
from dashboard.warehouse.build import staging
from tests.running import kpi

GOOD = """
label = { zh-TW = "閱讀紀錄", en = "Reading logs" }
names = ["閱讀紀錄", "reading_logs"]
key = ["school", "date", "title"]

[columns.school]
headers = ["學校名稱"]
type = "school"
required = true

[columns.school_code]
headers = ["學校代碼"]
type = "code"

[columns.date]
headers = ["日期"]
type = "date"
required = true

[columns.title]
headers = ["書名"]
type = "text"

[columns.minutes_read]
headers = ["分鐘"]
type = "number"

[columns.done]
headers = ["完成"]
type = "yes_no"
"""


def column(name: str, kind: str, *more: str) -> str:
    return "\n".join((f"\n[columns.{name}]", f'headers = ["{name} 欄"]', f'type = "{kind}"', *more, ""))


def swapped(old: str, new: str) -> str:
    assert GOOD.count(old) >= 1
    return GOOD.replace(old, new, 1)


# The file, and what its sentence must say: the key, and what it should be.
FAULTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a key of the table that there is not": ('colour = "red"\n' + GOOD, ("不認得的鍵「colour」", "刪除")),
    "a key of a column that there is not": (column("note", "text", 'colour = "red"').join((GOOD, "")), ("columns.note.colour",)),
    "a misspelt required": (swapped("required = true", "requierd = true"), ("columns.school.requierd", "檢查拼字")),
    "an unknown type": (swapped('"text"', '"txet"'), ("columns.title.type", "txet", "可用的有", "text")),
    "a type that is no text": (swapped('type = "text"', "type = 3"), ("columns.title.type", "3")),
    "no type": (swapped('type = "text"\n', ""), ("缺少「columns.title.type」",)),
    "no headers": (swapped('headers = ["書名"]\n', ""), ("缺少「columns.title.headers」",)),
    "an empty list of headers": (swapped('["書名"]', "[]"), ("columns.title.headers", "不能是空的")),
    "a blank header": (swapped('["書名"]', '["書名", " "]'), ("columns.title.headers", "空白")),
    "headers that are no list": (swapped('["書名"]', '"書名"'), ("columns.title.headers", "清單")),
    "no columns": (GOOD.partition("[columns")[0], ("缺少「columns」",)),
    "no names": (swapped('names = ["閱讀紀錄", "reading_logs"]\n', ""), ("缺少「names」",)),
    "no key": (swapped('key = ["school", "date", "title"]\n', ""), ("缺少「key」",)),
    "no label": (swapped('label = { zh-TW = "閱讀紀錄", en = "Reading logs" }\n', ""), ("缺少「label」",)),
    "a label without Chinese": (swapped('zh-TW = "閱讀紀錄", ', ""), ("label", "zh-TW")),
    "a blank label": (swapped("閱讀紀錄", " "), ("label", "zh-TW")),
    "required that is a text": (swapped("required = true", 'required = "yes"'), ("columns.school.required", "true 或 false")),
    "a key of no column": (swapped('"date", "title"', '"date", "titel"'), ("key 的「titel」", "title")),
    "a key that is a code": (swapped('"date", "title"', '"date", "school_code"'), ("key 的「school_code」",)),
    "a key twice": (swapped('"date", "title"', '"date", "date"'), ("key 的「date」出現兩次",)),
    "a person in the key of a table of none": (swapped('"date", "title"', '"date", "person"'), ("key 的「person」",)),
    "key_needs of no column": ('key_needs = "seat"\n' + GOOD, ("key_needs 的「seat」", "title")),
    "stands of no column": ('stands = "newest"\n' + GOOD, ("stands 的「newest」", "first、last")),
    "merge of no column": ('merge = { hours = "most" }\n' + GOOD, ("merge 的「hours」", "minutes_read")),
    "an unknown way to merge": ('merge = { minutes_read = "sum" }\n' + GOOD, ("merge.minutes_read", "sum", "'any' 或 'most'")),
    "a merge that the type has not": ('merge = { title = "most" }\n' + GOOD, ("merge 的「title」", "text", "number")),
    "an unknown person": ('person = "anybody"\n' + GOOD, ("person", "anybody", "'roster'")),
    "a person without a name": ('person = "open"\n' + GOOD, ("「name 或 teacher」欄", "[columns.name]")),
    "an unknown span": (GOOD + column("from", "date", 'span = "live"'), ("columns.from.span", "'event' 或 'life'")),
    "a span of no day": (GOOD + column("note", "text", 'span = "life"'), ("columns.note", "span 只能用在 date")),
    "not_before of no column": (GOOD + column("to", "date", 'not_before = "begin"'), ("columns.to", "not_before 的「begin」", "date")),
    "not_before of no day": (GOOD + column("to", "date", 'not_before = "title"'), ("columns.to", "not_before 的「title」")),
    "a header of two columns": (GOOD + '\n[columns.book]\nheaders = ["書 名"]\ntype = "text"\n', ("欄名「書名」", "title、book")),
    "a header that is another's id": (GOOD + '\n[columns.book]\nheaders = ["TITLE"]\ntype = "text"\n', ("欄名「title」", "title、book")),
    "a choice without choices": (GOOD + column("kind", "choice"), ("columns.kind", "choices")),
    "choices of no choice": (GOOD + column("kind", "text", 'choices = ["甲"]'), ("columns.kind", "choices 只能用在 choice")),
    "choices that are numbers": (GOOD + column("kind", "choice", "choices = [1, 2]"), ("columns.kind.choices",)),
    "one bound alone": (GOOD + column("many", "number", "above = 0"), ("columns.many", "above 與 at_most")),
    "bounds the wrong way round": (GOOD + column("many", "number", "above = 9", "at_most = 2"), ("columns.many", "小於 at_most")),
    "words of no yes_no": (GOOD + column("note", "text", 'words = ["有"]'), ("columns.note", "words 只能用在 yes_no")),
    "a column named as the database's own": (GOOD + column("file_id", "text"), ("columns.file_id", "不能是")),
    "a column named in capitals": (GOOD + column("Note", "text"), ("columns.Note", "小寫")),
    "a class under another id": (GOOD + column("klass", "class"), ("columns.klass", "[columns.class]")),
    "a grade without a class": (GOOD + column("grade", "grade"), ("columns.grade", "[columns.class]")),
    "too many columns": (GOOD + "".join(column(f"c{i}", "text") for i in range(25)), ("有 31 欄", "最多 30 欄")),
    "an id beside the file's name": ('id = "other"\n' + GOOD, ("不認得的鍵「id」", "檔名")),
    "no TOML": ("label = {", ("不是正確的 TOML",)),
}  # fmt: skip


KEYS = {one.name for kind in (Table, Column) for one in dataclasses.fields(kind)}


def load(folder: Path, **texts: str) -> dict[str, Table]:
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return contracts.load(folder)


def test_a_good_contract_is_loaded(tmp_path: Path) -> None:
    table = load(tmp_path, reading_logs=GOOD)["reading_logs"]
    assert table.columns["title"].headers == ("書名", "title")
    assert table.key == ("school", "date", "title")
    assert table.label["zh-TW"] == "閱讀紀錄"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_sentence_with_its_file_its_key_and_what_to_do(fault: str, tmp_path: Path) -> None:
    text, says = FAULTS[fault]
    with pytest.raises(contracts.ContractError) as error:
        load(tmp_path, reading_logs=text)
    lines = str(error.value).splitlines()
    assert all(line.startswith("sources/reading_logs.toml：") for line in lines)
    assert all(re.search("[一-鿿].*。$", line) for line in lines), lines
    for word in says:
        assert word in str(error.value)


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(contracts.ContractError) as error:
        load(
            tmp_path,
            one=swapped('"text"', '"txet"') + column("many", "nubmer"),
            two=GOOD,
            three="label = {",
            four=swapped('"date", "title"', '"dat", "titel"')
            .replace("閱讀", "寫作")
            .replace("reading", "writing"),
        )
    told = str(error.value).splitlines()
    assert [line.partition("：")[0] for line in told] == ["sources/four.toml"] * 2 + [
        "sources/one.toml"
    ] * 2 + ["sources/three.toml"]


def test_one_name_is_one_tables(tmp_path: Path) -> None:
    with pytest.raises(contracts.ContractError) as error:
        load(tmp_path, one=GOOD, two=GOOD.replace('"reading_logs"', '"writing_logs"'))
    assert [line.partition("；")[0] for line in str(error.value).splitlines()] == [
        f"sources/{name}.toml：names 的「閱讀紀錄」也是別的資料表的名稱" for name in ("one", "two")
    ]


def test_a_file_that_is_no_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "reading_logs.toml").write_bytes(GOOD.encode("cp950"))
    with pytest.raises(contracts.ContractError, match=r"reading_logs\.toml：不是 UTF-8"):
        contracts.load(tmp_path)
    (tmp_path / "reading_logs.toml").write_bytes(GOOD.encode("utf-8-sig"))
    assert list(contracts.load(tmp_path)) == ["reading_logs"]


@pytest.mark.parametrize("table", sorted(path.stem for path in SOURCES.glob("*.toml")))
def test_each_key_of_a_shipped_contract_is_checked(table: str, tmp_path: Path) -> None:
    """A letter more in any key of any contract is found."""
    text = (SOURCES / f"{table}.toml").read_text(encoding="utf-8")
    lines = text.splitlines()
    for at, line in enumerate(lines):
        # What stands below [columns.….choices] are values.
        if not (key := re.match(r"(\w+) = ", line)) or key[1] not in KEYS:
            continue
        changed = [*lines[:at], line.replace(key[1], f"{key[1]}x", 1), *lines[at + 1 :]]
        with pytest.raises(contracts.ContractError, match=rf"不認得的鍵「[\w.]*{key[1]}x」"):
            load(tmp_path, **{table: "\n".join(changed)})


def test_as_many_columns_as_a_contract_may_have_fit_into_the_numbers_of_faults(tmp_path: Path) -> None:
    more = "".join(column(f"d{i}", "date") for i in range(COLUMNS - 6))
    table = load(tmp_path, reading_logs=GOOD + more)["reading_logs"]
    assert len(table.columns) == COLUMNS
    codes = staging.fault_codes([table])
    assert len({code for _, _, _, _, code, _ in codes}) == len(codes)
    assert max(code for *_, code, _ in codes) < 1 << 15
    bits = [bit for *_, bit in codes if bit]
    assert len(set(bits)) == len(bits) and max(bits) < 1 << 63


def test_check_tells_the_faults_of_a_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SOURCES, tmp_path / "sources")
    path = tmp_path / "sources" / "coaching.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"adviser"]', '"advisor"]'), encoding="utf-8")
    load = contracts.load
    monkeypatch.setattr(contracts, "load", lambda: load(tmp_path / "sources"))
    for command in (
        ["check"],
        ["build", "--data", tmp_path, "--warehouse", tmp_path / "w", "--programme", "keelung-111"],
    ):
        told = kpi(*command)
        assert told.code == 2 or told.code == 3
        assert "sources/coaching.toml：key 的「advisor」" in told.err
        assert "Traceback" not in told.err


OWN = """
extends = "keelung-111"
id = "own-111"
columns = {{ coaching = {{ {columns} }} }}
"""


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (
            'topic = { headers = ["題目"], type = "text" }',
            "「columns.coaching.topic」已是 sources/coaching.toml 的欄位",
        ),
        ('mood = { headers = ["主 題"], type = "text" }', "columns.coaching 的欄名「主題」已有別的欄位使用"),
        (
            'mood = { headers = ["心情"], type = "text" }, way = { headers = ["心情"], type = "text" }',
            "欄名「心情」",
        ),
        (", ".join(f'c{i} = {{ headers = ["欄{i}"], type = "text" }}' for i in range(27)), "最多 30 欄"),
    ],
)
def test_a_programmes_own_columns_fit_the_table_that_they_are_added_to(
    columns: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "own-111.toml"
    path.write_text(OWN.format(columns=columns), encoding="utf-8")
    with pytest.raises(programmes.DefinitionError) as error:
        programmes.load(path, contracts.load())
    assert says in str(error.value)
    path.write_text(OWN.format(columns='mood = { headers = ["心情"], type = "text" }'), encoding="utf-8")
    assert programmes.load(path, contracts.load())
