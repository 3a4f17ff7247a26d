"""資料

What was read, what was not taken and how to mend it.
"""

from dashboard import ui
from dashboard.ui.base import paper, records
from dashboard.ui.data import figures, history, intake, mending, readings, uploads
from dashboard.ui.frame import freshness
from dashboard.ui.reminders import messages

view = ui.read_view()
tables, inputs = ui.ask(view, ui.rows.SourceTable), ui.ask(view, ui.rows.Input)
chosen, chart = records.chosen(), ui.asked("chart", figures.CHARTS)
unused, counts = ui.ask(view, ui.rows.UnusedColumn), ui.ask(view, ui.rows.RejectCount, **chosen)
rejects = records.page(view, counts, chosen)
schools, resolved = ui.ask(view, ui.rows.Notice), ui.ask(view, ui.rows.ResolvedReject, size=paper.MOST)
school = ui.pick(ui.ask(view, ui.rows.School), chosen["school"])


def here(**changes: object) -> str:
    return view.link("data", **({"chart": chart} | chosen | changes))


def named(what: str) -> str:
    return f"{what}_{view.facts.title}_{ui.words.file_day(view.on)}"


def refused() -> None:
    figures.choose(view, chosen, chart, here)
    ui.show(records.refused(rejects, counts, chosen, here) + paper.pager(rejects, here))
    if rejects:
        ui.show(records.every(view, chosen).download(named(records.titled(chosen))))
    if school:
        messages.notice(view, school)


sources = intake.source_table(tables, freshness.of_tables(view, tables), view.year)
files, columns = intake.files(inputs, view.year), intake.unused_columns(unused)
notices = paper.page(schools, ui.asked("schools"), mending.NOTIFIED)
notified, mended = mending.notified(notices, chosen["school"], here), mending.resolved(resolved)
missing = None if school else ui.Missing(ui.say("學校"), chosen["school"], ui.say("所有學校"))
ui.head(view, ui.say("資料"), intake.lead(tables, inputs), intake.origin(view.facts), missing=missing)
if school:
    refused()
ui.show(freshness.notices(view) + history.pinned(view))
freshness.update(view)
readings.put(view, inputs, unused)
ui.show(intake.sources(tables, sources))
ui.show(sources.download(named(ui.say("來源"))))
with ui.fold(ui.say("檔案與工作表（{count}）", count=len(inputs))):
    ui.show(files.html() + intake.columns(unused, columns))
    ui.show(files.download(named(ui.say("檔案"))))
    ui.show(columns.download(named(ui.say("沒有用到的欄"))))
with ui.fold(ui.say("放入檔案")):
    uploads.upload(view)
if not school:
    refused()
with ui.fold(ui.say("通知學校（{n} 校有要改的列）", n=len(schools))):
    ui.show(mending.some(notified) + mending.pager(notices, here))
    ui.show(notified.download(named(ui.say("各校要改的列"))))
with ui.fold(ui.say("比上次少了的退回列（{count}）", count=len(resolved))):
    ui.show(mending.some(mended))
    ui.show(mended.download(named(ui.say("已解決的列"))))
history.write_section(view)
