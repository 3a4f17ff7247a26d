"""資料

What was read, what was not taken and how to mend it.
"""

from dashboard import ui

SIZE = 20

seen = ui.view()
tables, inputs = ui.ask(seen, "tables"), ui.ask(seen, "inputs")
severity = ui.asked("severity", ui.records.SEVERITIES) or "rejected"
names = ("table", "reason", "school")
chosen = {
    "severity": severity,
    "fresh": ui.asked("fresh", ("new",)),
    **{name: ui.asked(name) for name in names},
}
counts = ui.ask(seen, "reject_counts", **chosen)
total = ui.records.matching(counts, chosen)
page = ui.parts.page(ui.asked("page"), total, SIZE)
rejects = ui.ask(seen, "rejects", **chosen, size=SIZE, skip=(page - 1) * SIZE)
schools = ui.ask(seen, "notices")
school = ui.pick(ui.ask(seen, "schools"), chosen["school"])
resolved = ui.ask(seen, "resolved_rejects", size=200)


def here(**changes):
    return seen.link("data", **(chosen | changes))


def everything():
    return ui.records.csv_rows(ui.ask(seen, "rejects", **chosen, size=1_000_000, skip=0))


ui.head(seen, "資料", ui.records.lead(tables, inputs), ui.records.origin(seen.facts))
ui.show(ui.freshness.notices(seen) + ui.history.pinned(seen))
ui.freshness.update(seen)
ui.show(f"""{ui.records.unreadable(inputs)}<h2>來源</h2><p class="sub">讀入 = 採用 + 重複 + 退回，逐檔相符</p>
{ui.records.sources(tables)}""")
with ui.fold(f"檔案與工作表（{len(inputs)}）"):
    ui.show(ui.records.files(inputs, seen.year))
with ui.fold("放入檔案"):
    ui.upload(seen)
ui.show(f"""<h2>{ui.records.SEVERITIES[severity]}：{ui.words.number(total)} 列，怎麼改</h2>
<p class="sub">原文照登；改原始檔後重新讀取即可</p>{ui.records.filters(counts, chosen, here)}
{ui.records.rejected(rejects) or ui.parts.empty("目前的篩選沒有符合的列", seen.link("data", severity=severity))}
{ui.parts.pager(page, total, SIZE, here)}""")
if rejects:
    name = ui.records.csv_name(seen.facts.title, severity, seen.on)
    ui.download(name, ui.records.CSV_HEADER, everything)
if school and (told := ui.ask(seen, "school_rejects", school_id=school.school_id)):
    ui.copy(f"通知{school.name}", ui.records.notice_text(school.name, told, seen.facts.built_at))
with ui.fold(f"通知學校（{len(schools)} 校有要改的列）"):
    ui.show(ui.records.notices(schools, chosen["school"], here))
with ui.fold(f"比上次少了的退回列（{len(resolved)}）"):
    ui.show(ui.records.resolved(resolved))
ui.show(f"""<h2>與前一份快照相比</h2>{ui.history.changes(seen)}
<h2>快照</h2>{ui.history.listing(seen)}""")
ui.history.restore(seen)
