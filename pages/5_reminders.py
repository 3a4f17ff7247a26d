"""催辦

What each school still owes, until when, in words to copy or to send.
"""

from dashboard import ui
from dashboard.ui.base import paper, parts
from dashboard.ui.reminders import messages

SIZE = 40

view = ui.read_view()
wanted = messages.chosen()
schools = messages.owed(view, wanted)
named = ui.asked("school")
school, known = ui.pick(schools, named, "school"), ui.pick(ui.ask(view, ui.rows.School), named)
kept = {
    "kpis": ",".join(wanted.kpis),
    "groups": ",".join(wanted.groups),
    "statuses": ",".join(wanted.statuses),
}


def here(**changes: object) -> str:
    return view.link("reminders", **(kept | changes))


source = ui.say("範本可以改：設定檔旁的 templates/message.txt 與 letter.docx；沒有就用內附的")
missing = None if known else ui.Missing(ui.say("學校"), named, ui.say("所有學校"))
ui.head(view, ui.say("催辦"), messages.lead(schools), parts.hint(source), missing=missing, upright=True)
ui.show(messages.filters(view, wanted, here))
if known and not school:
    ui.show(messages.nothing_owed(known.name))
if schools:
    if school:
        messages.message(view, wanted, school.school)
    page = paper.page(schools, ui.asked("page"), SIZE)
    listed = messages.overview(view, page, here, school.school if school else None, wanted.names)
    ui.show(listed + paper.pager(page, here, ui.say("校")))
    messages.saved(view, wanted, len(schools))
else:
    ui.show(parts.empty(ui.say("依這些選擇，沒有學校有未達項目"), view.link("reminders")))
