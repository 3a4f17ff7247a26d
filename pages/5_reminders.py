"""催辦

What each school still owes, until when, in words to copy or to send.
"""

from dashboard import ui

SIZE = 40

seen = ui.view()
wanted = ui.reminders.chosen()
found = ui.reminders.owed(seen, wanted)
school = ui.pick(found, ui.asked("school"), "school")
kept = {
    "kpis": ",".join(wanted.kpis),
    "groups": ",".join(wanted.groups),
    "statuses": ",".join(wanted.statuses),
}


def here(**changes):
    return seen.link("reminders", **({**kept, "names": "1" if wanted.names else None} | changes))


items = sum(len(one.items) for one in found)
lead = f"<b>{ui.words.number(len(found))} 校共 {ui.words.number(items)} 項未達</b>，依下面的選擇。"
ui.head(seen, "催辦", lead, "範本可以改：設定檔旁的 templates/message.txt 與 letter.docx；沒有就用內附的")
ui.show(ui.reminders.filters(seen, wanted, here))
if found:
    if school:
        ui.reminders.message(seen, school, wanted.names)
    ui.reminders.downloads(seen, found, wanted.names)
    page = ui.parts.page(ui.asked("page"), len(found), SIZE)
    shown = found[(page - 1) * SIZE : page * SIZE]
    ui.show(f"""{ui.reminders.overview(shown, here, school and school.school)}
{ui.parts.pager(page, len(found), SIZE, here, "校")}""")
else:
    ui.show(ui.parts.empty("依這些選擇，沒有學校有未達項目", seen.link("reminders")))
