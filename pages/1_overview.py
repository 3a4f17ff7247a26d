"""總覽

The whole programme on one page: each indicator, what needs attention first, and which group lacks what.
"""

from dashboard import ui
from dashboard.ui import overview_figures as pictures

SIZE = 12  # groups at once: a county has a handful, the country two dozen
KEPT = ("trend", "within", "page", "since")

view = ui.read_view()


def here(**changes):
    return view.link("overview", **{name: ui.asked(name) for name in KEPT} | changes)


def to_group(row):
    return view.link("group", group=row.group_name, kpi=row.kpi)


def section(period):
    at, only = {"on": view.on, "period": period.period}, period.period if view.periods[1:] else None
    kpis = ui.ask(view, "kpis", period=period.period)
    totals = ui.ask(view, "totals", **at)
    before = ui.before(view, "totals", ("kpi", "level", "group_id"), period=period.period)
    data, findings = ui.ask(view, "data_to_mend", **at), ui.ask(view, "attention", **at, versus=view.versus)
    deadlines = ui.ask(view, "deadlines", **at, group_id=None)
    unmet = ui.before(view, "deadlines", ("kpi",), period=period.period, group_id=None)

    def to_indicator(kpi, **more):
        return view.link("indicator", kpi=kpi, period=only, **more)

    ui.show(f"""{ui.parts.period(view.periods, period)}<div class="stack">
{ui.cards.tiles(view, kpis, totals, before, to_indicator)}
<section class="two first"><div><h2>{ui.say("需要注意")}</h2>
<p class="sub">{ui.say("先是資料，再依期限、缺口與退步")}{ui.parts.hint(ui.say("；點藍字看原因"))}</p>
{ui.findings.attention(view, kpis, data, findings, to_indicator)}</div>
<div><h2>{ui.say("各項期限")}</h2><p class="sub">{ui.say("過了期限仍未達標即列「逾期未達」")}</p>
{ui.findings.coming(view, deadlines, unmet, to_indicator)}</div></section></div>""")
    groups = list(dict.fromkeys(row.group_id for row in totals if row.level == "group"))
    page = ui.paper.page(groups, ui.asked("page"), SIZE)
    drawn = ui.matrix.flagged_groups(view, kpis, totals, to_group, before)
    ui.show(f"""<section><h2>{ui.say("哪一組、哪一項")}</h2><p class="sub">{ui.cards.reading()}</p>
{ui.paper.instead("groups", drawn, page, period)}{ui.paper.pager(page, here, ui.say("組"))}</section>""")
    ui.show(ui.download(*ui.cards.sheet(view, period, kpis, totals, before)))
    chosen = pictures.chosen(view, period, kpis)
    ui.show(pictures.offered(view, period, kpis, chosen, here))
    if chosen:
        ui.figures.show(f"statuses-{period.period}", pictures.statuses(view, period, chosen))


first = ui.findings.first_sentence(ui.ask_each(view, "deadlines", on=view.on, group_id=None))
(standing,) = ui.ask(view, "standing", on=view.on, group_id=None, periods=view.period_ids)
ui.head(view, ui.say("總覽"), ui.words.prose([first, ui.findings.standing(standing, view.periods)]))
ui.show(ui.history.since(view, ui.asked("since"), here))
for each in view.periods:
    section(each)
ui.show(ui.workbook(view))
