"""A table's contract: how it and its columns may be called, what type each column has and what must have a value.

It also says what makes two rows the same fact. The types are in `column_types.py`.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from dashboard.definitions.column_types import TYPES
from dashboard.definitions.headers import names_in, normalise

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
