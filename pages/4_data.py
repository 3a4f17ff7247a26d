"""資料

What was read, what was not taken and how to mend it.
"""

from dashboard import ui

SIZE = 20

seen = ui.view()
tables, inputs = ui.ask(seen, "tables"), ui.ask(seen, "inputs")
severity = ui.asked("severity", ui.records.SEVERITIES) or "rejected"
chosen = {"severity": severity, **{name: ui.asked(name) for name in ("table", "reason", "school")}}
counts = ui.ask(seen, "reject_counts", **chosen)
total = ui.records.matching(counts, chosen)
page = ui.parts.page(ui.asked("page"), total, SIZE)
rejects = ui.ask(seen, "rejects", **chosen, size=SIZE, skip=(page - 1) * SIZE)


def here(**changes):
    return seen.link("data", **(chosen | changes))


def everything():
    return ui.records.csv_rows(ui.ask(seen, "rejects", **chosen, size=1_000_000, skip=0))


ui.head(seen, "資料", ui.records.lead(tables, inputs), ui.records.origin(seen.facts))
ui.show(f"""{ui.records.unreadable(inputs)}<h2>來源</h2><p class="sub">讀入 = 採用 + 重複 + 退回，逐檔相符</p>
{ui.records.sources(tables)}""")
with ui.fold(f"檔案（{len(inputs)}）"):
    ui.show(ui.records.files(inputs, seen.year))
nothing = ui.parts.empty("目前的篩選沒有符合的列", seen.link("data", severity=severity))
ui.show(f"""<h2>{ui.records.SEVERITIES[severity]}：{ui.words.number(total)} 列，怎麼改</h2>
<p class="sub">原文照登；改原始檔後重新讀取即可</p>{ui.records.filters(counts, chosen, here)}
{ui.records.rejected(rejects) or nothing}
{ui.parts.pager(page, total, SIZE, here)}""")
if rejects:
    name = ui.records.csv_name(seen.facts.title, severity, seen.on)
    ui.download("下載 CSV", name, ui.records.CSV_HEADER, everything)
