"""分組

One group: its schools and indicators, its two figures beside the city's, and what each school still lacks.
"""

from dashboard import ui

SIZE = 60

seen = ui.view()
groups = ui.some(ui.ask(seen, "groups"), "組別")
wanted = ui.asked("group")
group = ui.pick(groups, wanted) or groups[0]
status, late_first = ui.asked("status", ui.matrix.FILTERS), ui.asked("sort", ["late"])
chosen = ui.asked("kpi")


def here(**changes):
    kept = {"group": group.name, "kpi": chosen, "status": status, "sort": late_first}
    return seen.link("group", **(kept | changes))


def to_school(row):
    return seen.link("school", school=row.school_name, kpi=row.kpi)


def section(period):
    at = {"on": seen.on, "period": period.period}
    kpis = ui.ask(seen, "kpis", period=period.period)
    marked = chosen if chosen in [kpi.kpi for kpi in kpis] else None
    totals = ui.ask(seen, "totals", **at)
    schools = ui.matrix.grouped(ui.ask(seen, "school_results", **at, group_id=group.group_id, school_id=None))
    found = ui.matrix.filtered(schools, status, marked, bool(late_first))
    page = ui.parts.page(ui.asked("page"), len(found), SIZE)
    shown = ui.matrix.cut(found, page, SIZE)
    nothing = ui.parts.empty("這個篩選目前沒有學校", here(status=None))
    return f"""{ui.parts.period(seen.periods, period)}<h2>各校各項</h2>
<p class="sub">每格：狀態　計數／應達。點一格看原因</p>
{ui.matrix.by_school(kpis, shown, to_school, marked) or nothing}
{ui.parts.pager(page, len(found), SIZE, here, "校")}
{ui.matrix.sums(kpis, *ui.matrix.split(totals, group.group_id), group.name)}
<h2>各校還差什麼</h2><p class="sub">先逾期，再落後，再未填報</p>
{ui.lead.to_do(shown, {kpi.kpi: kpi for kpi in kpis}, seen.link, seen.year)}"""


at = {"on": seen.on, "group_id": group.group_id}
standing = ui.findings.standing(ui.ask(seen, "standing", **at, periods=seen.shown)[0], seen.periods)
lead = standing + ui.findings.first_sentence(ui.ask_each(seen, "deadlines", **at))
ui.head(seen, f"分組 · {group.name}", lead, missing=ui.Missing("組別", wanted, group.name))
ui.show(ui.parts.pills([(row.name, here(group=row.name, status=None), row is group) for row in groups]))
ui.show(ui.matrix.filters(ui.ask_each(seen, "kpis"), status, chosen, late_first, here))
for each in seen.periods:
    ui.show(section(each))
