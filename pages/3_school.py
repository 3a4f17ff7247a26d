"""學校

One school: every indicator with what is still missing, and behind it people, rule and rows not taken.
"""

from dashboard import ui

seen = ui.view()
at = {"on": seen.on, "period": seen.period.period}
schools = ui.some(ui.ask(seen, "schools"), "學校")
wanted = ui.asked("school")
school = ui.pick(schools, wanted) or schools[0]
kpis = ui.ask(seen, "kpis", period=seen.period.period)
found = ui.ask(seen, "school_results", **at, group_id=None, school_id=school.school_id)
units = ui.ask(seen, "units", **at, school_id=school.school_id)
steps = ui.ask(seen, "states", **at, school_id=school.school_id)
rejects = ui.ask(seen, "school_rejects", school_id=school.school_id)
refused = sum(row.severity == "rejected" for row in rejects)

lead = ui.findings.school_lead(found, {kpi.kpi: kpi for kpi in kpis}, refused, len(rejects) - refused)
place = ui.school_rows.place(school, seen.link)
ui.head(seen, f"學校 · {school.name}", lead, place, missing=ui.Missing("學校", wanted, school.name))
ui.choose("換學校", [row.name for row in schools], school.name, "school")
items = ui.school_rows.items(kpis, found, steps, units, rejects, seen.on, seen.year)
ui.show(ui.school_rows.school_rows(items, ui.asked("kpi")))
