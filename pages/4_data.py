"""資料

What was read, what was not taken and how to mend it.
"""

from dashboard import ui

SIZE = 20

seen = ui.view()
tables, inputs = ui.ask(seen, "tables"), ui.ask(seen, "inputs")
severity = ui.asked("severity", ui.records.SEVERITIES) or "rejected"
chosen = {
    "severity": severity,
    "table": ui.asked("table"),
    "reason": ui.asked("reason"),
    "school": ui.asked("school"),
}
counts = ui.ask(seen, "reject_counts", **chosen)
total = ui.records.matching(counts, chosen)
page = ui.records.page(ui.asked("page"), total, SIZE)
rejects = ui.ask(seen, "rejects", **chosen, size=SIZE, skip=(page - 1) * SIZE)


def here(**changes):
    return seen.link("data", **(chosen | changes))


def everything():
    return ui.records.csv_rows(ui.ask(seen, "rejects", **chosen, size=1_000_000, skip=0))


ui.head(seen, "資料", ui.records.lead(tables, inputs), ui.records.origin(seen.facts))
ui.show(
    f"""{ui.records.unreadable(inputs)}<h2>來源</h2><p class="sub">讀入 = 採用 + 重複 + 退回，逐檔相符</p>{ui.records.sources(tables)}"""
)
with ui.fold(f"檔案（{len(inputs)}）"):
    ui.show(ui.records.files(inputs, seen.year))
filters = ui.records.filters(counts, chosen, here)
ui.show(f"""<h2 id="rejects">{ui.records.SEVERITIES[severity]}的 {ui.words.number(total)} 列，怎麼改</h2>
<p class="sub">原文照登；改原始檔後重新讀取即可</p>{filters}
{ui.records.rejected(rejects) if rejects else ui.parts.empty("目前的篩選", seen.link("data", severity=severity))}
{ui.records.pager(page, total, SIZE, here)}""")
if rejects:
    ui.download(
        "下載 CSV",
        ui.records.csv_name(seen.facts.title, severity, seen.on),
        ui.records.CSV_HEADER,
        everything,
    )
