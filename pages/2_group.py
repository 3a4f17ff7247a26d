"""分組

One group: its schools, the comparison with other groups, this week's tasks of its lead, its pace, who observed whom.
"""

from dashboard import ui
from dashboard.ui.base import findings, lead, matrix, paper, parts
from dashboard.ui.group import figures, sheets
from dashboard.ui.group import visits as visiting
from dashboard.ui.meetings import presenting

view = ui.read_view()
groups = ui.some(ui.ask(view, ui.rows.Group), ui.say("組別"))
wanted, chosen, trend = ui.asked("group"), ui.asked("kpi"), ui.asked("trend")
group = ui.pick(groups, wanted) or groups[0]
status, sort = ui.asked("status", matrix.FILTERS), ui.asked("sort", matrix.SORTS)


def here(**changes: object) -> str:
    kept = {"group": group.name, "kpi": chosen, "status": status, "sort": sort, "trend": trend}
    return view.link("group", **kept | changes)


def section(period: ui.rows.Period) -> None:
    day, mine = {"on": view.on}, {"period": period.period, "group_id": group.group_id}
    ways = matrix.ways(view, period, here)
    kpis = ui.ask(view, ui.rows.Kpi, period=period.period)
    totals = ui.ask(view, ui.rows.Total, **day, period=period.period)
    marked = chosen if chosen in [kpi.kpi for kpi in kpis] else None
    schools = matrix.grouped(ui.ask(view, ui.rows.SchoolResult, **day, **mine, school_id=None))
    before = ui.before(view, ui.rows.SchoolResult, ("school_id", "kpi"), **mine, school_id=None)
    then = ui.before(view, ui.rows.Total, ("kpi", "level", "group_id"), period=period.period)
    filtered = matrix.filtered(schools, status, marked, sort)
    page = paper.page(list(filtered.items()), ui.asked("page"), matrix.SIZE)
    hint = parts.hint(ui.say("點一格看原因，點欄名看規定，⇅ 依該項缺口排序"))
    title = parts.heading(ui.say("各校各項"), ui.say("每格：狀態　計數／應達。"), hint)
    listed = paper.instead(
        "schools", lambda of: matrix.by_school(kpis, dict(of), ways, marked, sort, before), page, period
    )
    listed = listed or parts.empty(ui.say("這個篩選目前沒有學校"), here(status=None))
    below = paper.pager(page, here, ui.say("校")) + matrix.sums(kpis, totals, group, then)
    flags = matrix.flags_of(view, kpis, filtered, totals, group)
    ui.show(parts.period(view.periods, period) + title + listed + below + flags)
    ui.show(sheets.results(view, period, group, kpis, filtered, before).download())
    known = lead.step_context(view, kpis, mine)
    others = matrix.compared(kpis, totals, group, ways, then, bool(ui.asked("others")))
    week = paper.instead(
        "week", lambda of: lead.this_week(dict(of), known, view.link, view.year), page, period
    )
    ui.show(others + week)
    figures.put(view, period, group, chosen, trend, here)
    if page and (kpi := visiting.measured(kpis)):
        visiting.put(view, period, group, kpi, schools, page, ways, before)


at = {"on": view.on, "group_id": group.group_id}
standing = findings.standing(ui.ask(view, ui.rows.Standing, **at, periods=view.period_ids)[0], view.periods)
first = findings.first_sentence(ui.ask_each(view, ui.rows.Deadline, **at))
missing = ui.Missing(ui.say("組別"), wanted, group.name)
ui.head(view, ui.say("分組 · {name}", name=group.name), ui.words.prose([standing, first]), missing=missing)
ui.show(parts.pills([(row.name, here(group=row.name, status=None), row is group) for row in groups]))
ui.show(matrix.filters(ui.ask_each(view, ui.rows.Kpi), status, chosen, sort, here))
for each in view.periods:
    section(each)
ui.show(presenting.pack(view, group.name))
