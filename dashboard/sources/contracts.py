"""The contracts of the incoming tables: one file in `sources/` is one table.

A contract says how a table and its columns may be called, what type each column has, what must have a value and what
makes two rows the same fact. How a text becomes a value is in `queries/macros.sql`.
"""

import html
import json
import re
import tomllib
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError

from dashboard.errors import OperatorError
from dashboard.paths import QUERIES, SOURCES
from dashboard.schema import sentence, twice

TYPES = frozenset(
    {
        "school", "code", "group", "role", "text", "name", "id", "employment", "date", "timestamp", "hours", "count",
        "number", "yes_no", "choice", "category", "course", "grade", "class", "host", "county", "semester", "year",
        "money", "round", "item", "person",
    }
)  # fmt: skip


# What else a key may be made of: the person whom a row names.
PERSON = "person"
PERSONS_COLUMNS = ("school", "school_code")
NAMES = ("name", "teacher")
# Types that are read under one id, and those that are read with a column of another.
IDS = {
    "school": "school", "code": "school_code", "group": "group", "role": "role", "class": "class", "grade": "grade",
    "category": "category", "course": "course",
}  # fmt: skip
WITH = {"code": "school", "grade": "class", "course": "category"}
DAYS = ("date", "timestamp")
NUMBERS = ("count", "number", "money")
# What the database's rows have beside a contract's columns.
TAKEN = frozenset(
    {
        "n", "file_id", "line", "excel", "extra", "fault", "warned", "school_id", "school_blank", "person_id", "class_key",
        "course_id", "group_id", "minutes",
    }
)  # fmt: skip
# A row's fault is a number of 32 columns, its warnings, up to two a column, are bits of 63.
COLUMNS = 30
STRICT = ConfigDict(extra="forbid", strict=True)


class ContractError(OperatorError):
    """A file in `sources/` is not a valid contract; the message has a sentence in Chinese for every fault."""


def _is_id(text: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9_]*", text) or text in TAKEN:
        raise ValueError(f"只能用小寫英文字母、數字與 _，也不能是 {'、'.join(sorted(TAKEN))}")
    return text


def _is_type(text: str) -> str:
    if text not in TYPES:
        raise ValueError(f"沒有這種欄位；可用的有：{'、'.join(sorted(TYPES))}")
    return text


def _is_filled(text: str) -> str:
    if not text.strip():
        raise ValueError("不能是空白")
    return text


def _has_chinese(label: Mapping[str, str]) -> Mapping[str, str]:
    if not label.get("zh-TW", "").strip():
        raise ValueError("須有 zh-TW 的名稱")
    return label


Id = Annotated[str, AfterValidator(_is_id)]
Filled = Annotated[str, AfterValidator(_is_filled)]
Texts = Annotated[tuple[Filled, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Column:
    """One column: `headers` are the accepted header texts (the Chinese one first, the id last).

    above, at_most: the bounds of a number. numbered: a number before a choice is ignored. open: a word that is none of
    the list stays, with a warning.
    """

    __pydantic_config__ = STRICT

    id: str
    headers: Texts
    type: Annotated[str, AfterValidator(_is_type)]
    required: bool = False
    strict: bool = False
    span: Literal["event", "life"] = "event"
    not_before: str | None = None
    note: str = ""
    words: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    above: int | None = None
    at_most: int | None = None
    numbered: bool = False
    open: bool = False

    @property
    def rejects(self) -> bool:
        """Whether a bad value rejects the row; otherwise it is blanked with a warning."""
        return (self.required or self.strict) and not self.open


@dataclass(frozen=True)
class Table:
    """One table: `key` makes two rows one fact, `stands` says which of them stays ('first', 'last' or a column).

    person: whom a row may name: somebody on the `roster`, `open` anybody, or, in a `register`, anybody, who is then
    known to the other tables as the roster's people are.
    """

    __pydantic_config__ = STRICT

    id: Id
    label: Annotated[Mapping[str, str], AfterValidator(_has_chinese)]
    names: Texts
    columns: Annotated[Mapping[Id, Column], Field(min_length=1)]
    key: Annotated[tuple[str, ...], Field(min_length=1)]
    key_needs: str | None = None
    stands: str = "first"
    merge: Mapping[str, Literal["any", "most"]] = field(default_factory=dict)
    person: Literal["roster", "open", "register"] | None = None

    @property
    def most(self) -> int:
        """How many columns it may have, a programme's own among them."""
        return COLUMNS

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The column id of every header text, as headers are compared."""
        return {normalise(header): column.id for column in self.columns.values() for header in column.headers}

    @cached_property
    def orders(self) -> Mapping[str, int]:
        """The place of every header text, as headers are compared, among those of its column."""
        return {
            normalise(header): order
            for column in self.columns.values()
            for order, header in reversed([*enumerate(column.headers)])
        }

    def column_of(self, header: str) -> str | None:
        """The id of the column that a header cell names, marks and remarks left aside where need be."""
        for name in names_in(header):
            if name in self.headers:
                return self.headers[name]
        return None

    def likely_column(self, header: str, used: Container[str]) -> str | None:
        """The id of a column that is not `used` and whose name is near to a header cell that names none.

        Near is what contains the column's own name or is contained in it, or differs from any of its names by one
        character; two of two characters differ by half. The first kind goes first, then what is most like it in length.
        """
        key = names_in(header)[-1]
        near = []
        for at, column in enumerate(self.columns.values()):
            for name in map(normalise, column.headers if column.id not in used else ()):
                own = name in self._own_names
                inside = own and _one_in_other(key, name)
                if inside or (
                    key not in _OTHER_WORDS and _differ_by_one(key, name) and (own or len(key) > 2)
                ):
                    near.append((not inside, abs(len(name) - len(key)), at, column.id))
        return min(near)[-1] if near else None

    @cached_property
    def _own_names(self) -> frozenset[str]:
        """The first name of each column, and its id."""
        columns = self.columns.values()
        return frozenset(normalise(name) for one in columns for name in (one.headers[0], one.id))


# Columns that many files have, of which one character of two is that of another name: 座號, 主題.
_OTHER_WORDS = frozenset({"序號", "編號", "學號", "標題", "日期"})


def _one_in_other(one: str, other: str) -> bool:
    """Whether one of two names is a part of the other; an English word is none of a longer one."""
    short, long = sorted((one, other), key=len)
    return len(short) > 1 and short in long and not (short.isascii() and long.isascii())


def _differ_by_one(one: str, other: str) -> bool:
    """Whether two names differ by one character, which is another or one too many."""
    short, long = sorted((one, other), key=len)
    if len(short) < 2 or len(long) - len(short) > 1 or short == long:
        return False
    same = 0
    while same < len(short) and short[same] == long[same]:
        same += 1
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]


# What is invisible: controls, formats (zero-width characters, marks of direction), selectors of variants.
_UNSEEN = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ALIKE = str.maketrans({"台": "臺"})
_FORMULA_TEXT = re.compile('="(.*)"', re.DOTALL)
_REMARK = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>|【[^【】]*】|〔[^〔〕]*〕|〖[^〖〗]*〗|「[^「」]*」|『[^『』]*』|《[^《》]*》|〈[^〈〉]*〉"
)
_UNCLOSED = re.compile(r"[(\[{<【〔〖「『《〈].*$")
# Brackets in brackets, and a longer cell is no name.
_DEPTH, _LONGEST = 3, 1_000
_NUMBER = "(?:[第q]?[0-9]+題?|[一二三四五六七八九十]+|[a-z])"
_FRONT = re.compile(rf"(?:[\W_]|{_NUMBER}[\W_]|[0-9])+")
_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
_ENTRY = re.compile(rf"{_NUMBER}[\W_]+")
_BACK = re.compile(r"[\W_](?:[\W_]|[0-9])*$")


@lru_cache(maxsize=10_000)
def normalise(text: str) -> str:
    """`text` as headers and names of tables are compared: Unicode NFKC, lower case, without blanks and invisible characters.

    Nor has it the ways of a spreadsheet to keep a text (="T1", a leading apostrophe, &#22531;); 記錄 is 紀錄, 台 is 臺.
    """
    if text.isascii() and text.isalnum():
        return text.casefold()
    if "&" in text:
        text = html.unescape(text)
    text = _UNSEEN.sub("", "".join(unicodedata.normalize("NFKC", text).split()))
    if not text.isprintable():
        text = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf"))
    if kept := _FORMULA_TEXT.fullmatch(text):
        text = kept[1]
    return text.removeprefix("'").replace("記錄", "紀錄").translate(_ALIKE).casefold()


@lru_cache(maxsize=10_000)
def names_in(header: str) -> tuple[str, ...]:
    """The names that a header cell may mean, the exact one first.

    The next are without marks and numbers at its ends, the last also without remarks in brackets.
    """
    name = normalise(header)
    if name.isalpha() or len(name) > _LONGEST:
        return (name,)
    bare = name
    for _ in range(_DEPTH):
        bare = _REMARK.sub("", bare)
    bare = _UNCLOSED.sub("", bare)
    return tuple(
        dict.fromkeys(
            (name, *_without_marks(name), *_without_marks(bare)[:-1], _without_marks(bare)[-1] or name)
        )
    )


def _without_marks(name: str) -> tuple[str, str, str]:
    """`name` without marks at its ends (* ※ : 、), then without an entry's number (1. 一、 Q3:), last without any numbers there.

    Those of 112年目標 are its own.
    """
    plain = _ENDS.sub("", name)
    entry = _ENTRY.match(plain)
    front = _FRONT.match(name)
    return (
        plain,
        plain[entry.end() :] if entry else plain,
        _BACK.sub("", name[front.end() :] if front else name),
    )


def load(folder: Path = SOURCES) -> dict[str, Table]:
    """Every table of `folder` by its id, in the order of file names.

    Raises:
        ContractError: with a sentence for every fault of every file.
    """
    tables: dict[str, Table] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        table, own_faults = _table(path)
        faults += [f"sources/{path.name}：{fault}" for fault in own_faults]
        if table is not None:
            tables[table.id] = table
    names = [
        normalise(name) for table in tables.values() for name in dict.fromkeys(map(normalise, table.names))
    ]
    faults += [
        f"sources/{table.id}.toml：names 的「{name}」也是別的資料表的名稱；一個名稱只能屬於一張表。"
        for name in twice(names)
        for table in tables.values()
        if name in map(normalise, table.names)
    ]
    if faults:
        raise ContractError("\n".join(faults))
    return tables


class Extra(Protocol):
    """What a definition says of a column that only its programme has."""

    @property
    def headers(self) -> tuple[str, ...]:
        """The header texts, the label first."""
        ...

    @property
    def type(self) -> str:
        """The type of its values."""
        ...

    @property
    def required(self) -> bool:
        """Whether every row must have a value."""
        ...

    @property
    def note(self) -> str:
        """A remark for whoever fills it in."""
        ...


class Chooser(Protocol):
    """What a programme says of the tables: which it reads, and the columns that only it has."""

    @property
    def tables(self) -> Iterable[str]:
        """The ids of the tables that it rests on."""
        ...

    @property
    def columns(self) -> Mapping[str, Mapping[str, Extra]]:
        """Its own columns by table and id."""
        ...


def chosen(tables: Mapping[str, Table], programme: Chooser) -> dict[str, Table]:
    """The tables that a programme reads, with the columns that only it has."""
    wanted = set(programme.tables)
    return {
        name: replace(table, columns={**table.columns, **_extras(programme.columns.get(name, {}))})
        for name, table in tables.items()
        if name in wanted
    }


def _extras(columns: Mapping[str, Extra]) -> dict[str, Column]:
    return {
        name: Column(name, (*extra.headers, name), extra.type, required=extra.required, note=extra.note)
        for name, extra in columns.items()
    }


def table_of(title: str, tables: Iterable[Table]) -> Table | None:
    """The table of which `title` contains a name; the longest name wins, then the one that begins first.

    A name in English is a word of its own: `constraining` is no training.
    """
    fits = [
        (-len(name), at, table)
        for table in tables
        for name in table.names
        if (at := _place(name, title)) is not None
    ]
    return min(fits, key=lambda fit: fit[:2])[2] if fits else None


def _place(name: str, title: str) -> int | None:
    """Where `title` contains a table's name."""
    if not name.isascii():
        return at if (at := normalise(title).find(normalise(name))) >= 0 else None
    word = rf"(?<![a-z]){name.replace('_', '[_ -]?')}s?(?![a-z])"
    match = re.search(word, unicodedata.normalize("NFKC", title).casefold())
    return match.start() if match else None


def near_name(title: str, tables: Iterable[Table]) -> tuple[str, str] | None:
    """(part of `title`, name) where a part differs by one character from a table's name of at least four."""
    key = normalise(title)
    for name in (name for table in tables for name in table.names if len(name) > 3 and not name.isascii()):
        for part in (key[at : at + len(name)] for at in range(len(key) - len(name) + 1)):
            if sum(one != other for one, other in zip(part, normalise(name), strict=True)) == 1:
                return part, name
    return None


def _table(path: Path) -> tuple[Table | None, list[str]]:
    """The table of a file, and its faults; None where it cannot be read as one."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        return None, [f"讀不到這個檔案：{error.strerror}。請檢查讀取權限。"]
    except UnicodeDecodeError:
        return None, ["不是 UTF-8 編碼。請另存成 UTF-8。"]
    except tomllib.TOMLDecodeError as error:
        return None, [f"不是正確的 TOML：{error}。請改正那一行。"]
    if "id" in raw:
        return None, ["不認得的鍵「id」，請刪除：資料表的代號就是檔名。"]
    if isinstance(raw.get("columns"), dict):
        raw["columns"] = {name: _column(name, spec) for name, spec in raw["columns"].items()}
    try:
        # In the mode of JSON a list may be a tuple, and nothing else is turned into anything.
        table = _TABLE.validate_json(json.dumps({**raw, "id": path.stem}, default=str))
    except ValidationError as error:
        return None, [sentence(fault) for fault in error.errors()]
    return table, _faults(table)


def _column(name: str, spec: Any) -> Any:
    """A column with its id, which is a header too, and choices that are the same as their words."""
    if not isinstance(spec, dict):
        return spec
    headers, choices = spec.get("headers"), spec.get("choices")
    return {
        **spec,
        **({"headers": [*headers, name]} if isinstance(headers, list) and headers else {}),
        **({"choices": dict(zip(choices, choices, strict=True))} if isinstance(choices, list) else {}),
        "id": name,
    }


_TABLE = TypeAdapter(Table)


def _faults(table: Table) -> list[str]:
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
        kinds = _MERGED[how]
        if name not in table.columns:
            faults.append(f"merge 的「{name}」不是這張表的欄位；有：{'、'.join(table.columns)}。")
        elif table.columns[name].type not in kinds:
            kind = table.columns[name].type
            faults.append(f"merge 的「{name}」是 {kind} 欄，不能用 {how}；{how} 用在 {'、'.join(kinds)} 欄。")
    return faults


_MERGED = {"any": ("yes_no",), "most": ("hours", *NUMBERS)}


def _values(table: Table) -> set[str]:
    """What rows of the table can be compared by: its columns, the person, and what its query in queries/staging/ makes."""
    with_person = {"roster": {"staff_id", "name"}, "open": {"staff_id"}, "register": {"staff_id"}}
    hidden = with_person.get(table.person or "", set())
    values = {one.id for one in table.columns.values() if one.type != "code" and one.id not in hidden}
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
    kind, faults = column.type, []
    if IDS.get(kind, column.id) != column.id:
        faults.append(f"{kind} 欄的代號須是 {IDS[kind]}，請改成 [columns.{IDS[kind]}]。")
    needed = WITH.get(kind)
    if needed and needed not in columns:
        faults.append(f"{kind} 欄要和 {needed} 欄一起讀，請加上 [columns.{needed}]。")
    only_for = {
        "span": (column.span != "event", DAYS),
        "not_before": (column.not_before is not None, DAYS),
        "words": (bool(column.words), ("yes_no",)),
        "choices": (bool(column.choices), ("choice",)),
        "numbered": (column.numbered, ("choice",)),
        "above": (column.above is not None, NUMBERS),
        "at_most": (column.at_most is not None, NUMBERS),
    }
    faults += [
        f"{key} 只能用在 {'、'.join(kinds)} 欄，這一欄是 {kind}；請刪除。"
        for key, (is_set, kinds) in only_for.items()
        if is_set and kind not in kinds
    ]
    if column.not_before is not None and getattr(columns.get(column.not_before), "type", "") not in DAYS:
        days = "、".join(one.id for one in columns.values() if one.type in DAYS and one is not column)
        faults.append(
            f"not_before 的「{column.not_before}」不是這張表的日期欄；有：{days or '沒有別的日期欄'}。"
        )
    if kind == "choice" and not column.choices:
        faults.append('choice 欄須有 choices，例如 choices = ["甲", "乙"]。')
    if (column.above is None) != (column.at_most is None):
        faults.append("above 與 at_most 須一起給。")
    elif column.above is not None and column.at_most is not None and column.above >= column.at_most:
        faults.append(f"above {column.above} 須小於 at_most {column.at_most}。")
    return faults
