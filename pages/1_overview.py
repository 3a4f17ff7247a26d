"""總覽

The whole programme on one page: each indicator, what needs attention first, and which group lacks what.
"""

from dashboard import ui

CELLS = (
    "每格：✕ 逾期　▼ 落後　? 未填報的校數　達標／應評校數　合計完成率。"
    "底色：四分之一以上的學校落後或逾期。點一格看該組該項"
)

seen = ui.view()


def to_group(row):
    return seen.link("group", group=row.group_name, kpi=row.kpi)


def section(period):
    at = {"on": seen.on, "period": period.period}
    kpis = ui.ask(seen, "kpis", period=period.period)
    totals = ui.ask(seen, "totals", **at)
    findings = ui.ask(seen, "attention", **at)
    deadlines = ui.ask(seen, "deadlines", **at, group_id=None)
    cities = {row.kpi: row for row in totals if row.level == "city"}
    return f"""{ui.parts.period(seen.periods, period)}<div class="stack">{ui.cards.tiles(kpis, cities, seen.year)}
<section class="two first"><div><h2>需要注意</h2><p class="sub">依期限與缺口；點藍字看原因</p>
{ui.findings.attention(findings, seen.link, seen.year)}</div>
<div><h2>各項期限</h2><p class="sub">過了期限仍未達標即列「逾期未達」</p>
{ui.findings.coming(deadlines, seen.year)}</div></section>
<section><h2>哪一組、哪一項</h2><p class="sub">{CELLS}</p>
{ui.matrix.by_group(kpis, totals, to_group)}</section></div>"""


at = {"on": seen.on, "group_id": None}
lead = ui.findings.first_sentence(ui.ask_each(seen, "deadlines", **at))
standing = ui.ask(seen, "standing", **at, periods=seen.shown)[0]
ui.head(seen, "總覽", lead + ui.findings.standing(standing, seen.periods))
for each in seen.periods:
    ui.show(section(each))
