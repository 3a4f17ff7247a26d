"""資料

What was read, what was not taken and how to mend it.
"""

from dashboard import ui
from dashboard.ui.base import paper, records
from dashboard.ui.data import figures, history, intake, readings, uploads
from dashboard.ui.frame import freshness
from dashboard.ui.reminders import messages

view = ui.read_view()
tables, inputs = ui.ask(view, ui.rows.SourceTable), ui.ask(view, ui.rows.Input)
unused = ui.ask(view, ui.rows.UnusedColumn)
chosen, chart = records.chosen(), ui.asked("chart", figures.CHARTS)
counts = ui.ask(view, ui.rows.RejectCount, **chosen)
rejects = records.page(view, counts, chosen)
schools, resolved = ui.ask(view, ui.rows.Notice), ui.ask(view, ui.rows.ResolvedReject, size=paper.MOST)
school = ui.pick(ui.ask(view, ui.rows.School), chosen["school"])
times = freshness.of_tables(view, tables)


def here(**changes: object) -> str:
    return view.link("data", **({"chart": chart} | chosen | changes))


def save(what: str, header: list[str], build: ui.Build) -> None:
    ui.show(ui.download(f"{what}_{view.facts.title}_{ui.words.file_day(view.on)}", header, build))


def refused() -> None:
    figures.choose(view, chosen, chart, here)
    ui.show(records.refused(rejects, counts, chosen, here) + paper.pager(rejects, here))
    if rejects:
        save(records.titled(chosen), records.header(), lambda: records.every(view, chosen))
    if school:
        messages.notice(view, school)


missing = None if school else ui.Missing(ui.say("學校"), chosen["school"], ui.say("所有學校"))
ui.head(view, ui.say("資料"), intake.lead(tables, inputs), intake.origin(view.facts), missing=missing)
if school:
    refused()
ui.show(freshness.notices(view) + history.pinned(view))
freshness.update(view)
readings.put(view, inputs, unused)
ui.show(intake.sources(tables, times, view.year))
save(ui.say("來源"), intake.source_header(), lambda: intake.source_rows(tables, times))
with ui.fold(ui.say("檔案與工作表（{count}）", count=len(inputs))):
    ui.show(intake.files(inputs, view.year) + intake.columns(unused))
    save(ui.say("檔案"), intake.file_header(), lambda: intake.file_rows(inputs))
    save(ui.say("沒有用到的欄"), intake.unused_header(), lambda: intake.unused_rows(unused))
with ui.fold(ui.say("放入檔案")):
    uploads.upload(view)
if not school:
    refused()
with ui.fold(ui.say("通知學校（{n} 校有要改的列）", n=len(schools))):
    ui.show(records.notices(schools, chosen["school"], here, ui.asked("schools")))
    save(ui.say("各校要改的列"), records.notice_header(), lambda: records.notice_rows(schools))
with ui.fold(ui.say("比上次少了的退回列（{count}）", count=len(resolved))):
    ui.show(records.resolved(resolved))
    save(ui.say("已解決的列"), records.resolved_header(), lambda: records.resolved_rows(resolved))
history.write_section(view)
