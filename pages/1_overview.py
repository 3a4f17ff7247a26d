"""總覽

The whole programme on one page: each indicator, what needs attention first, and which group lacks what.
"""

from dashboard import ui
from dashboard.ui.base import cards, figures, matrix, paper, parts
from dashboard.ui.base import findings as attention
from dashboard.ui.overview import figures as pictures
from dashboard.ui.overview import since

SIZE = 12  # groups at once: a county has a handful, the country two dozen
KEPT = ("trend", "within", "page", "since")

view = ui.read_view()


def here(**changes: object) -> str:
    return view.link("overview", **{name: ui.asked(name) for name in KEPT} | changes)


def to_group(row: ui.rows.Total) -> str:
    return view.link("group", group=row.group_name, kpi=row.kpi)


def section(period: ui.rows.Period) -> None:
    at, only = {"on": view.on, "period": period.period}, period.period if view.periods[1:] else None
    kpis = ui.ask(view, ui.rows.Kpi, period=period.period)
    totals = ui.ask(view, ui.rows.Total, **at)
    before = ui.before(view, ui.rows.Total, ("kpi", "level", "group_id"), period=period.period)
    data = ui.ask(view, ui.rows.DataToMend, **at)
    findings = ui.ask(view, ui.rows.Finding, **at, versus=view.versus)
    deadlines = ui.ask(view, ui.rows.Deadline, **at, group_id=None)
    unmet = ui.before(view, ui.rows.Deadline, ("kpi",), period=period.period, group_id=None)

    def to_indicator(kpi: str, **more: object) -> str:
        return view.link("indicator", kpi=kpi, period=only, **more)

    ui.show(f"""{parts.period(view.periods, period)}<div class="stack">
{cards.tiles(view, kpis, totals, before, to_indicator)}
<section class="two first"><div><h2>{ui.say("需要注意")}</h2>
<p class="sub">{ui.say("先是資料，再依期限、缺口與退步")}{parts.hint(ui.say("；點藍字看原因"))}</p>
{attention.attention(view, kpis, data, findings, to_indicator)}</div>
<div><h2>{ui.say("各項期限")}</h2><p class="sub">{ui.say("過了期限仍未達標即列「逾期未達」")}</p>
{attention.coming(view, deadlines, unmet, to_indicator)}</div></section></div>""")
    groups = list(dict.fromkeys(row.group_id for row in totals if row.group_id is not None))
    page = paper.page(groups, ui.asked("page"), SIZE)
    drawn = matrix.flagged_groups(view, kpis, totals, to_group, before)
    ui.show(f"""<section><h2>{ui.say("哪一組、哪一項")}</h2><p class="sub">{cards.reading()}</p>
{paper.instead("groups", drawn, page, period)}{paper.pager(page, here, ui.say("組"))}</section>""")
    ui.show(ui.download(*cards.sheet(view, period, kpis, totals, before)))
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
