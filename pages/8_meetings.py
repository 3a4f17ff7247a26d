"""會議

What was frozen for a meeting, what was decided there, and what became of it.
"""

from dashboard import ui

seen = ui.view()
board = ui.meetings.read(seen)
ui.head(seen, ui.say("會議"), ui.meetings.lead(board), *ui.meetings.troubles(board))
ui.meetings.freeze(seen)
ui.show(ui.meetings.listed(seen, board))
if board.meeting:
    ui.show(f"<h2>{ui.words.escape(board.meeting.name)}</h2>{ui.meetings.decided(seen, board)}")
    ui.meetings.note(seen, board)
    ui.show(ui.meetings.carried(seen, board) + ui.presenting.packs(seen, board.meeting))
    ui.meetings.change(seen, board)
