"""The contracts of the incoming tables: one file in `sources/` is one table.

A contract says how a table and its columns may be called, what type each column has, what must have a value and what
makes two rows the same fact. How a text becomes a value is in `queries/macros.sql`.
"""

import html
import re
import tomllib
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parents[2]

TYPES = frozenset(
    {
        "school", "code", "group", "role", "text", "name", "id", "employment", "date", "timestamp", "hours", "count",
        "number", "yes_no", "choice", "category", "course", "grade", "class", "host", "county", "semester", "year",
        "money", "round", "item",
    }
)  # fmt: skip


class ContractError(Exception):
    """A file in `sources/` is not a valid contract; the message says which and why."""


@dataclass(frozen=True)
class Column:
    """One column: `headers` are the accepted header texts (the Chinese one first, the id last).

    above, at_most: the bounds of a number. numbered: a number before a choice is ignored. open: a word that is none of
    the list stays, with a warning.
    """

    id: str
    headers: tuple[str, ...]
    type: str
    required: bool = False
    strict: bool = False
    span: str = "event"
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

    id: str
    label: Mapping[str, str]
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    key_needs: str | None = None
    stands: str = "first"
    merge: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The column id of every header text, as headers are compared."""
        return {normalise(header): column.id for column in self.columns.values() for header in column.headers}

    def column_of(self, header: str) -> str | None:
        """The id of the column that a header cell names, marks and remarks left aside where need be."""
        return next((self.headers[name] for name in names_in(header) if name in self.headers), None)

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
                if inside or (_differ_by_one(key, name) and (own or len(key) > 2)):
                    near.append((not inside, abs(len(name) - len(key)), at, column.id))
        return min(near)[-1] if near else None

    @cached_property
    def _own_names(self) -> frozenset[str]:
        """The first name of each column, and its id."""
        columns = self.columns.values()
        return frozenset(normalise(name) for one in columns for name in (one.headers[0], one.id))


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


# What is seen as nothing: controls, formats (zero-width characters, marks of direction), selectors of variants.
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
_BACK = re.compile(r"[\W_](?:[\W_]|[0-9])*$")


@lru_cache(maxsize=10_000)
def normalise(text: str) -> str:
    """`text` as headers and names of tables are compared: Unicode NFKC, lower case, without white space and what is not
    seen, nor the ways of a spreadsheet to keep a text (="T1", a leading apostrophe, &#22531;); 記錄 is 紀錄, 台 is 臺."""
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
    """The names that a header cell may mean, the exact one first: then without marks and numbers at its ends, last also
    without remarks in brackets."""
    name = normalise(header)
    if name.isalpha() or len(name) > _LONGEST:
        return (name,)
    bare = name
    for _ in range(_DEPTH):
        bare = _REMARK.sub("", bare)
    bare = _UNCLOSED.sub("", bare)
    return tuple(dict.fromkeys((name, _without_marks(name), _without_marks(bare) or name)))


def _without_marks(name: str) -> str:
    """`name` without marks at its ends (* ※ : 、) and the number of an entry before or behind it (1. 一、 Q3:)."""
    front = _FRONT.match(name)
    return _BACK.sub("", name[front.end() :] if front else name)


def load(folder: Path = ROOT / "sources") -> dict[str, Table]:
    """Every table of `folder` by its id, in the order of file names."""
    return {path.stem: _table(path) for path in sorted(folder.glob("*.toml"))}


class Extra(Protocol):
    """What a definition says of a column that only its programme has."""

    @property
    def headers(self) -> tuple[str, ...]: ...
    @property
    def type(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def note(self) -> str: ...


class Chooser(Protocol):
    """What a programme says of the tables: which it reads, and the columns that only it has."""

    @property
    def tables(self) -> Iterable[str]: ...
    @property
    def columns(self) -> Mapping[str, Mapping[str, Extra]]: ...


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
    found = re.search(word, unicodedata.normalize("NFKC", title).casefold())
    return found.start() if found else None


def near_name(title: str, tables: Iterable[Table]) -> tuple[str, str] | None:
    """(part of `title`, name) where a part differs by one character from a table's name of at least four."""
    key = normalise(title)
    for name in (name for table in tables for name in table.names if len(name) > 3 and not name.isascii()):
        for part in (key[at : at + len(name)] for at in range(len(key) - len(name) + 1)):
            if sum(one != other for one, other in zip(part, normalise(name), strict=True)) == 1:
                return part, name
    return None


def _table(path: Path) -> Table:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        columns = {name: _column(name, spec) for name, spec in raw.pop("columns").items()}
        table = Table(
            id=path.stem, columns=columns, names=tuple(raw.pop("names")), key=tuple(raw.pop("key")), **raw
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ContractError(f"sources/{path.name}：{error}") from error
    return table


def _column(name: str, spec: dict[str, Any]) -> Column:
    if spec["type"] not in TYPES:
        raise ValueError(f"columns.{name}: unknown type {spec['type']!r}")
    choices = spec.pop("choices", {})
    if isinstance(choices, list):
        choices = {word: word for word in choices}
    return Column(
        id=name,
        headers=(*spec.pop("headers"), name),
        words=tuple(spec.pop("words", ())),
        choices=choices,
        **spec,
    )
