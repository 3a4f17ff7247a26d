"""總覽

The whole programme on one page: each indicator, what needs attention first, and which group lacks what.
"""

from dashboard import ui
from dashboard.ui import overview_figures as pictures

SIZE = 12  # groups at once: a county has a handful, the country two dozen
KEPT = ("trend", "within", "page", "since")

seen = ui.view()


def here(**changes):
    return seen.link("overview", **{name: ui.asked(name) for name in KEPT} | changes)


def to_group(row):
    return seen.link("group", group=row.group_name, kpi=row.kpi)


def section(period):
    at, only = {"on": seen.on, "period": period.period}, period.period if seen.periods[1:] else None
    kpis = ui.ask(seen, "kpis", period=period.period)
    totals = ui.ask(seen, "totals", **at)
    before = ui.before(seen, "totals", ("kpi", "level", "group_id"), period=period.period)
    data, findings = ui.ask(seen, "data_to_mend", **at), ui.ask(seen, "attention", **at, versus=seen.versus)
    deadlines = ui.ask(seen, "deadlines", **at, group_id=None)
    unmet = ui.before(seen, "deadlines", ("kpi",), period=period.period, group_id=None)

    def to_indicator(kpi, **more):
        return seen.link("indicator", kpi=kpi, period=only, **more)

    ui.show(f"""{ui.parts.period(seen.periods, period)}<div class="stack">
{ui.cards.tiles(seen, kpis, totals, before, to_indicator)}
<section class="two first"><div><h2>{ui.say("需要注意")}</h2>
<p class="sub">{ui.say("先是資料，再依期限、缺口與退步")}{ui.parts.hint(ui.say("；點藍字看原因"))}</p>
{ui.findings.attention(seen, kpis, data, findings, to_indicator)}</div>
<div><h2>{ui.say("各項期限")}</h2><p class="sub">{ui.say("過了期限仍未達標即列「逾期未達」")}</p>
{ui.findings.coming(seen, deadlines, unmet, to_indicator)}</div></section></div>""")
    groups = list(dict.fromkeys(row.group_id for row in totals if row.level == "group"))
    shown = ui.paper.page(groups, ui.asked("page"), SIZE)
    drawn = ui.matrix.flagged_groups(seen, kpis, totals, to_group, before)
    ui.show(f"""<section><h2>{ui.say("哪一組、哪一項")}</h2><p class="sub">{ui.cards.reading()}</p>
{ui.paper.instead("groups", drawn, shown, period)}{ui.paper.pager(shown, here, ui.say("組"))}</section>""")
    ui.show(ui.download(*ui.cards.sheet(seen, period, kpis, totals, before)))
    chosen = pictures.chosen(seen, period, kpis)
    ui.show(pictures.offered(seen, period, kpis, chosen, here))
    if chosen:
        ui.figures.show(f"statuses-{period.period}", pictures.statuses(seen, period, chosen))


first = ui.findings.first_sentence(ui.ask_each(seen, "deadlines", on=seen.on, group_id=None))
(told,) = ui.ask(seen, "standing", on=seen.on, group_id=None, periods=seen.shown)
ui.head(seen, ui.say("總覽"), ui.words.prose([first, ui.findings.standing(told, seen.periods)]))
ui.show(ui.history.since(seen, ui.asked("since"), here))
for each in seen.periods:
    section(each)
ui.show(ui.workbook(seen))
