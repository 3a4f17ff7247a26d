"""What is wrong between the keys of a table's contract: one sentence a fault, for the person who edits it."""

import re
from collections.abc import Mapping

from dashboard.definitions.column_types import TYPES
from dashboard.definitions.faults import twice
from dashboard.definitions.headers import normalise
from dashboard.definitions.table import COLUMNS, Column, Table
from dashboard.paths import QUERIES

# What else a key may be made of: the person whom a row names.
PERSON = "person"
PERSONS_COLUMNS = ("school", "school_code")
NAMES = ("name", "teacher")


def faults_of(table: Table) -> list[str]:
    """What is wrong between the keys of a contract: each would fail in the database, or be passed over in silence."""
    faults = [*_key_faults(table), *_merge_faults(table)]
    if table.person is not None:
        lacking = [name for name in PERSONS_COLUMNS if name not in table.columns]
        lacking += [] if any(name in table.columns for name in NAMES) else [" 或 ".join(NAMES)]
        faults += [
            f"有 person 的表須有「{name}」欄，請加上 [columns.{name.split()[0]}]。" for name in lacking
        ]
    faults += [
        f"欄名「{header}」同時屬於 {'、'.join(ids)}；一個欄名只能屬於一欄，請改掉其他的。"
        for header, ids in _bearers(table).items()
        if len(ids) > 1
    ]
    if len(table.columns) > COLUMNS:
        faults.append(f"有 {len(table.columns)} 欄，最多 {COLUMNS} 欄；請刪去用不到的。")
    for column in table.columns.values():
        faults += [f"columns.{column.id}：{fault}" for fault in _column_faults(column, table.columns)]
    return faults


def _key_faults(table: Table) -> list[str]:
    value, there = _values(table), "、".join(table.columns)
    faults = [
        f"key 的「{name}」不是可以比較的欄位；這張表的欄位有：{there}。"
        for name in table.key
        if name not in value
    ]
    faults += [f"key 的「{name}」出現兩次，請刪除一個。" for name in twice(table.key)]
    if table.key_needs is not None and table.key_needs not in value:
        faults.append(f"key_needs 的「{table.key_needs}」不是這張表的欄位；有：{there}。")
    if table.stands not in ("first", "last") and table.stands not in value:
        faults.append(f"stands 的「{table.stands}」不對：須是 first、last 或這張表的欄位（{there}）。")
    return faults


def _merge_faults(table: Table) -> list[str]:
    faults = []
    for name, how in table.merge.items():
        kinds = [kind.id for kind in TYPES.values() if kind.merge == how]
        if name not in table.columns:
            faults.append(f"merge 的「{name}」不是這張表的欄位；有：{'、'.join(table.columns)}。")
        elif table.columns[name].type not in kinds:
            kind = table.columns[name].type
            faults.append(f"merge 的「{name}」是 {kind} 欄，不能用 {how}；{how} 用在 {'、'.join(kinds)} 欄。")
    return faults


def _values(table: Table) -> set[str]:
    """What rows of the table can be compared by: its columns, the person, and what its query in queries/staging/ makes."""
    with_person = {"roster": {"staff_id", "name"}, "open": {"staff_id"}, "register": {"staff_id"}}
    hidden = with_person.get(table.person or "", set())
    values = {one.id for one in table.columns.values() if TYPES[one.type].has_value and one.id not in hidden}
    staging = QUERIES / "staging" / f"{table.id}.sql"
    aliases = re.findall(r"\bas ([a-z_]+)", staging.read_text(encoding="utf-8")) if staging.is_file() else []
    return values | ({PERSON} if table.person else set()) | set(aliases)


def _bearers(table: Table) -> dict[str, list[str]]:
    """The columns of each header text."""
    bearers: dict[str, list[str]] = {}
    for column in table.columns.values():
        for header in dict.fromkeys(map(normalise, column.headers)):
            bearers.setdefault(header, []).append(column.id)
    return bearers


def _column_faults(column: Column, columns: Mapping[str, Column]) -> list[str]:
    kind, faults = TYPES[column.type], []
    if kind.only_id not in (None, column.id):
        faults.append(f"{kind.id} 欄的代號須是 {kind.only_id}，請改成 [columns.{kind.only_id}]。")
    if kind.beside and kind.beside not in columns:
        faults.append(f"{kind.id} 欄要和 {kind.beside} 欄一起讀，請加上 [columns.{kind.beside}]。")
    faults += [
        f"{key} 只能用在 {'、'.join(one.id for one in TYPES.values() if key in one.keys)} 欄，這一欄是 {kind.id}；請刪除。"
        for key in _keys_of(column)
        if key not in kind.keys
    ]
    days = [one.id for one in columns.values() if TYPES[one.type].is_day]
    if column.not_before is not None and column.not_before not in days:
        others = "、".join(name for name in days if name != column.id)
        faults.append(
            f"not_before 的「{column.not_before}」不是這張表的日期欄；有：{others or '沒有別的日期欄'}。"
        )
    if "choices" in kind.keys and not column.choices:
        faults.append(f'{kind.id} 欄須有 choices，例如 choices = ["甲", "乙"]。')
    if (column.above is None) != (column.at_most is None):
        faults.append("above 與 at_most 須一起給。")
    elif column.above is not None and column.at_most is not None and column.above >= column.at_most:
        faults.append(f"above {column.above} 須小於 at_most {column.at_most}。")
    return faults


def _keys_of(column: Column) -> list[str]:
    """The keys of a column that only some types have."""
    is_set = {
        "span": column.span != "event",
        "not_before": column.not_before is not None,
        "words": bool(column.words),
        "choices": bool(column.choices),
        "numbered": column.numbered,
        "above": column.above is not None,
        "at_most": column.at_most is not None,
    }
    return [key for key, holds in is_set.items() if holds]
