"""會議

What was frozen for a meeting, what was decided there, and what became of it.
"""

from dashboard import ui
from dashboard.ui.meetings import board as meetings
from dashboard.ui.meetings import presenting

view = ui.read_view()
board = meetings.read(view)
ui.head(view, ui.say("會議"), meetings.lead(board), *meetings.troubles(board))
meetings.freeze(view, board)
ui.show(meetings.listed(view, board))
if board.meeting:
    ui.show(ui.parts.element("h2", board.meeting.name) + meetings.decided(view, board))
    meetings.note(view, board)
    ui.show(meetings.carried(view, board) + presenting.packs(view, board.meeting))
    meetings.change(view, board)
