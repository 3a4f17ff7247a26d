"""催辦

What each school still owes, until when, in words to copy or to send.
"""

from dashboard import ui

SIZE = 40

view = ui.read_view()
wanted = ui.reminders.chosen()
schools = ui.reminders.owed(view, wanted)
named = ui.asked("school")
school, known = ui.pick(schools, named, "school"), ui.pick(ui.ask(view, "schools"), named)
kept = {
    "kpis": ",".join(wanted.kpis),
    "groups": ",".join(wanted.groups),
    "statuses": ",".join(wanted.statuses),
}


def here(**changes):
    return view.link("reminders", **(kept | changes))


source = ui.say("範本可以改：設定檔旁的 templates/message.txt 與 letter.docx；沒有就用內附的")
missing = None if known else ui.Missing(ui.say("學校"), named, ui.say("所有學校"))
ui.head(
    view, ui.say("催辦"), ui.reminders.lead(schools), ui.parts.hint(source), missing=missing, upright=True
)
ui.show(ui.reminders.filters(view, wanted, here))
if known and not school:
    ui.show(ui.reminders.nothing_owed(known.name))
if schools:
    if school:
        ui.reminders.message(view, wanted, school.school)
    page = ui.paper.page(schools, ui.asked("page"), SIZE)
    ui.show(f"""{ui.reminders.overview(view, page, here, school and school.school, wanted.names)}
{ui.paper.pager(page, here, ui.say("校"))}""")
    ui.reminders.saved(view, wanted, len(schools))
else:
    ui.show(ui.parts.empty(ui.say("依這些選擇，沒有學校有未達項目"), view.link("reminders")))
