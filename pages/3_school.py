"""學校

One school: every indicator with what is still missing, and behind it people, rule and rows not taken; then its plan,
where the programme has one.
"""

from dashboard import ui

seen = ui.view()
schools = ui.some(ui.ask(seen, "schools"), "學校")
wanted = ui.asked("school")
school = ui.pick(schools, wanted) or schools[0]
rejects = ui.ask(seen, "school_rejects", school_id=school.school_id)
refused = sum(row.severity == "rejected" for row in rejects)


def items(period):
    at = {"on": seen.on, "period": period.period, "school_id": school.school_id}
    kpis = ui.ask(seen, "kpis", period=period.period)
    found = ui.ask(seen, "school_results", **at, group_id=None)
    units, steps = ui.ask(seen, "units", **at), ui.ask(seen, "states", **at)
    return ui.school_rows.items(kpis, found, steps, units, rejects, seen.on, seen.year)


found = [(period, items(period)) for period in seen.periods]
every = [item for _, shown in found for item in shown]
lead = ui.findings.school_lead(
    [item.row for item in every],
    {item.kpi.kpi: item.kpi for item in every},
    refused,
    len(rejects) - refused,
    seen.periods,
)
place = ui.school_rows.place(school, seen.link)
ui.head(seen, f"學校 · {school.name}", lead, place, missing=ui.Missing("學校", wanted, school.name))
ui.choose("換學校", [row.name for row in schools], school.name, "school")
for period, shown in found:
    ui.show(ui.parts.period(seen.periods, period) + ui.school_rows.school_rows(shown, ui.asked("kpi")))
for fragment in ui.plan.sections(seen, school):
    ui.show(fragment)
