"""分組

One group: its schools and indicators, its two figures beside the city's, and what each school still lacks.
"""

from dashboard import ui

FILTERS = {
    "overdue": "✕ 逾期未達",
    "behind": "▼ 落後",
    "on_track": "◐ 進行中",
    "no_data": "? 未填報",
    "met": "✓ 達標",
}

seen = ui.view()
at = {"on": seen.on, "period": seen.period.period}
groups = ui.some(ui.ask(seen, "groups"), "組別")
wanted = ui.asked("group")
group = ui.pick(groups, wanted) or groups[0]
kpis = ui.ask(seen, "kpis", period=seen.period.period)
chosen = ui.asked("kpi", [kpi.kpi for kpi in kpis])
status, late_first = ui.asked("status", FILTERS), ui.asked("sort", ["late"])
totals = ui.ask(seen, "totals", **at)
schools = ui.matrix.grouped(ui.ask(seen, "school_results", **at, group_id=group.group_id, school_id=None))
shown = ui.matrix.filtered(schools, status, chosen, bool(late_first))
deadlines = ui.ask(seen, "deadlines", **at, group_id=group.group_id)
standing = ui.ask(seen, "standing", **at, group_id=group.group_id)[0]


def here(**changes):
    return seen.link(
        "group", **({"group": group.name, "kpi": chosen, "status": status, "sort": late_first} | changes)
    )


def to_school(row):
    return seen.link("school", school=row.school_name, kpi=row.kpi)


lead = ui.findings.standing(standing) + ui.findings.first_sentence(deadlines)
ui.head(seen, f"分組 · {group.name}", lead, missing=ui.Missing("組別", wanted, group.name))
ui.show(ui.parts.pills([(row.name, here(group=row.name, status=None), row is group) for row in groups]))
filters = [
    ("全部", here(status=None), status is None),
    *((text, here(status=code), status == code) for code, text in FILTERS.items()),
]
order = [("依落後、逾期數排序", here(sort=None if late_first else "late"), bool(late_first))]
ui.show(f"""<h2>各校各項</h2><p class="sub">每格：狀態　計數／應達。點一格看原因</p>{ui.parts.pills(filters + order)}
{ui.matrix.by_school(kpis, shown, to_school, chosen) if shown else ui.parts.empty(f"篩選「{FILTERS[status]}」", here(status=None))}
<div style="height:8px"></div>{ui.matrix.sums(kpis, *ui.matrix.split(totals, group.group_id), group.name)}
<h2>各校還差什麼</h2><p class="sub">先逾期，再落後，再未填報</p>
{ui.findings.to_do(schools, {kpi.kpi: kpi for kpi in kpis}, seen.link, seen.year)}""")
