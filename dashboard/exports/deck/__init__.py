"""The deck: the slides of a meeting as PPTX, with tables and charts that PowerPoint edits.

It is drawn from the same `Document` as the page and the report. The same document gives the same bytes. Sizes are chosen
so that every text is whole; what finds no room in the smallest letters is counted, and the notes have all of it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from dashboard.exports.archive import timeless
from dashboard.exports.deck import charts, fitting, stage
from dashboard.exports.deck.canvas import (
    ACCENT,
    AMBER,
    INK,
    INK2,
    LINE,
    PAPER,
    Canvas,
    Fill,
    Run,
    TableCell,
    clean,
)
from dashboard.exports.deck.stage import Box, Stage, TemplateRefused
from dashboard.exports.document import Big, Cell, Curve, Document, Slide, Table
from dashboard.language.texts import manner, say, written
from dashboard.language.words import LATE, STATUSES, listing, number

__all__ = ["TemplateRefused", "write"]

Progress = Callable[[float, str], None]
LANGUAGES = {"en": "en-US"}
SMALLEST = 16.0  # units: 8 points on a slide of 13.3 inches
TITLE, TITLE_LEAST, BODY, NOTE = 58.0, 24.0, 28.0, 24.0
GAP = 20.0
TABLE = 0.65  # of the width, with a curve at the right
TINIEST = 9.0  # rather than to cut a text; no name of a school or an indicator known to us is so long
STEPS = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58)
TINY = (0.52, 0.46, 0.4, 0.34)
# By `Status.colour`.
FILLS = {
    "behind": Fill("FBE1B6", AMBER),
    "overdue": Fill("9C1F2E", PAPER),
    "no_data": Fill("E9EBEE", INK2),
    "met": Fill(None, "0B6152"),
    "on_track": Fill(None, "333C45"),
    "flag": Fill(None, AMBER),
}


def write(
    document: Document, template: Path | None = None, progress: Progress = lambda share, text: None
) -> bytes:
    """The slides as PPTX, on the bureau's own template where there is one; `progress` is called before each slide.

    Raises:
        TemplateRefused: the template cannot be used.
    """
    room = stage.of(template) if template else stage.own()
    language = LANGUAGES.get(document.language, document.language)
    with written(type(manner())(document.language, manner().era)):
        for at, slide in enumerate(document.slides):
            progress(at / len(document.slides), slide.about)
            canvas = Canvas(room.presentation.slides.add_slide(room.layout), room.unit, language)
            _draw(canvas, room, document, slide, at + 1)
    _properties(room, document, language)
    out = io.BytesIO()
    room.presentation.save(out)
    return timeless(out.getvalue())


def _properties(room: Stage, document: Document, language: str) -> None:
    about = room.presentation.core_properties
    for each in ("author", "last_modified_by", "comments", "keywords", "subject", "category", "content_status", "identifier", "version"):  # fmt: skip
        setattr(about, each, "")
    about.title, about.language, about.revision = clean(document.title)[:255], language, 1


def _draw(canvas: Canvas, room: Stage, document: Document, slide: Slide, at: int) -> None:
    size = fitting.size_of(slide.title, room.title.wide, room.title.high, TITLE, TITLE_LEAST, True)
    canvas.title([Run(slide.title, size, strong=True)])
    if room.panel:
        canvas.box("Ground", room.panel, [], fill=Fill(PAPER))
    _about(canvas, room.about, slide)
    _body(canvas, room.body, slide)
    _foot(canvas, room.foot, document, at)
    if slide.notes:
        canvas.notes(slide.notes)


def _about(canvas: Canvas, place: Box, slide: Slide) -> None:
    """Draw the slide's subject, and at the right the legend of its colours."""
    legend = _legend(slide)
    wide = sum(fitting.width(run.text, run.size, run.strong) for run in legend)
    if legend:
        canvas.box("Legend", place._replace(left=place.right - wide - 8, wide=wide + 8), [legend], side="right", anchor="middle")  # fmt: skip
    place = place._replace(wide=place.wide - (wide + 40 if legend else 0))
    whole = f"{slide.about}　{slide.rule}" if slide.rule else slide.about
    size = fitting.size_of(whole, place.wide, place.high, 30, SMALLEST, True)
    runs = [Run(slide.about, size, ACCENT, True), Run(f"　{slide.rule}" if slide.rule else "", size, INK2)]
    canvas.box("Subject", place, [runs], anchor="middle")


def _legend(slide: Slide) -> list[Run]:
    """The statuses of a slide's colours in words; blank where the tally beside a large figure has them."""
    if slide.table is None or slide.big:
        return []
    cells = [cell for row in slide.table.rows for cell in row]
    drawn = {status for cell in cells for status, many in cell.strip.items() if many}
    named = drawn | {cell.status for cell in cells if cell.status}
    runs = []
    for status in (each for each in STATUSES if each in named):
        if status in drawn:
            mark = "■" if STATUSES[status].is_judged else "□"
            runs.append(Run(f"{mark} ", 22, INK2 if mark == "□" else charts.look_of(status).ground))
        ink = INK2 if STATUSES[status].colour == "overdue" else _fill(status, Fill(None, INK2)).ink
        runs.append(Run(f"{STATUSES[status].sign} {STATUSES[status].word}　", 22, ink))
    return [*runs[:-1], runs[-1]._replace(text=runs[-1].text.rstrip())] if runs else []


def _foot(canvas: Canvas, place: Box, document: Document, at: int) -> None:
    canvas.box("Rule", Box(place.left, place.top - 8, place.wide, 1.5), [], fill=Fill(LINE))
    total = f"/{len(document.slides)}"
    texts = [f"{document.snapshot}　{len(document.slides)}{total}", document.whose]
    size = 22.0
    while size > SMALLEST and sum(fitting.width(text, size) for text in texts) + 40 > place.wide:
        size -= 1
    wide = fitting.width(texts[0], size) + 8
    runs = [
        Run(f"{document.snapshot}　", size, INK2),
        Run(f"{at}", size, INK2, field=True),
        Run(total, size, INK2),
    ]
    whose = place._replace(wide=place.wide - wide - 30)
    small = fitting.size_of(document.whose, whose.wide, place.high, size, 8)
    canvas.box("Scope", whose, [[Run(document.whose, small, INK2)]], anchor="middle")
    right = place._replace(left=place.right - wide, wide=wide)
    canvas.box("Snapshot and page", right, [runs], side="right", anchor="middle")


# The body


def _body(canvas: Canvas, place: Box, slide: Slide) -> None:
    """Draw the body in the largest letters that fit; flags without room in the smallest letters are counted."""
    flags = slide.flags
    plans = chain(
        (_Plan(place, slide, flags, step) for step in STEPS),
        (_Plan(place, slide, _first(flags, keep), STEPS[-1]) for keep in reversed(range(len(flags)))),
        (_Plan(place, slide, _first(flags, 0), step, TINIEST) for step in TINY),
    )
    plan = next((one for one in plans if one.fits), None)
    plan = plan or _Plan(place, slide, _first(flags, 0), TINY[-1], TINIEST)
    plan.draw(canvas)


def _first(flags: Sequence[str], keep: int) -> list[str]:
    more = len(flags) - keep
    return [*flags[:keep], *([say("! 另有 {n} 則註記，見備忘稿", n=number(more))] if more else ())]


class _Plan:
    """The position of each part of a slide's body at one size of letters."""

    def __init__(
        self, place: Box, slide: Slide, flags: Sequence[str], step: float, least: float = SMALLEST
    ) -> None:
        self.place, self.slide, self.flags = place, slide, flags
        self.line, self.note = max(BODY * step, least), max(NOTE * step, least)
        self.below = self._texts_high()
        curve = slide.curve
        self.left = place._replace(wide=place.wide * TABLE) if curve else place
        self.big = _BigPlan(slide.big, self.left, step) if slide.big else None
        top = self.big.high + 8 if self.big else 0.0
        room = place.high - self.below - top
        self.content: fitting.Content | None = None
        self.chart: int | None = None
        if slide.table:
            self.content, self.chart = _content(slide.table)
        self.laid = None
        if self.content:
            self.laid = fitting.table(self.content, self.left.wide, room, BODY, least)
        self.top = place.top + top
        high = self.laid.high if self.laid else 0.0
        self.upper = max(top + high, min(580.0, place.high - self.below) if curve else 0.0)
        self.fits = self.upper + self.below <= place.high + 0.5 and not (
            step > STEPS[-1] and self._small(step)
        )

    def _small(self, step: float) -> bool:
        """Whether the table's letters would be larger if there were less below it."""
        if self.content is None or self.laid is None or self.laid.size >= BODY * step - 0.5:
            return False
        return fitting.table(self.content, self.left.wide, math.inf, BODY, SMALLEST).size > self.laid.size

    def _texts_high(self) -> float:
        texts = [(text, self.line) for text in self.slide.lines] + [(text, self.note) for text in self.flags]
        high = sum(fitting.height(text, size, self.place.wide) + 6 for text, size in texts)
        return high + GAP if texts else 0.0

    def draw(self, canvas: Canvas) -> None:
        slide, place = self.slide, self.place
        if self.big:
            self.big.draw(canvas)
        if slide.table and self.content and self.laid:
            _table(canvas, slide, slide.table, self, self.laid, self.content)
        if slide.curve:
            left = place.left + place.wide * TABLE + 44
            _curve(canvas, Box(left, place.top, place.right - left, self.upper), slide.curve)
        top = place.top + self.upper + GAP
        for texts, size, colour, name in (
            (slide.lines, self.line, INK, "Lines"),
            (self.flags, self.note, AMBER, "Data notes"),
        ):
            if texts:
                high = sum(fitting.height(text, size, place.wide) for text in texts)
                canvas.box(
                    name,
                    Box(place.left, top, place.wide, high),
                    [[Run(text, size, colour)] for text in texts],
                )
                top += high + 6


class _BigPlan:
    """The positions of the large figure, its whole, and at its right or below it the schools by status."""

    def __init__(self, big: Big, place: Box, step: float) -> None:
        self.runs = [
            Run(big.value, max(92 * step, 44), strong=True),
            Run(f"{big.of}　", 30 * step),
            Run(big.change, 26 * step, INK2),
        ]
        self.size = 24 * step
        self.place = place
        wide = [fitting.width(run.text, run.size, run.strong) for run in self.runs]
        self.wide = min(sum(wide) + 4, place.wide)
        self.text = self.runs[0].size * fitting.LINE
        if sum(wide) > place.wide:
            self.text += 30 * step * fitting.LINE
        self.chips: list[tuple[Cell, Box]] = []
        start = self.wide + 28
        beside = start + sum(self._wide(chip) + 12 for chip in big.tally) <= place.wide
        left, top = (start, self.runs[0].size * 0.62) if beside else (0.0, self.text + 6)
        high = self.size * 1.7
        for chip in big.tally:
            if left and left + self._wide(chip) > place.wide:
                left, top = 0.0, top + high + 8
            self.chips.append((chip, Box(place.left + left, place.top + top, self._wide(chip), high)))
            left += self._wide(chip) + 12
        lowest = max((box.bottom for _, box in self.chips), default=0.0) - place.top
        self.high = max(self.text, lowest)

    def _wide(self, chip: Cell) -> float:
        return fitting.width(chip.text, self.size, True) + 24

    def draw(self, canvas: Canvas) -> None:
        place = self.place
        wraps = self.wide >= place.wide
        canvas.box("Figure", Box(place.left, place.top, self.wide, self.text), [self.runs], wraps=wraps)
        for chip, box in self.chips:
            fill = _fill(chip.status, Fill(None, INK2))
            outlined = fill if fill.ground else Fill(PAPER, fill.ink, LINE)
            run = Run(chip.text, self.size, fill.ink, True)
            canvas.box("Status", box, [[run]], side="middle", anchor="middle", fill=outlined, wraps=False)


def _content(table: Table) -> tuple[fitting.Content, int | None]:
    """The texts to lay out, without a column for bars where there are none; and the number of the column with bars."""
    kept = _kept(table)
    bars = [at for at, column in enumerate(kept) if any(row[column].strip for row in table.rows)]
    chart = bars[0] if bars else None
    columns = [table.columns[at] for at in kept]
    header = [say("各狀態校數") if at == chart else column.name for at, column in enumerate(columns)]
    rows = [[_text(row[at]) for at in kept] for row in table.rows]
    content = fitting.Content(
        header, rows, [one.width for one in columns], [one.is_number for one in columns], chart
    )
    return content, chart


def _kept(table: Table) -> list[int]:
    """The columns that are not blank."""
    return [
        at
        for at in range(len(table.columns))
        if not table.rows or any(row[at].text or row[at].strip for row in table.rows)
    ]


def _text(cell: Cell) -> str:
    return f"{cell.text} {cell.mark}" if cell.mark else cell.text


def _table(
    canvas: Canvas, slide: Slide, table: Table, plan: _Plan, laid: fitting.Laid, content: fitting.Content
) -> None:
    sides = ["right" if one else "left" for one in content.numbers]
    header = [
        TableCell([Run(text, laid.head, INK2)], side=side, anchor="bottom")
        for text, side in zip(content.header, sides, strict=True)
    ]
    kept = _kept(table)
    rows = [
        [_cell(row[at], laid.size, side) for at, side in zip(kept, sides, strict=True)] for row in table.rows
    ]
    place = Box(plan.left.left, plan.top, sum(laid.widths), laid.high)
    canvas.table(f"{slide.about}：{listing(content.header)}", place, laid, [header, *rows])
    if plan.chart is not None:
        left = place.left + sum(laid.widths[: plan.chart]) + fitting.PAD
        bars = Box(
            left,
            place.top + laid.heights[0],
            laid.widths[plan.chart] - 2 * fitting.PAD,
            sum(laid.heights[1:]),
        )
        column = kept[plan.chart]
        strips = [charts.Strip(row[0].text, row[column].strip) for row in table.rows]
        charts.strips(canvas, bars, strips, max(laid.size * 0.8, SMALLEST))


def _fill(status: str | None, usual: Fill) -> Fill:
    """The colours of a status, or of what is marked as one; `usual` where it has none."""
    return FILLS.get(STATUSES[status].colour if status in STATUSES else status or "", usual)


def _cell(cell: Cell, size: float, side: str) -> TableCell:
    fill = _fill(cell.status, Fill())
    strong = cell.strong or cell.status in (*LATE, "flag")
    ink = PAPER if fill.ground == FILLS["overdue"].ground else AMBER
    runs = [Run(cell.text, size, fill.ink, strong)]
    if cell.mark:  # in front of numbers, so that they are aligned
        before = side == "right"
        flag = Run(f"{cell.mark} " if before else f" {cell.mark}", size, ink, True)
        runs = [flag, *runs] if before else [*runs, flag]
    return TableCell(runs, fill, side)


def _curve(canvas: Canvas, place: Box, curve: Curve) -> None:
    size = fitting.size_of(curve.title, place.wide, 66, 26, SMALLEST, True)
    high = fitting.height(curve.title, size, place.wide, True)
    canvas.box("Chart title", place._replace(high=high), [[Run(curve.title, size, strong=True)]])
    note = fitting.size_of(curve.caption, place.wide, 50, 20, SMALLEST)
    below = fitting.height(curve.caption, note, place.wide)
    canvas.box(
        "Chart caption",
        Box(place.left, place.top + high, place.wide, below),
        [[Run(curve.caption, note, INK2)]],
    )
    top = high + below + 8
    charts.curve(canvas, Box(place.left, place.top + top, place.wide, place.high - top), curve, 20)
