"""總覽

The whole programme on one page: each indicator, what needs attention first, and which group lacks what.
"""

from dashboard import ui
from dashboard.ui.base import cards, figures, matrix, paper, parts
from dashboard.ui.base import findings as attention
from dashboard.ui.overview import figures as pictures
from dashboard.ui.overview import sections, sheets, since

SIZE = 12  # groups at once: a county has a handful, the country two dozen
KEPT = ("trend", "within", "page", "since")

view = ui.read_view()


def here(**changes: object) -> str:
    return view.link("overview", **{name: ui.asked(name) for name in KEPT} | changes)


def to_group(row: ui.rows.Total) -> str:
    return view.link("group", group=row.group_name, kpi=row.kpi)


def section(period: ui.rows.Period) -> None:
    only = period.period if view.periods[1:] else None
    kpis = ui.ask(view, ui.rows.Kpi, period=period.period)
    totals = ui.ask(view, ui.rows.Total, on=view.on, period=period.period)
    before = ui.before(view, ui.rows.Total, ("kpi", "level", "group_id"), period=period.period)

    def to_indicator(kpi: str, **more: object) -> str:
        return view.link("indicator", kpi=kpi, period=only, **more)

    top = sections.top(view, period, kpis, totals, before, to_indicator)
    ui.show(parts.period(view.periods, period) + top)
    groups = list(dict.fromkeys(row.group_id for row in totals if row.group_id is not None))
    page = paper.page(groups, ui.asked("page"), SIZE)
    drawn = matrix.flagged_groups(view, kpis, totals, to_group, before)
    title = parts.heading(ui.say("哪一組、哪一項"), cards.reading())
    table = paper.instead("groups", drawn, page, period)
    ui.show(parts.element("section", title, table, paper.pager(page, here, ui.say("組"))))
    ui.show(sheets.totals(view, period, kpis, totals, before).download())
    chosen = pictures.chosen(view, period, kpis)
    ui.show(pictures.offered(view, period, kpis, chosen, here))
    if chosen:
        figures.show(f"statuses-{period.period}", pictures.statuses(view, period, chosen))


first = attention.first_sentence(ui.ask_each(view, ui.rows.Deadline, on=view.on, group_id=None))
(standing,) = ui.ask(view, ui.rows.Standing, on=view.on, group_id=None, periods=view.period_ids)
ui.head(view, ui.say("總覽"), ui.words.prose([first, attention.standing(standing, view.periods)]))
ui.show(since.changes(view, ui.asked("since"), here))
for each in view.periods:
    section(each)
ui.show(ui.workbook(view))
