"""The overview's tiles: one indicator of the whole programme each; and the overview's figures as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dashboard.language.markup import BLANK, Markup, escape, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import (
    STATUSES,
    counts,
    exact,
    number,
    pair,
    percent,
    prose,
    quantity,
    rate,
    short_day,
    word,
)
from dashboard.questions import Before, View
from dashboard.rows import Kpi, Total
from dashboard.rules import requirement
from dashboard.ui.base.parts import anchor, bar, due, element, figure, flagged, hint, moved

ToIndicator = Callable[..., str]
CELLS = 200


def strip(schools: Mapping[str, int]) -> Markup:
    """A strip with a cell for each school (一格一校); above `CELLS` schools only the proportions.

    It has one element per status; the style sheet cuts the cells out of it.
    """
    kind = "strip" if sum(schools.values()) > CELLS else "strip cells"
    parts = "".join(
        f'<i class="{STATUSES[name].colour}" style="--n:{many}"></i>' for name, many in schools.items()
    )
    return Markup(f'<div class="{kind}" aria-hidden="true">{parts}</div>')


def tally(kpi: Kpi, schools: Mapping[str, int], to_indicator: ToIndicator) -> Markup:
    """✓ 19 ◐ 12 ▼ 9: the counts of the strip, each a link to its schools."""
    return join(_tallied(kpi, name, many, to_indicator) for name, many in schools.items())


def _tallied(kpi: Kpi, name: str, many: int, to_indicator: ToIndicator) -> Markup:
    sign, colour, status = STATUSES[name].sign, STATUSES[name].colour, word(name, kpi.require)
    text = f"{sign} {number(many)}"
    label = say("{status} {n} 校", status=status, n=number(many))
    label = say("{sign} {schools}，看是哪些", sign=sign, schools=label)
    href = to_indicator(kpi.kpi, status=name)
    inside = element("span", text, kind=f"st s-{colour}")
    return element("a", inside, href=href, aria_label=label, title=label)


def pooled(kpi: Kpi, row: Total, then: Total | None = None) -> Markup:
    """The pooled figure with its counts; where the indicator has no base, how many schools have not met it."""
    if not row.schools_judged:
        return say_markup("全市{status}", status=STATUSES[row.status].word)
    short = row.schools_judged - row.schools_met
    if kpi.require == "ceiling":
        over = say("{n} 校超出上限", n=number(short)) if short else say("都在上限內")
        granted = [pair(row.counted, row.required, kpi.unit), kpi.unit, moved(row.counted, then)]
        return say_markup("{over}；全市核定 {granted}", over=over, granted=join(granted))
    if row.base is None:
        return escape(say("還有 {n} 校未達標", n=number(short)) if short else say("已評定的學校都達標"))
    return say_markup("全市 {rate}", rate=rate(row.counted, row.base, kpi.unit)) + moved(row.counted, then)


def done(kpi: Kpi, row: Total) -> Markup:
    """The pooled figure as a bar with a tick at today's pace; without a sum the bar shows the schools that have met it."""
    if not row.schools_judged or row.required == 0:
        return BLANK
    if row.required is None or row.counted is None:
        whole = row.schools_judged
        said = say("{n} 校中 {met} 校達標", n=number(whole), met=number(row.schools_met))
        return bar(row.status, row.schools_met, whole, said)
    figures = {"counted": number(row.counted), "required": number(row.required)}
    said = (
        say("{counted}，上限 {required}", **figures)
        if kpi.require == "ceiling"
        else say("{counted}，應達 {required}", **figures)
    )
    drawn = bar(row.status, row.counted, row.required, said, row.pace)
    if row.base in (None, row.required):
        return drawn
    # The rate above has another base, so the bar names its own whole.
    required = say("應達 {figure}", figure=quantity(row.required, kpi.unit))
    return element("div", drawn, required, kind="of-required")


def tile(view: View, kpi: Kpi, city: Total, to_indicator: ToIndicator, then: Total | None = None) -> Markup:
    """One indicator's tile: schools met of those judged, the schools by status, the pooled rate, the change since `then`.

    The tile links to the indicator, each count in it to its schools.
    """
    schools = counts(city)
    when = "" if kpi.require == "ceiling" else due(city.deadline, city.days_left, city.status, view.year)
    title = anchor(to_indicator(kpi.kpi), kpi.short)
    counted = tally(kpi, schools, to_indicator)
    return Markup(
        f'<div class="tile" {figure(city)}><div class="t"><b>{title}</b>{when}</div>'
        f'<div class="n">{_met(kpi, city, then)}</div>'
        f'{strip(schools)}<div class="cnt">{counted}<span class="must">{escape(requirement(kpi))}</span></div>'
        f'<div class="r">{pooled(kpi, city, then)}</div>{done(kpi, city)}{flagged(city, kpi, view.link)}</div>'
    )


def _met(kpi: Kpi, city: Total, then: Total | None) -> Markup:
    """The tile's big figure."""
    if not city.schools_judged:
        return element("span", "?", element("small", " ", say("尚無學校可評定")), kind="big")
    judged = number(city.schools_judged)
    of = say("/{n} 校在上限內", n=judged) if kpi.require == "ceiling" else say("/{n} 校達標", n=judged)
    change = moved(city.schools_met, then, "schools_met")
    return element("span", number(city.schools_met), element("small", of), kind="big") + change


def aside(view: View, kpi: Kpi, city: Total, then: Total | None = None) -> Markup:
    """The line of an indicator that is never judged."""
    value = _reference_figure(kpi, city) + moved(city.counted, then)
    text = say_markup("{kpi} {value}（僅供參考，不設應達）", kpi=kpi.label, value=value)
    if city.schools_no_data:
        text = say_markup(
            "{kpi} {value}（僅供參考，不設應達；? 未填報 {n} 校）",
            kpi=kpi.label,
            value=value,
            n=number(city.schools_no_data),
        )
    return Markup(f"<span {figure(city)}>i {text} {flagged(city, kpi, view.link)}</span>")


def _reference_figure(kpi: Kpi, city: Total) -> Markup:
    """The figure of an indicator that is never judged; a share is written with its counts."""
    if city.counted is None:
        return element("b", STATUSES["no_data"].text)
    if city.base is None:
        return element("b", quantity(city.counted, kpi.unit))
    title = f"{exact(city.counted, kpi.unit)} ÷ {exact(city.base, kpi.unit)}"
    share, both = percent(city.counted, city.base), pair(city.counted, city.base, kpi.unit)
    text = say("{share}（{counts} {unit}）", share=share, counts=both, unit=kpi.unit)
    return element("b", text, title=title)


def tiles(
    view: View,
    kpis: Sequence[Kpi],
    totals: Sequence[Total],
    before: Before[Total],
    to_indicator: ToIndicator,
) -> Markup:
    """Every indicator's city row: judged indicators as tiles, the others in a line below."""
    cities = {row.kpi: row for row in totals if row.level == "city"}
    judged, others = BLANK, BLANK
    for kpi in kpis:
        if kpi.kpi not in cities:
            continue
        city, then = cities[kpi.kpi], before.get((kpi.kpi, "city", None))
        if kpi.require == "none":
            others += aside(view, kpi, city, then)
        else:
            judged += tile(view, kpi, city, to_indicator, then)
    return element(
        "section",
        element("div", judged, kind="tiles"),
        element("div", others, kind="aside"),
        element("p", _foot(view, list(cities.values())), kind="foot"),
        aria_label=say("各項指標"),
    )


def _foot(view: View, cities: Sequence[Total]) -> str:
    """How to read a tile."""
    each = all(sum(counts(row).values()) <= CELLS for row in cities)
    sentences = [
        say("色條一格一校，顏色同狀態說明。") if each else say("色條依校數比例，顏色同狀態說明。"),
        say("橫條是計數占應達（上限），┃ 是今天應有；沒有合計的是達標校數占應評校數。"),
        say("完成率是總計數 ÷ 總基數，不是各校平均。"),
        say("+n 是自 {day} 的增減。", day=short_day(view.versus, view.year)) if view.versus else "",
    ]
    return prose(sentences)


def reading() -> str:
    """How to read a cell of groups x indicators."""
    return prose(
        [
            say("每格：✕ 逾期　▼ 落後　? 未填報的校數　達標／應評校數　合計完成率。"),
            say("底色：四分之一以上的學校落後或逾期。"),
            hint(say("點一格看該組該項。")),
        ]
    )
