"""The document that is presented and handed out: slides as values, for the page, the report and the deck.

Nothing here knows HTML or PowerPoint. Every text is plain; the renderer makes it safe in its own format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dashboard.language.words import flag_mark


@dataclass(frozen=True)
class Figure:
    """The figure of `kpi results` that a cell holds, so that it can be read back from any file.

    flags: the codes of its data's faults, as `kpi results` writes them.
    """

    kpi: str
    period: str
    level: str
    group: str
    school: str
    status: str
    flags: str
    counted: float | None
    base: float | None
    required: float | None
    schools_met: int | None = None
    schools_judged: int | None = None


@dataclass(frozen=True)
class Cell:
    """A cell of a table. A status gives it sign and colour; `strip` are schools by status, drawn as a cell each."""

    text: str
    status: str | None = None
    strong: bool = False
    strip: Mapping[str, int] = field(default_factory=dict)
    figure: Figure | None = None

    @property
    def flagged(self) -> bool:
        """Whether the data behind the figure have a known fault."""
        return bool(self.mark)

    @property
    def mark(self) -> str:
        """The mark of the figure's flags, as `words.flag_mark` writes it; the slide has its meaning."""
        return flag_mark(self.figure.flags) if self.figure else ""


@dataclass(frozen=True)
class Column:
    """A column: its name, its width relative to the others, and whether it holds numbers, which are right-aligned."""

    name: str
    width: float
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its columns and rows."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Curve:
    """The curve to a deadline.

    points: the share of the whole on each day on which it changed, the first and the last included. pace: the days between
    which the share that should be reached grows from nothing to all; none where there is no pace. marks: months, as the
    axis writes them.
    """

    title: str
    caption: str
    points: Sequence[tuple[date, float, str]]
    pace: tuple[date, date] | None
    deadline: date
    due: str
    now: str
    pace_label: str
    months: Sequence[tuple[date, str]]


@dataclass(frozen=True)
class Big:
    """A slide's one large figure, its whole, its change, and the schools by status."""

    value: str
    of: str
    change: str
    tally: Sequence[Cell]


@dataclass(frozen=True)
class Slide:
    """One slide: its finding as the title, one body, and notes for the speaker on where each figure comes from.

    key: the id for links; the same for the same slide of another day. lines: sentences, below the table if there is one.
    flags: the meanings of the marks of its figures.
    """

    key: str
    about: str
    rule: str
    title: str
    table: Table | None = None
    big: Big | None = None
    curve: Curve | None = None
    lines: Sequence[str] = ()
    flags: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Document:
    """All slides, and the facts on each of them: the scope, the day and the snapshot."""

    title: str
    language: str
    whose: str
    snapshot: str
    slides: Sequence[Slide]
