"""What is drawn on a slide: texts in boxes and tables, as PowerPoint's own shapes.

Every text has its language, a font with Chinese letters, and lines of a fixed height: what was measured to fit does so
with any font. Positions are in the units of `stage`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pptx.oxml import parse_xml
from pptx.util import Emu

from dashboard.exports.cells import UNWRITABLE
from dashboard.exports.deck import fitting
from dashboard.exports.deck.stage import FONT, Box

INK, INK2, LINE, PAPER = "1A1D21", "525A63", "DADEE2", "FFFFFF"
ACCENT, AMBER = "0B4F8A", "7A4100"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_DECORATIVE = "http://schemas.microsoft.com/office/drawing/2017/decorative"
_PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's style without colours and lines
_ALIGN = {"left": "l", "right": "r", "middle": "ctr"}
_ANCHOR = {"top": "t", "middle": "ctr", "bottom": "b"}


def clean(text: str) -> str:
    """A text on one line, without characters that XML cannot hold."""
    return UNWRITABLE.sub("", re.sub(r"[\t\r\n]+", " ", text))


def escaped(text: str) -> str:
    """A text safe within an element or attribute."""
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")


class Run(NamedTuple):
    """Letters of one look; with `field` they become the slide's number."""

    text: str
    size: float
    colour: str = INK
    strong: bool = False
    field: bool = False


@dataclass(frozen=True)
class Fill:
    """The colours of a cell or shape: its ground, its outline, and its letters."""

    ground: str | None = None
    ink: str = INK
    outline: str | None = None


@dataclass(frozen=True)
class TableCell:
    """A cell of a table: its text, its colours, and its alignment."""

    runs: Sequence[Run]
    fill: Fill = Fill()
    side: str = "left"
    anchor: str = "middle"


@dataclass(frozen=True)
class Canvas:
    """A slide to draw on. unit: in EMU."""

    slide: Any
    unit: float
    language: str

    def length(self, units: float) -> Emu:
        """A length in EMU."""
        return Emu(round(units * self.unit))

    def properties(self, run: Run, tag: str = "a:rPr") -> str:
        """The look of a run's letters, as markup."""
        size = int(run.size * self.unit / 127)
        strong = ' b="1"' if run.strong else ' b="0"'
        faces = "".join(f'<a:{each} typeface="{FONT}"/>' for each in ("latin", "ea", "cs"))
        return (
            f'<{tag} lang="{self.language}" altLang="en-US" sz="{size}"{strong} dirty="0"><a:solidFill>'
            f'<a:srgbClr val="{run.colour}"/></a:solidFill>{faces}</{tag}>'
        )

    def paragraph(self, runs: Sequence[Run], side: str = "left") -> str:
        """A paragraph, as markup; its lines are of one height."""
        size = max(run.size for run in runs)
        points = int(size * fitting.LINE * self.unit / 127)
        spacing = f'<a:lnSpc><a:spcPts val="{points}"/></a:lnSpc><a:spcBef><a:spcPts val="0"/></a:spcBef>'
        start = f'<a:p><a:pPr marL="0" indent="0" algn="{_ALIGN[side]}">{spacing}<a:buNone/></a:pPr>'
        if not any(run.text for run in runs):
            return f"{start}{self.properties(runs[0], 'a:endParaRPr')}</a:p>"
        return start + "".join(self._run(run) for run in runs if run.text) + "</a:p>"

    def _run(self, run: Run) -> str:
        text = f"{self.properties(run)}<a:t>{escaped(run.text)}</a:t>"
        if run.field:
            return f'<a:fld id="{{C1FF6DA9-008F-8B48-92A6-B652298478BF}}" type="slidenum">{text}</a:fld>'
        return f"<a:r>{text}</a:r>"

    def box(
        self,
        name: str,
        place: Box,
        paragraphs: Sequence[Sequence[Run]],
        *,
        side: str = "left",
        anchor: str = "top",
        fill: Fill = Fill(),
        inset: float = 0,
        wraps: bool = True,
    ) -> None:
        """Draw a box of text; one without text is marked as decoration for screen readers."""
        texts = "".join(self.paragraph(runs, side) for runs in paragraphs)
        about = "" if texts else f'<a:extLst><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}"><adec:decorative xmlns:adec="{_DECORATIVE}" val="1"/></a:ext></a:extLst>'  # fmt: skip
        pad = self.length(inset)
        shape = "roundRect" if fill.ground and texts else "rect"
        adjust = (
            '<a:avLst><a:gd name="adj" fmla="val 9000"/></a:avLst>' if shape == "roundRect" else "<a:avLst/>"
        )
        self._append(
            f'<p:sp xmlns:p="{_P}" xmlns:a="{_A}"><p:nvSpPr><p:cNvPr id="{self._next()}" name="{escaped(name)}">{about}'
            f'</p:cNvPr><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr>{self._xfrm(place)}<a:prstGeom prst="{shape}">'
            f"{adjust}</a:prstGeom>{_solid(fill.ground)}{_outline(fill.outline, self.length(1.5))}</p:spPr><p:txBody>"
            f'<a:bodyPr wrap="{"square" if wraps else "none"}" lIns="{pad}" tIns="0" rIns="{pad}" bIns="0" '
            f'anchor="{_ANCHOR[anchor]}"><a:noAutofit/></a:bodyPr><a:lstStyle/>{texts or "<a:p/>"}</p:txBody></p:sp>'
        )

    def title(self, runs: Sequence[Run]) -> None:
        """Write the title into the layout's own placeholder, for outlines and screen readers; its colour and side stay."""
        for shape in [one for one in self.slide.placeholders if one.placeholder_format.type.name != "TITLE"]:
            shape._element.getparent().remove(shape._element)
        body = self.slide.shapes.title._element.txBody
        markup = re.sub(r"<a:solidFill>.*?</a:solidFill>", "", self.paragraph(runs)).replace(' algn="l"', "")
        for old in body.findall(f"{{{_A}}}p"):
            body.remove(old)
        body.append(parse_xml(markup.replace("<a:p>", f'<a:p xmlns:a="{_A}">', 1)))
        settings = body.find(f"{{{_A}}}bodyPr")
        for each in ("lIns", "tIns", "rIns", "bIns"):
            settings.set(each, "0")
        settings[:] = [parse_xml(f'<a:noAutofit xmlns:a="{_A}"/>')]

    def table(self, about: str, place: Box, laid: fitting.Laid, rows: Sequence[Sequence[TableCell]]) -> None:
        """Draw a table of PowerPoint's own, the first row as its header."""
        lengths = [self.length(each) for each in (place.left, place.top, place.wide, laid.high)]
        frame = self.slide.shapes.add_table(1, 1, *lengths)
        columns = "".join(f'<a:gridCol w="{self.length(each)}"/>' for each in laid.widths)
        body = "".join(
            f'<a:tr h="{self.length(high)}">{"".join(map(self._cell, row))}</a:tr>'
            for high, row in zip(laid.heights, rows, strict=True)
        )
        old = frame._element.graphic.graphicData.tbl
        old.getparent().replace(
            old,
            parse_xml(
                f'<a:tbl xmlns:a="{_A}"><a:tblPr firstRow="1"><a:tableStyleId>{_PLAIN_TABLE}</a:tableStyleId></a:tblPr>'
                f"<a:tblGrid>{columns}</a:tblGrid>{body}</a:tbl>"
            ),
        )
        name(frame, "Table", about)

    def _cell(self, cell: TableCell) -> str:
        beside, above = self.length(fitting.PAD), self.length(fitting.ABOVE)
        ground = cell.fill.ground
        gaps = "".join(_line(each, PAPER if ground else None, self.length(6)) for each in ("lnL", "lnR"))
        lines = f"{gaps}{_line('lnT', None, 0)}{_line('lnB', LINE, self.length(1.5))}"
        return (
            f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{self.paragraph(cell.runs, cell.side)}</a:txBody>"
            f'<a:tcPr marL="{beside}" marR="{beside}" marT="{above}" marB="{above}" anchor="{_ANCHOR[cell.anchor]}">'
            f"{lines}{_solid(ground)}</a:tcPr></a:tc>"
        )

    def notes(self, paragraphs: Sequence[str]) -> None:
        """Write the speaker's notes."""
        frame = self.slide.notes_slide.notes_text_frame
        body = frame._txBody
        for old in body.findall(f"{{{_A}}}p"):
            body.remove(old)
        for text in paragraphs:
            run = f'<a:r><a:rPr lang="{self.language}" altLang="en-US" dirty="0"/><a:t>{escaped(text)}</a:t></a:r>'
            body.append(parse_xml(f'<a:p xmlns:a="{_A}">{run}</a:p>'))

    def _xfrm(self, place: Box) -> str:
        left, top, wide, high = map(self.length, place)
        return f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'

    def _next(self) -> int:
        return int(self.slide.shapes._next_shape_id)

    def _append(self, markup: str) -> None:
        self.slide.shapes._spTree.append(parse_xml(markup))


def name(frame: Any, kind: str, about: str) -> None:
    """What a screen reader says of a table or chart."""
    properties = frame._element.nvGraphicFramePr.cNvPr
    properties.set("name", f"{kind} {properties.get('id')}")
    properties.set("descr", clean(about))


def _solid(colour: str | None) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>' if colour else "<a:noFill/>"


def _outline(colour: str | None, wide: int) -> str:
    return f'<a:ln w="{wide}">{_solid(colour)}</a:ln>' if colour else "<a:ln><a:noFill/></a:ln>"


def _line(tag: str, colour: str | None, wide: int) -> str:
    return f'<a:{tag} w="{wide}">{_solid(colour)}</a:{tag}>'
