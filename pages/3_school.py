"""學校

One school: every indicator with what is still missing, and behind it people, rule and rows not taken; then its plan,
where the programme has one.
"""

from dashboard import ui
from dashboard.ui.base import findings, parts, records
from dashboard.ui.base import lead as steps
from dashboard.ui.school import figures as pictures
from dashboard.ui.school import items as school_items
from dashboard.ui.school import places, plan, tables
from dashboard.ui.school import rows as school_rows

view = ui.read_view()
schools = ui.some(ui.ask(view, ui.rows.School), ui.say("學校"))
wanted = ui.asked("school")
school = ui.pick(schools, wanted) or schools[0]
rejects = ui.ask(view, ui.rows.SchoolReject, school_id=school.school_id, on=view.on)
asked = {name: ui.asked(name, offered) for name, offered in school_items.ASKED.items()}


def here(**changes: object) -> str:
    return view.link("school", **{"school": school.name, **asked, **changes})


def items(period: ui.rows.Period) -> list[school_items.Item]:
    mine = {"period": period.period, "school_id": school.school_id}
    return school_items.items(
        view,
        ui.ask(view, ui.rows.Kpi, period=period.period),
        ui.ask(view, ui.rows.SchoolResult, on=view.on, group_id=None, **mine),
        then=ui.before(view, ui.rows.SchoolResult, ("kpi",), group_id=None, **mine),
        steps=ui.ask(view, ui.rows.State, on=view.on, **mine),
        units=ui.ask(view, ui.rows.Unit, on=view.on, kpi=asked["kpi"], **mine) if asked["kpi"] else [],
        rejects=rejects,
        possible=ui.ask(view, ui.rows.SchoolBound, on=view.on, **mine),
        to_send=steps.to_send(view, period.period, school.group_id),
        causes=ui.ask(view, ui.rows.SchoolFlag, on=view.on, school_id=school.school_id),
    )


by_period = [(period, items(period)) for period in view.periods]
every = [item for _, listed in by_period for item in listed]
kpis = {item.kpi.kpi: item.kpi for item in every}
lead = findings.school_lead(view, school.name, [item.row for item in every], kpis, rejects)
opened = school_items.opened(every, asked["kpi"], asked["open"])
title, place = ui.say("學校 · {name}", name=school.name), school_rows.place(school, view.link)
missing = ui.Missing(ui.say("學校"), wanted, school.name)
ui.head(view, title, lead, place, missing=missing, upright=not plan.is_there(view))
ui.choose(ui.say("換學校"), [row.name for row in schools], school.name, "school")
places.show(view, school, [item.kpi for item in every], asked["place"], here)
for period, listed in by_period:
    rows, after = school_rows.school_rows(listed, opened, here)
    ui.show(parts.period(view.periods, period) + rows)
    if opened in listed:
        pictures.show_opened(opened)
        ui.show(after)
ui.show(school_rows.foot() + records.other_rejects(rejects, {kpi.table_name for kpi in kpis.values()}))
plan.show(view, school, plan.drawn(asked, opened), here)
with ui.fold(ui.say("下載這所學校的表")):
    for file in tables.files(view, school, by_period, rejects):
        ui.show(file)
