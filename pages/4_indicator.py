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
city, groups = ui.ask(view, "indicator_city", **at)[0], ui.ask(view, "indicator_groups", **at)
selected = summary.selected(view, choice)
wanted, first = ui.asked("school"), selected.rows[0].school_name if selected.rows else None
school = ui.pick(ui.ask(view, "schools"), wanted) or ui.pick(ui.ask(view, "schools"), first)
missing = school and ui.Missing(ui.say("學校"), wanted, school.name)
shape = {name: ui.asked(name, offered) for name, offered in pictures.SHAPES.items()}


def here(**changes):
    kept = {"kpi": kpi.kpi, "status": selected.status, "sort": selected.sort, "school": wanted, **shape}
    return view.link("indicator", **kept | changes)


def then(name, key):
    return ui.before(view, name, (key,), **choice.at)


lead = summary.lead(view, kpi, city, then("indicator_city", "level").get(("city",)))
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
    ui.show(every + summary.groups(view, kpi, groups, then("indicator_groups", "group_name")))
with right:
    if school:
        ui.show(why.section(view, kpi, why.explain(view, kpi, school), here))
if former := redefined.find(view, kpi):
    ui.show(redefined.section(view, kpi, former))
with ui.fold(ui.say("目前適用的參數")):
    ui.show(parameters.overview(view, kpi))
ui.fold_on_demand(ui.say("計算的查詢（SQL）"), "query", lambda: summary.query(view, kpi))
