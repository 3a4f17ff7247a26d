"""資料

What was read, what was not taken and how to mend it.
"""

from dashboard import ui

view = ui.read_view()
tables, inputs, unused = (ui.ask(view, name) for name in ("tables", "inputs", "unused_columns"))
chosen, chart = ui.records.chosen(), ui.asked("chart", ui.data_figures.CHARTS)
counts = ui.ask(view, "reject_counts", **chosen)
rejects = ui.records.page(view, counts, chosen)
schools, resolved = ui.ask(view, "notices"), ui.ask(view, "resolved_rejects", size=ui.paper.MOST)
school = ui.pick(ui.ask(view, "schools"), chosen["school"])
times = ui.freshness.of_tables(view, tables)


def here(**changes):
    return view.link("data", **({"chart": chart} | chosen | changes))


def save(what, header, build):
    ui.show(ui.download(f"{what}_{view.facts.title}_{ui.words.file_day(view.on)}", header, build))


def refused():
    ui.data_figures.choose(view, chosen, chart, here)
    ui.show(ui.records.refused(rejects, counts, chosen, here) + ui.paper.pager(rejects, here))
    if rejects:
        save(ui.records.titled(chosen), ui.records.header(), lambda: ui.records.every(view, chosen))
    if school:
        ui.reminders.notice(view, school)


missing = None if school else ui.Missing(ui.say("學校"), chosen["school"], ui.say("所有學校"))
ui.head(view, ui.say("資料"), ui.intake.lead(tables, inputs), ui.intake.origin(view.facts), missing=missing)
if school:
    refused()
ui.show(ui.freshness.notices(view) + ui.history.pinned(view))
ui.freshness.update(view)
ui.readings.put(view, inputs, unused)
ui.show(ui.intake.sources(tables, times, view.year))
save(ui.say("來源"), ui.intake.source_header(), lambda: ui.intake.source_rows(tables, times))
with ui.fold(ui.say("檔案與工作表（{count}）", count=len(inputs))):
    ui.show(ui.intake.files(inputs, view.year) + ui.intake.columns(unused))
    save(ui.say("檔案"), ui.intake.file_header(), lambda: ui.intake.file_rows(inputs))
    save(ui.say("沒有用到的欄"), ui.intake.unused_header(), lambda: ui.intake.unused_rows(unused))
with ui.fold(ui.say("放入檔案")):
    ui.upload(view)
if not school:
    refused()
with ui.fold(ui.say("通知學校（{n} 校有要改的列）", n=len(schools))):
    ui.show(ui.records.notices(schools, chosen["school"], here, ui.asked("schools")))
    save(ui.say("各校要改的列"), ui.records.notice_header(), lambda: ui.records.notice_rows(schools))
with ui.fold(ui.say("比上次少了的退回列（{count}）", count=len(resolved))):
    ui.show(ui.records.resolved(resolved))
    save(ui.say("已解決的列"), ui.records.resolved_header(), lambda: ui.records.resolved_rows(resolved))
ui.history.write_section(view)
