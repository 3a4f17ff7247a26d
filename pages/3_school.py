"""學校

One school: every indicator with what is still missing, and behind it people, rule and rows not taken; then its plan,
where the programme has one.
"""

from dashboard import ui

seen = ui.view()
schools = ui.some(ui.ask(seen, "schools"), ui.say("學校"))
wanted = ui.asked("school")
school = ui.pick(schools, wanted) or schools[0]
rejects = ui.ask(seen, "school_rejects", school_id=school.school_id)


def items(period):
    mine = {"period": period.period, "school_id": school.school_id}
    return ui.school_rows.items(
        seen,
        ui.ask(seen, "kpis", period=period.period),
        ui.ask(seen, "school_results", on=seen.on, group_id=None, **mine),
        then=ui.before(seen, "school_results", ("kpi",), group_id=None, **mine),
        steps=ui.ask(seen, "states", on=seen.on, **mine),
        units=ui.ask(seen, "units", on=seen.on, **mine),
        rejects=rejects,
        possible=ui.ask(seen, "school_bounds", **mine),
        to_send=ui.lead.to_send(seen, period.period, school.group_id),
    )


found = [(period, items(period)) for period in seen.periods]
every = [item for _, shown in found for item in shown]
kpis = {item.kpi.kpi: item.kpi for item in every}
lead = ui.findings.school_lead(seen, school.name, [item.row for item in every], kpis, rejects)
place = ui.school_rows.place(school, seen.link)
told = ui.Missing(ui.say("學校"), wanted, school.name)
ui.head(seen, ui.say("學校 · {name}", name=school.name), lead, place, missing=told)
ui.choose(ui.say("換學校"), [row.name for row in schools], school.name, "school")
for period, shown in found:
    ui.show(ui.parts.period(seen.periods, period) + ui.school_rows.school_rows(shown, ui.asked("kpi")))
ui.show(ui.school_rows.foot() + ui.records.other_rejects(rejects, {kpi.table_name for kpi in kpis.values()}))
for fragment in ui.plan.sections(seen, school):
    ui.show(fragment)
with ui.fold(ui.say("下載這所學校的表")):
    for what, header, build in ui.school_tables.tables(seen, school, found, rejects):
        ui.download(f"{what}_{school.name}_{ui.words.file_day(seen.on)}", header, build)
