"""The charts of a slide as PowerPoint's own, each with the worksheet that one edits it by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml

from dashboard.exports.cells import safe
from dashboard.exports.deck import fitting
from dashboard.exports.deck.canvas import (
    ACCENT,
    AMBER,
    INK,
    INK2,
    LINE,
    PAPER,
    Canvas,
    Run,
    clean,
    escaped,
    name,
)
from dashboard.exports.deck.stage import Box
from dashboard.exports.document import Curve
from dashboard.language.texts import say
from dashboard.language.words import STATUSES, STRIP, listing

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "Sheet1"
_DAY = "yyyy/m/d"


class Look(NamedTuple):
    """The colours of a status's schools: ground, letters and outline."""

    ground: str
    ink: str
    outline: str


# By `Status.colour`: the marks of dashboard/charts, which would take half a second to load; 落後 a shade darker, for it is written upon.
LOOKS = {
    "met": Look("5FA08F", INK, PAPER),
    "on_track": Look("BAC1C9", INK, PAPER),
    "behind": Look("A35C06", PAPER, PAPER),
    "overdue": Look("9C1F2E", PAPER, PAPER),
    "no_data": Look(PAPER, INK2, INK2),
    "exempt": Look(PAPER, INK2, LINE),
}


def look_of(status: str) -> Look:
    """The colours of the schools that have a status."""
    return LOOKS[STATUSES[status].colour]


class Strip(NamedTuple):
    """The schools of a row by status."""

    name: str
    schools: Mapping[str, int]


def strips(canvas: Canvas, place: Box, rows: Sequence[Strip], size: float) -> None:
    """Draw a bar a row, evenly from top to bottom: the share of its schools of each status, with their counts."""
    statuses = [status for status in STRIP if any(row.schools.get(status) for row in rows)]
    if not statuses:
        return
    names = [safe(clean(row.name)) for row in rows]
    data: Any = CategoryChartData(number_format="General")  # type: ignore[no-untyped-call]
    data.categories = names
    for status in statuses:
        data.add_series(STATUSES[status].word, [row.schools.get(status) or None for row in rows])
    frame = _add(canvas, place, XL_CHART_TYPE.BAR_STACKED_100, data)
    series = "".join(
        f"<c:ser>{_head(at, STATUSES[status].word)}{_shape(look_of(status).ground, look_of(status).outline)}"
        f'<c:invertIfNegative val="0"/>{_counts(canvas, place, rows, status, size)}{_names(names)}'
        f"{_values(at, [row.schools.get(status) for row in rows], 'General')}</c:ser>"
        for at, status in enumerate(statuses)
    )
    _draw(
        canvas,
        frame,
        size,
        f'<c:layout>{_inner(0, 0, 1, 1)}</c:layout><c:barChart><c:barDir val="bar"/><c:grouping val="percentStacked"/>'
        f'<c:varyColors val="0"/>{series}<c:gapWidth val="70"/><c:overlap val="100"/><c:axId val="1"/><c:axId val="2"/>'
        '</c:barChart><c:catAx><c:axId val="1"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="1"/>'
        '<c:axPos val="l"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling>'
        '<c:orientation val="minMax"/><c:max val="1"/><c:min val="0"/></c:scaling><c:delete val="1"/><c:axPos val="t"/>'
        '<c:numFmt formatCode="0%" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        '<c:tickLblPos val="nextTo"/><c:crossAx val="1"/><c:crosses val="autoZero"/></c:valAx>',
    )
    texts = (
        f"{row.name}：{listing([f'{STATUSES[status].word} {row.schools[status]}' for status in statuses if row.schools.get(status)])}"
        for row in rows
        if any(row.schools.values())
    )
    name(frame, "Chart", "；".join([say("各狀態校數"), *texts]))


def _counts(canvas: Canvas, place: Box, rows: Sequence[Strip], status: str, size: float) -> str:
    """The labels of a status's bars: the sign and the count where there is room, else the count, else nothing."""
    sign, marks = STATUSES[status].sign, []
    for at, row in enumerate(rows):
        many, whole = row.schools.get(status, 0), sum(row.schools.values())
        room = place.wide * many / whole if whole else 0
        text = f"{sign} {many}" if room > fitting.width(f"{sign} {many}", size, True) + 14 else f"{many}"
        if not many or room < fitting.width(text, size, True):
            marks.append(f'<c:dLbl><c:idx val="{at}"/><c:delete val="1"/></c:dLbl>')
        else:
            form = f"&quot;{sign} &quot;0" if text != f"{many}" else "0"
            marks.append(f'<c:dLbl><c:idx val="{at}"/>{_count(canvas, form, status, size)}</c:dLbl>')
    return f"<c:dLbls>{''.join(marks)}{_count(canvas, '0', status, size)}</c:dLbls>"


def _count(canvas: Canvas, form: str, status: str, size: float) -> str:
    text = _letters(canvas, Run("", size, look_of(status).ink, True))
    return (
        f'<c:numFmt formatCode="{form}" sourceLinked="0"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{text}'
        f'<c:dLblPos val="ctr"/>{_shows(value=True)}'
    )


def _series(
    canvas: Canvas,
    one: Curve,
    names: Sequence[str],
    columns: Sequence[Sequence[float | None]],
    days: Sequence[date],
    size: float,
) -> list[str]:
    """The share with its last value, the pace with its name at its middle, and the deadline."""
    now = max(at for at, value in enumerate(columns[0]) if value is not None)
    paces = [at for at, value in enumerate(columns[1]) if value is not None]
    half = paces[_middle(days, paces)] if paces else 0
    below = bool(paces) and (columns[0][half] or 0) >= (columns[1][half] or 0)
    due = next(at for at, value in enumerate(columns[2]) if value is not None)
    side = ("t" if (columns[0][now] or 0) < 0.85 else "b") if below else "r"
    return [
        _line(0, names[0], columns[0], days, _stroke(ACCENT, 2.25), _dot(canvas, now, one.now, ACCENT, side, size)),
        _line(1, names[1], columns[1], days, _stroke(AMBER, 1.5, "dash"), _mark(canvas, half, one.pace_label, AMBER, "r" if below else "l", size) if paces else ""),
        _line(2, names[2], columns[2], days, "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>", _mark(canvas, due, one.due, INK, "t", size), upright=True),
    ]  # fmt: skip


def curve(canvas: Canvas, place: Box, one: Curve, size: float) -> None:
    """Draw the share on each day in steps, the pace dashed, the deadline upright."""
    rows = _days(one)
    days = [row[0] for row in rows]
    columns = [[row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows]]
    names = [clean(one.caption), clean(one.pace_label), clean(one.due)]
    data: Any = CategoryChartData(number_format="0.0%")  # type: ignore[no-untyped-call]
    data.categories = days
    for title, values in zip(names, columns, strict=True):
        data.add_series(safe(title), values)
    frame = _add(canvas, place, XL_CHART_TYPE.LINE, data)
    series = _series(canvas, one, names, columns, days, size)
    first = days[0].replace(day=1)
    wide = max(fitting.width(one.due, size, True) / 2, size)
    left, right = fitting.width("100%", size) + 14, min(wide + 8, place.wide * 0.2)
    top, bottom = size * 2.1, size * 1.9
    across, down = place.wide, place.high
    inner = _inner(left / across, top / down, 1 - (left + right) / across, 1 - (top + bottom) / down)
    plain = _letters(canvas, Run("", size, INK2))
    _draw(
        canvas,
        frame,
        size,
        f'<c:layout>{inner}</c:layout><c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{"".join(series)}'
        '<c:marker val="1"/><c:axId val="1"/><c:axId val="2"/></c:lineChart>'
        f'<c:dateAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/><c:max val="{_serial(days[-1])}"/>'
        f'<c:min val="{_serial(first)}"/></c:scaling><c:delete val="0"/><c:axPos val="b"/>'
        f'<c:numFmt formatCode="{escaped(_month(one))}" sourceLinked="0"/><c:majorTickMark val="out"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="low"/>{_stroke(LINE, 1)}{plain}<c:crossAx val="2"/>'
        '<c:crosses val="autoZero"/><c:auto val="0"/><c:lblOffset val="60"/><c:baseTimeUnit val="days"/>'
        f'<c:majorUnit val="{_step(one)}"/><c:majorTimeUnit val="months"/></c:dateAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:max val="1"/><c:min val="0"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="l"/><c:majorGridlines>{_stroke(LINE, 0.75)}</c:majorGridlines>'
        '<c:numFmt formatCode="0%" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="nextTo"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{plain}<c:crossAx val="1"/>'
        '<c:crosses val="min"/><c:crossBetween val="midCat"/><c:majorUnit val="0.5"/></c:valAx>',
    )
    texts = [one.title, one.caption, one.points[0][2], one.points[-1][2], one.now, one.due]
    name(frame, "Chart", "；".join(texts))


def _days(one: Curve) -> list[tuple[date, float | None, float | None, float | None]]:
    """The days at which a line bends: of each the share, the pace, and whether it is the deadline.

    The share stays until it changes, so the day before a change is one of them.
    """
    share = {day: value for day, value, _ in one.points}
    first, last = one.points[0][0], one.points[-1][0]
    days = {*share, *(day - timedelta(1) for day in share if day > first), one.deadline}
    if one.pace:
        start, end = one.pace
        days |= (
            {max(start, first), start + (end - start) / 2}
            if start + (end - start) / 2 > first
            else {max(start, first)}
        )
        days.add(end)
    points, now = [], one.points[0][1]
    for day in sorted(day for day in days if day >= first):
        now = share.get(day, now)
        pace = None
        if one.pace and one.pace[0] <= day <= one.pace[1] and one.pace[0] < one.pace[1]:
            pace = (day - one.pace[0]) / (one.pace[1] - one.pace[0])
        points.append((day, now if day <= last else None, pace, 1.0 if day == one.deadline else None))
    return points


def _middle(days: Sequence[date], places: Sequence[int]) -> int:
    """The position nearest to the middle of the days."""
    middle = days[places[0]] + (days[places[-1]] - days[places[0]]) / 2
    return min(range(len(places)), key=lambda at: abs(days[places[at]] - middle))


def _step(one: Curve) -> int:
    if len(one.months) < 2:
        return 1
    first, second = one.months[0][0], one.months[1][0]
    return (second.year - first.year) * 12 + second.month - first.month


def _month(one: Curve) -> str:
    """The axis's format of months: a number with the text behind it, or the month's name."""
    label = one.months[0][1] if one.months else ""
    return f'm"{label.lstrip("0123456789")}"' if label[:1].isdigit() else "mmm"


def _serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


# Markup


def _add(canvas: Canvas, place: Box, kind: Any, data: Any) -> Any:
    return canvas.slide.shapes.add_chart(kind, *map(canvas.length, place), data)


def _draw(canvas: Canvas, frame: Any, size: float, plot: str) -> None:
    """Replace the library's own drawing; the worksheet that it built of the data stays."""
    space = frame.chart._chartSpace
    chart = space.find(f"{{{_C}}}chart")
    letters = _letters(canvas, Run("", size, INK2))
    whole = parse_xml(
        f'<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}" xmlns:r="{_R}"><c:roundedCorners val="0"/><c:chart>'
        f'<c:autoTitleDeleted val="1"/><c:plotArea>{plot}<c:spPr><a:noFill/></c:spPr></c:plotArea><c:plotVisOnly val="1"/>'
        '<c:dispBlanksAs val="span"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>'
        f"{letters}</c:chartSpace>"
    )
    for old in [one for one in space if one.tag in (f"{{{_C}}}txPr", f"{{{_C}}}roundedCorners")]:
        space.remove(old)
    at = list(space).index(chart)
    space.remove(chart)
    for more, child in enumerate(list(whole)):
        space.insert(at + more, child)


def _letters(canvas: Canvas, run: Run) -> str:
    return f'<c:txPr><a:bodyPr wrap="none"/><a:lstStyle/><a:p><a:pPr>{canvas.properties(run, "a:defRPr")}</a:pPr><a:endParaRPr lang="{canvas.language}"/></a:p></c:txPr>'


def _head(at: int, title: str) -> str:
    cell = f"{_SHEET}!${chr(66 + at)}$1"
    return (
        f'<c:idx val="{at}"/><c:order val="{at}"/><c:tx><c:strRef><c:f>{cell}</c:f><c:strCache><c:ptCount val="1"/>'
        f'<c:pt idx="0"><c:v>{escaped(safe(title))}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
    )


def _names(names: Sequence[str]) -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{escaped(one)}</c:v></c:pt>' for at, one in enumerate(names))
    return (
        f'<c:cat><c:strRef><c:f>{_SHEET}!$A$2:$A${len(names) + 1}</c:f><c:strCache><c:ptCount val="{len(names)}"/>'
        f"{points}</c:strCache></c:strRef></c:cat>"
    )


def _numbers(cells: str, values: Sequence[float | None], form: str) -> str:
    points = "".join(
        f'<c:pt idx="{at}"><c:v>{value!r}</c:v></c:pt>'
        for at, value in enumerate(values)
        if value is not None
    )
    return (
        f'<c:numRef><c:f>{_SHEET}!{cells}</c:f><c:numCache><c:formatCode>{form}</c:formatCode><c:ptCount val="{len(values)}"/>'
        f"{points}</c:numCache></c:numRef>"
    )


def _values(at: int, values: Sequence[float | None], form: str) -> str:
    column = chr(66 + at)
    return f"<c:val>{_numbers(f'${column}$2:${column}${len(values) + 1}', [value or None for value in values] if form == 'General' else values, form)}</c:val>"


def _line(
    at: int,
    title: str,
    values: Sequence[float | None],
    days: Sequence[date],
    look: str,
    marks: str,
    upright: bool = False,
) -> str:
    bar = (
        '<c:errBars><c:errDir val="y"/><c:errBarType val="minus"/><c:errValType val="percentage"/><c:noEndCap val="1"/>'
        f'<c:val val="100"/>{_stroke(INK, 1.25)}</c:errBars>'
    )
    dates = _numbers(f"$A$2:$A${len(days) + 1}", [_serial(day) for day in days], _DAY)
    return (
        f'<c:ser>{_head(at, title)}{look}<c:marker><c:symbol val="none"/></c:marker>{marks}{bar if upright else ""}'
        f'<c:cat>{dates}</c:cat>{_values(at, values, "0.0%")}<c:smooth val="0"/></c:ser>'
    )


def _dot(canvas: Canvas, at: int, text: str, colour: str, side: str, size: float) -> str:
    dot = (
        f'<c:dPt><c:idx val="{at}"/><c:marker><c:symbol val="circle"/><c:size val="9"/>{_shape(colour, colour)}</c:marker>'
        f'<c:bubble3D val="0"/>{_stroke(colour, 2.25)}</c:dPt>'
    )
    return dot + _mark(canvas, at, text, colour, side, size * 1.15)


def _mark(canvas: Canvas, at: int, text: str, colour: str, side: str, size: float) -> str:
    """A text of its own at one point of a line."""
    letters = canvas.properties(Run(text, size, colour, True))
    return (
        f'<c:dLbls><c:dLbl><c:idx val="{at}"/><c:tx><c:rich><a:bodyPr wrap="none"/><a:lstStyle/><a:p><a:r>{letters}'
        f'<a:t>{escaped(text)}</a:t></a:r></a:p></c:rich></c:tx><c:spPr><a:solidFill><a:srgbClr val="{PAPER}"/></a:solidFill></c:spPr><c:dLblPos val="{side}"/>{_shows(value=True)}</c:dLbl>'
        f"{_shows(value=False)}</c:dLbls>"
    )


def _shows(value: bool) -> str:
    return (
        f'<c:showLegendKey val="0"/><c:showVal val="{int(value)}"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/>'
    )


def _inner(left: float, top: float, wide: float, high: float) -> str:
    return (
        '<c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
        f'<c:x val="{left:.4f}"/><c:y val="{top:.4f}"/><c:w val="{wide:.4f}"/><c:h val="{high:.4f}"/></c:manualLayout>'
    )


def _stroke(colour: str, points: float, dash: str = "solid") -> str:
    return (
        f'<c:spPr><a:ln w="{round(points * 12700)}" cap="flat"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
        f'<a:prstDash val="{dash}"/><a:round/></a:ln></c:spPr>'
    )


def _shape(ground: str, outline: str) -> str:
    return (
        f'<c:spPr><a:solidFill><a:srgbClr val="{ground}"/></a:solidFill><a:ln w="9525"><a:solidFill>'
        f'<a:srgbClr val="{outline}"/></a:solidFill></a:ln></c:spPr>'
    )
