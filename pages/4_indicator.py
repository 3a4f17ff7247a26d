"""指標

One indicator: its rule and parameters, where every school stands, and the rows behind a school's figure.
"""

from dashboard import ui

seen = ui.view()
choice = ui.indicator.choose(seen)
kpi, at = choice.kpi, choice.at | {"on": seen.on}
city, groups = ui.ask(seen, "indicator_city", **at)[0], ui.ask(seen, "indicator_groups", **at)
listed = ui.indicator.listed(seen, choice)
known, wanted = ui.ask(seen, "schools"), ui.asked("school")
school = ui.pick(known, wanted) or (ui.pick(known, listed.rows[0].school_name) if listed.rows else None)
missing = school and ui.Missing(ui.say("學校"), wanted, school.name)


def here(**changes):
    return seen.link("indicator", **{"kpi": kpi.kpi, "status": listed.status, "school": wanted} | changes)


def then(name, key):
    return ui.before(seen, name, (key,), **choice.at)


def save(what, of, header, build):
    ui.download("_".join([what, of, ui.words.file_day(seen.on)]), list(map(ui.say, header)), build)


ui.head(seen, f"{ui.say('指標')} · {kpi.label}", ui.indicator.lead(seen, kpi, city), missing=missing)
ui.show(ui.indicator.pick(seen, choice))
ui.show(f"""<section class="two"><div>{ui.parameters.rule(seen, kpi)}{ui.parameters.shown(seen, kpi)}</div>
<div><h2>{ui.say("全市")}</h2>
{ui.indicator.standing(seen, kpi, city, then("indicator_city", "level").get(("city",)))}</div></section>""")
save(ui.say("參數"), kpi.short, ui.parameters.HEADER, lambda: list(ui.parameters.listed(seen, kpi).items()))
if former := ui.redefined.find(seen, kpi):
    ui.show(ui.redefined.head(seen, former))
    left, right = ui.halves()
    with left:
        ui.show(ui.redefined.changes(kpi, former))
    with right:
        ui.show(ui.redefined.schools(kpi, former))
        save(ui.say("數字不同的學校"), kpi.short, ui.redefined.HEADER, lambda: ui.redefined.rows_of(former))
left, right = ui.halves()
with left:
    ui.show(ui.indicator.curve(kpi, city, ui.ask(seen, "indicator_steps", **at), seen))
with right:
    ui.show(ui.indicator.groups(seen, kpi, groups, then("indicator_groups", "group_name")))
    save(ui.say("各組"), kpi.short, ui.indicator.GROUPS, lambda: ui.indicator.table_of_groups(kpi, groups))
left, right = ui.halves()
with left:
    ui.show(ui.indicator.schools(seen, kpi, city, listed, school, here))
    save(ui.say("各校"), kpi.short, ui.indicator.SCHOOLS, lambda: ui.indicator.table_of(seen, choice, listed))
with right:
    if school:
        ui.show(ui.why.shown(seen, kpi, ui.why.behind(seen, kpi, school), here))
        save(ui.say("背後的列"), school.name, ui.why.HEADER, lambda: ui.why.table_of(seen, kpi, school))
with ui.fold(ui.say("計算的查詢（SQL）")):
    ui.indicator.query(seen, kpi)
