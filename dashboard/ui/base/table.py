"""A table of a page and its file, written once: a column has its label, its value for the file and its cell for the page.

Both are made of the same columns and rows, so header and body, page and file cannot drift apart. A column that only one
of them has says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from dashboard.language.markup import Markup
from dashboard.language.words import number, written_day
from dashboard.ui.base import downloads, paper
from dashboard.ui.base.parts import Cell, Line

T = TypeVar("T")
Value = Callable[[T], object]


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column of rows of one type.

    label: its header. value: a row's value in the file; without it the file has no such column. cell: what the page shows
    of a row, markup, a text or a `Cell` with classes of its own; by default the value as the pages write it. kind: the
    classes of its header and cells ("l": left-aligned, as texts are). is_wide: whether its texts may be broken over lines.
    head: what the page has as its header, where that is not the label. on_page: whether the page has it.
    """

    label: str
    value: Value[T] | None = None
    cell: Value[T] | None = None
    kind: str = ""
    is_wide: bool = False
    head: str = ""
    on_page: bool = True

    def html(self, row: T) -> Cell:
        """The cell of a row on the page."""
        show = self.cell or self.value
        content = show(row) if show else None
        if isinstance(content, Cell):
            return content
        return Cell(_written(content), f"{self.kind} w".lstrip() if self.is_wide else self.kind)


def _written(content: object) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return written_day(content) if isinstance(content, date) else number(content)


@dataclass(frozen=True)
class Table(Generic[T]):
    """A table with its rows: all, a page of them (the file has all), or a function that gives them when they are needed.

    name: its caption, unique on the page. kind: its classes. row_kind: the classes of a row.
    """

    name: str
    columns: Sequence[Column[T]]
    rows: Sequence[T] | Callable[[], Sequence[T]]
    kind: str = ""
    row_kind: Callable[[T], str] = lambda row: ""

    def html(self) -> Markup:
        """The table on the page; on paper with the rows of its other pages."""
        columns = [column for column in self.columns if column.on_page]
        header = [Cell(column.head or column.label, column.kind) for column in columns]

        def line(row: T) -> Line:
            return self.row_kind(row), [column.html(row) for column in columns]

        return paper.table(self.name, header, self._rows(), line, self.kind)

    def download(self, name: str = "") -> Markup:
        """The links to the table as files; `name`, by default the table's, begins with its title and has no ending."""
        return downloads.download(name or self.name, self.header(), self.values)

    def header(self) -> list[str]:
        """The header of the file."""
        return [column.label for column in self.columns if column.value]

    def values(self) -> list[list[object]]:
        """The rows of the file."""
        rows = self._rows()
        rows = rows.get(0, rows.total) if isinstance(rows, paper.Page) else rows
        values = [column.value for column in self.columns if column.value]
        return [[value(row) for value in values] for row in rows]

    def _rows(self) -> Sequence[T]:
        return self.rows() if callable(self.rows) else self.rows
