"""What the binary formats XLS and XLSB hold besides the values that the reader gives.

That is how large a worksheet is, where its errors are, which ranges are merged, and the year from which days count.
Their records are walked through (`xls`, `xlsb`) before the reader opens the workbook, for it lays out whatever they
declare.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from dashboard.sources import extent
from dashboard.sources.worksheet import Range

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "Loading...",
}  # fmt: skip
_UNKNOWN_ERROR = "#VALUE!"

Record = tuple[int, int, int]


@dataclass
class Facts:
    """The facts of one worksheet, a part of `size` bytes: its errors and merged ranges by row and column, from 0.

    `filled` is 1 for each row, from 0, with a number, or a text that is not blank. Where some of them may be blank,
    `surely_filled` looks again.
    """

    size: int = 0
    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    text: int = 0
    filled: bytearray = field(default_factory=bytearray)
    surely_filled: Callable[[], Collection[int]] | None = None
    _rows: int = 0
    _columns: int = 0
    _last: tuple[int, int] = (-1, -1)

    def cell(self, row: int, column: int, is_filled: bool) -> None:
        """Count a cell in: one at the place of a former one, or before it, would hide or lose cells."""
        if (row, column) <= self._last:
            raise extent.in_disorder()
        self._last = row, column
        self._rows, self._columns = row + 1, max(self._columns, column + 1)
        extent.check_cells(self.cells, self.size)
        if is_filled:
            self.fill(row)

    def fill(self, row: int) -> None:
        """Note that a row is filled."""
        self.filled.extend(bytes(max(0, row + 1 - len(self.filled))))
        self.filled[row] = 1

    @property
    def cells(self) -> int:
        """Those of the rectangle that holds the filled ones."""
        return self._rows * self._columns

    def error(self, row: int, column: int, code: int) -> None:
        """Note an error by its code."""
        self.errors.setdefault(row, {})[column] = _ERRORS.get(code, _UNKNOWN_ERROR)

    def shared(self, row: int, index: int, lengths: Sequence[int]) -> None:
        """Count the text of a cell that refers to a shared one."""
        length = lengths[index] if index < len(lengths) else 0
        self.text += length
        if length:
            self.fill(row)
        if self.text > extent.UNPACKED_BYTES:
            raise extent.too_much_text()


@dataclass
class Walked:
    """A binary workbook: its worksheets (charts and macros with them) in their order."""

    worksheets: list[Facts] = field(default_factory=list)
    is_1904: bool = False
    is_locked: bool = False
