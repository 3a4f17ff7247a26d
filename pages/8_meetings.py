"""會議

What was frozen for a meeting, what was decided there, and what became of it.
"""

from dashboard import ui

view = ui.read_view()
board = ui.meetings.read(view)
ui.head(view, ui.say("會議"), ui.meetings.lead(board), *ui.meetings.troubles(board))
ui.meetings.freeze(view, board)
ui.show(ui.meetings.listed(view, board))
if board.meeting:
    ui.show(f"<h2>{ui.words.escape(board.meeting.name)}</h2>{ui.meetings.decided(view, board)}")
    ui.meetings.note(view, board)
    ui.show(ui.meetings.carried(view, board) + ui.presenting.packs(view, board.meeting))
    ui.meetings.change(view, board)
