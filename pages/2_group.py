"""分組

One group: its schools and indicators, its two figures beside the city's, and what each school still lacks.
"""

from dashboard import ui

SIZE = 60

seen = ui.view()
at = {"on": seen.on, "period": seen.period.period}
groups = ui.some(ui.ask(seen, "groups"), "組別")
wanted = ui.asked("group")
group = ui.pick(groups, wanted) or groups[0]
kpis = ui.ask(seen, "kpis", period=seen.period.period)
chosen = ui.asked("kpi", [kpi.kpi for kpi in kpis])
status, late_first = ui.asked("status", ui.matrix.FILTERS), ui.asked("sort", ["late"])
totals = ui.ask(seen, "totals", **at)
schools = ui.matrix.grouped(ui.ask(seen, "school_results", **at, group_id=group.group_id, school_id=None))
found = ui.matrix.filtered(schools, status, chosen, bool(late_first))
page = ui.parts.page(ui.asked("page"), len(found), SIZE)
shown = ui.matrix.cut(found, page, SIZE)
deadlines = ui.ask(seen, "deadlines", **at, group_id=group.group_id)
standing = ui.ask(seen, "standing", **at, group_id=group.group_id)[0]


def here(**changes):
    kept = {"group": group.name, "kpi": chosen, "status": status, "sort": late_first}
    return seen.link("group", **(kept | changes))


def to_school(row):
    return seen.link("school", school=row.school_name, kpi=row.kpi)


lead = ui.findings.standing(standing) + ui.findings.first_sentence(deadlines)
ui.head(seen, f"分組 · {group.name}", lead, missing=ui.Missing("組別", wanted, group.name))
ui.show(ui.parts.pills([(row.name, here(group=row.name, status=None), row is group) for row in groups]))
nothing = ui.parts.empty("這個篩選目前沒有學校", here(status=None))
ui.show(f"""<h2>各校各項</h2><p class="sub">每格：狀態　計數／應達。點一格看原因</p>
{ui.matrix.filters(kpis, status, chosen, late_first, here)}
{ui.matrix.by_school(kpis, shown, to_school, chosen) or nothing}
{ui.parts.pager(page, len(found), SIZE, here, "校")}
{ui.matrix.sums(kpis, *ui.matrix.split(totals, group.group_id), group.name)}
<h2>各校還差什麼</h2><p class="sub">先逾期，再落後，再未填報</p>
{ui.findings.to_do(shown, {kpi.kpi: kpi for kpi in kpis}, seen.link, seen.year)}""")
