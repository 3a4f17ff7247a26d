"""The reasons for which a row, or a cell of it, is not taken: `queries/reasons.toml`, which says what each key means."""

import tomllib
from dataclasses import dataclass
from functools import cache

from pydantic import ConfigDict, TypeAdapter

from dashboard.paths import QUERIES

STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Sentence:
    """A sentence with places in braces, and the condition in SQL under which it is said; '' is always."""

    __pydantic_config__ = STRICT

    text: str
    when: str = ""


def sentences(*texts: str) -> tuple[Sentence, ...]:
    """Sentences, each behind its condition, but for the last, which has none."""
    *pairs, last = texts
    return (*map(Sentence, pairs[1::2], pairs[::2]), Sentence(last))


@dataclass(frozen=True)
class Reason:
    """One reason. Of its sentences the first holds whose condition does."""

    __pydantic_config__ = STRICT

    id: str
    label: str
    sentences: tuple[Sentence, ...]
    cell_first: bool = False


@dataclass(frozen=True)
class Reasons:
    """All reasons in the order in which a row's first fault is chosen, and what is said of `cells` in place of some."""

    __pydantic_config__ = STRICT

    reasons: tuple[Reason, ...]
    cells: tuple[Sentence, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids in order."""
        return tuple(reason.id for reason in self.reasons)


@cache
def load() -> Reasons:
    """The reasons of the file, read once a process."""
    raw = tomllib.loads((QUERIES / "reasons.toml").read_text(encoding="utf-8"))
    return TypeAdapter(Reasons).validate_python(raw)
