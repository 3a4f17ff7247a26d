"""The cells of the tables of groups by indicators and of schools by indicators.

Fill marks problems only. A group's cell is filled from a quarter of its schools on, or every cell would be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashboard.language import words
from dashboard.language.markup import Markup, escape
from dashboard.language.texts import say
from dashboard.language.words import (
    LATE,
    MONEY,
    REMINDED,
    STATUSES,
    brief,
    counts,
    exact,
    flag_words,
    listing,
    number,
    pair,
    percent,
    quantity,
    word,
)
from dashboard.questions import Before
from dashboard.rows import Figure, Kpi, SchoolResult, Sum, Total
from dashboard.ui.base.parts import Cell, anchor, element, figure, flag_sign, moved, named

FILL_FROM = 4
NONE = Markup("–")


def signs(row: Sum) -> str:
    """「▼2 ?1」: the signs of problems with the number of schools; without any, the sign of the group's status."""
    parts = [f"{STATUSES[status].sign}{number(many)}" for status, many in counts(row, REMINDED).items()]
    return " ".join(parts) or STATUSES[row.status].sign


def shade(row: Sum) -> str:
    """The class of a group's cell."""
    for status, many in counts(row, LATE).items():
        return f"c-{STATUSES[status].colour}{'' if many * FILL_FROM >= row.schools_judged else 0}"
    return f"c-{STATUSES[row.status].colour}"


def group_figures(row: Total, kpi: Kpi) -> Markup:
    """「4/7 93%」: schools met of judged, and the pooled rate where there is a base."""
    if row.status == "info":
        return escape(_informed(row, kpi))
    if not row.schools_judged:
        return escape(STATUSES[row.status].word)
    share = f"<i>{percent(row.counted, row.base, 0)}</i>" if row.base else ""
    return Markup(f"{number(row.schools_met)}/{number(row.schools_judged)}{share}")


def _informed(row: Figure, kpi: Kpi) -> str:
    """The figure of an indicator without a target: the rate of a share, whose counts are in the title; else the amount."""
    if row.counted is not None and row.base:
        return percent(row.counted, row.base, 0)
    return quantity(row.counted, kpi.unit)


def _title(row: Figure, kpi: Kpi, what: str) -> str:
    """The title of a cell: its status and its figures in full."""
    phrases = [word(row.status, kpi.require)]
    if row.counted is not None:
        phrases.append(exact(row.counted, kpi.unit))
        if row.required is not None:
            required = exact(row.required, kpi.unit)
            ceiling = kpi.require == "ceiling"
            phrases.append(
                say("上限 {figure}", figure=required) if ceiling else say("應達 {figure}", figure=required)
            )
        if row.base is not None:
            phrases.append(say("基數 {figure}", figure=exact(row.base, kpi.unit)))
    return say("{what}：{text}", what=what, text=listing(phrases)) + _flags(row)


def _flags(row: Figure) -> str:
    """The end of a cell's title: the meaning of its flags."""
    return f" ! {flag_words(row)}" if words.flags_of(row) else ""


def group_changes(row: Total, kpi: Kpi, then: Total | None) -> Markup:
    """The second line of a group's cell: the changes of its figures since the day to compare with."""
    met = moved(row.schools_met, then, "schools_met") if row.status != "info" and row.schools_judged else ""
    counted = moved(row.counted, then, unit=kpi.unit) if row.base or row.status == "info" else ""
    both = f"<i>{counted}</i>" if counted else ""
    return Markup(f'<span class="chgs"><span>{met}</span>{both}</span>' if met or both else "")


def group_cell(
    row: Total, kpi: Kpi, group: str, link: Callable[[Total], str] | None, then: Total | None = None
) -> Cell:
    """A cell of a group, or with an empty name of the city; a link to the group's page where `link` is given."""
    sign = f"<b>{signs(row) if row.level == 'group' else ''}{flag_sign(row)}</b>"
    body = f"{sign}{group_figures(row, kpi)}{group_changes(row, kpi, then)}"
    facts = f"{figure(row, group)}{named('title', _title(row, kpi, f'{group} {kpi.label}'.strip()))}"
    if link is None:
        kind = "" if row.level == "city" else shade(row)
        return Cell(Markup(f'<div class="cell" {facts}>{body}</div>'), kind)
    return Cell(Markup(f'<a class="cell" href="{escape(link(row))}" {facts}>{body}</a>'), shade(row))


def heads(
    first: str, kpis: Sequence[Kpi], chosen: str | None = None, link: Callable[[Kpi], str] | None = None
) -> list[Cell]:
    """The header row: indicators by their short names, each a link where `link` is given, the chosen one marked."""
    names = [Cell(name_of(kpi, link), head_kind(kpi, chosen)) for kpi in kpis]
    return [Cell(first, "l"), *names]


def name_of(kpi: Kpi, link: Callable[[Kpi], str] | None) -> Markup:
    """The short name of an indicator, a link where `link` is given."""
    label = element("span", kpi.short, title=kpi.label)
    return anchor(link(kpi), label) if link else label


def head_kind(kpi: Kpi, chosen: str | None) -> str:
    """The class of an indicator's header."""
    if kpi.kpi == chosen:
        return "on"
    if kpi.unit in MONEY:
        return "money"
    return "narrow" if kpi.require == "none" else ""


def school_figures(row: SchoolResult, kpi: Kpi) -> str:
    """「20/24」, or the word of the status where there is no count."""
    if row.counted is None:
        return STATUSES[row.status].word
    if row.status == "info":
        return _informed(row, kpi)
    return pair(row.counted, row.required, kpi.unit)


def _meant(row: SchoolResult, kpi: Kpi) -> str:
    """The title of a school's cell: the word of its status, its base, and in full what the cell shortens or rounds."""
    phrases = [word(row.status, kpi.require)]
    if row.counted is not None:
        shortened = any(brief(value, kpi.unit) != number(value) for value in (row.counted, row.required))
        if (row.status == "info" and row.base) or shortened:
            return _title(row, kpi, kpi.short)
        if row.base is not None and row.base != row.required:
            phrases.append(say("基數 {figure}", figure=exact(row.base, kpi.unit)))
    return say("{what}：{text}", what=kpi.short, text=listing(phrases)) + _flags(row)


def school_cell(
    row: SchoolResult, kpi: Kpi, link: Callable[[SchoolResult], str], then: SchoolResult | None = None
) -> Cell:
    """A school's cell: the sign at the left, counted/required at the right, the change below."""
    status = STATUSES[row.status]
    change = moved(row.counted, then, unit=kpi.unit)
    body = Markup(
        f'<a class="cell" href="{escape(link(row))}" {figure(row, row.school_name)}'
        f' title="{escape(_meant(row, kpi))}"><b>{status.sign}{flag_sign(row)}</b>'
        f"{escape(school_figures(row, kpi))}{below(change)}</a>"
    )
    return Cell(body, f"c-{status.colour}")


def below(change: Markup) -> Markup:
    """The second line of a cell; blank without a change."""
    return Markup(f'<span class="chgs">{change}</span>' if change else "")


def sum_cell(
    kpi: Kpi,
    row: Total,
    group: str,
    write: Callable[[Total, Kpi, Total | None], Markup],
    before: Before[Total],
) -> Cell:
    """The cell of a figure, or the dash of an indicator that has none."""
    text = write(row, kpi, before.get((row.kpi, row.level, row.group_id)))
    sign = flag_sign(row) if text != NONE else ""
    facts = "" if text == NONE else f" {figure(row, group)}{named('title', _title(row, kpi, kpi.label))}"
    return Cell(Markup(f'<div class="cell"{facts}>{f"<b>{sign}</b>" if sign else ""}{text}</div>'))


def met(row: Total, _: Kpi, then: Total | None) -> Markup:
    """The schools that have met it, of those judged."""
    if row.status == "info":
        return NONE
    if not row.schools_judged:
        return escape(STATUSES[row.status].text)
    counts = element("span", f"{number(row.schools_met)}/{number(row.schools_judged)}")
    return counts + moved(row.schools_met, then, "schools_met")


def pooled_rate(row: Total, kpi: Kpi, then: Total | None) -> Markup:
    """The pooled rate with its counts; without a base the counts."""
    if row.counted is None:
        return NONE
    change = moved(row.counted, then, unit=kpi.unit)
    if kpi.require == "ceiling":
        return element("span", pair(row.counted, row.required, kpi.unit)) + change
    if row.base is None:
        return element("span", say("共 {figure}", figure=brief(row.counted, kpi.unit))) + change
    counts = element("small", pair(row.counted, row.base, kpi.unit), " ", change)
    return element("span", percent(row.counted, row.base), counts, kind="pair")
