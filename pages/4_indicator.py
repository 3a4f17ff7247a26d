"""指標

One indicator: who is behind, when it turned, where the gap lies, and the rows behind a school's figure.
"""

from dashboard import ui
from dashboard.ui.base import figures
from dashboard.ui.indicator import figures as pictures
from dashboard.ui.indicator import parameters, redefined, summary, why

view = ui.read_view()
choice = summary.choose(view)
kpi, at = choice.kpi, choice.at | {"on": view.on}
city, groups = ui.ask(view, ui.rows.IndicatorCity, **at)[0], ui.ask(view, ui.rows.IndicatorGroup, **at)
selected = summary.selected(view, choice)
wanted, first = ui.asked("school"), selected.rows[0].school_name if selected.rows else None
school = ui.pick(ui.ask(view, ui.rows.School), wanted) or ui.pick(ui.ask(view, ui.rows.School), first)
missing = ui.Missing(ui.say("學校"), wanted, school.name) if school else None
shape = {name: ui.asked(name, offered) for name, offered in pictures.SHAPES.items()}


def here(**changes: object) -> str:
    kept = {"kpi": kpi.kpi, "status": selected.status, "sort": selected.sort, "school": wanted, **shape}
    return view.link("indicator", **kept | changes)


then = ui.before(view, ui.rows.IndicatorCity, ("level",), **choice.at)
groups_then = ui.before(view, ui.rows.IndicatorGroup, ("group_name",), **choice.at)
lead = summary.lead(view, kpi, city, then.get(("city",)))
title, what = f"{ui.say('指標')} · {kpi.label}", summary.what(view, choice)
ui.head(view, title, lead, *what, missing=missing, upright=True)
ui.show(summary.pick(view, choice) + parameters.rule(view, kpi))
left, right = ui.halves()
with left:
    figures.show("schools", *pictures.schools(view, kpi, selected.every, here, shape["x"]))
with right:
    figures.show("curve", *pictures.curve(view, kpi, city, here, shape["y"]))
left, right = ui.halves(1.4 if view.versus else 1.2)
with left:
    every = summary.schools(view, kpi, selected, school, here)
    ui.show(every + summary.groups(view, kpi, groups, groups_then))
with right:
    if school:
        ui.show(why.section(view, kpi, why.explain(view, kpi, school), here))
if former := redefined.find(view, kpi):
    ui.show(redefined.section(view, kpi, former))
with ui.fold(ui.say("目前適用的參數")):
    ui.show(parameters.overview(view, kpi))
ui.fold_on_demand(ui.say("計算的查詢（SQL）"), "query", lambda: summary.query(view, kpi))
