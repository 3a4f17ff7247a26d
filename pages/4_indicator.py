"""指標

One indicator: its rule and parameters, where every school stands, and the rows behind a school's figure.
"""

from dashboard import ui

SIZE = 20

seen = ui.view()
choice = ui.indicator.choose(seen)
kpi, at = choice.kpi, choice.at | {"on": seen.on}
status = ui.asked("status", ui.indicator.SHOWN)
city = ui.ask(seen, "indicator_city", **at)[0]
first = ui.ask(seen, "indicator_schools", **at, status=status, size=1, skip=0)
total = first[0].rows_in_all if first else 0
page = ui.parts.page(ui.asked("page"), total, SIZE)
rows = ui.ask(seen, "indicator_schools", **at, status=status, size=SIZE, skip=(page - 1) * SIZE)
known = ui.ask(seen, "schools")
wanted = ui.asked("school")
school = ui.pick(known, wanted) or (ui.pick(known, rows[0].school_name) if rows else None)


def here(**changes):
    kept = {"kpi": kpi.kpi, "status": status, "school": wanted}
    return seen.link("indicator", **(kept | changes))


def to_group(name):
    return seen.link("group", group=name, kpi=kpi.kpi)


def why():
    mine = {"school_id": school.school_id, "on": seen.on, "period": choice.period.period}
    row = next(row for row in ui.ask(seen, "school_results", **mine, group_id=None) if row.kpi == kpi.kpi)
    units = [unit for unit in ui.ask(seen, "units", **mine) if unit.kpi == kpi.kpi]
    evidence = ui.ask(seen, "evidence", kpi=kpi.kpi, **mine)
    rejects = ui.ask(seen, "school_rejects", school_id=school.school_id)
    return ui.indicator.why(seen, kpi, school, row, units, evidence, rejects)


told = ui.Missing("學校", wanted, school.name) if school else None
ui.head(seen, f"指標 · {kpi.label}", ui.indicator.lead(kpi, city), missing=told)
ui.show(ui.indicator.pick(seen, choice))
steps = ui.ask(seen, "indicator_steps", **at)
ui.show(f"""<section class="two"><div>{ui.indicator.rule(seen, kpi)}{ui.indicator.settings(seen, kpi)}</div>
<div><h2>全市</h2>{ui.indicator.standing(kpi, city, seen.year)}</div></section>
{ui.indicator.SIDE}<div>{ui.indicator.curve(kpi, city, steps, seen)}</div>
<div><h2>各組</h2>{ui.indicator.groups(kpi, ui.ask(seen, "indicator_groups", **at), to_group)}</div></section>""")
nothing = ui.parts.empty("這個篩選目前沒有學校", here(status=None))
listed = ui.indicator.schools(kpi, rows, school and school.name, here, page) if rows else nothing
ui.show(f"""{ui.indicator.SIDE}<div><h2>各校，依缺口</h2>{ui.indicator.filters(city, status, here)}{listed}
{ui.parts.pager(page, total, SIZE, here, "校")}</div><div>{why() if school else ""}</div></section>""")
with ui.fold("計算的查詢（SQL）"):
    ui.indicator.query(seen, kpi)
