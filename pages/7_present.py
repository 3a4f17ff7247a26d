"""簡報

Nothing but the slides of a meeting, of what is chosen: the city, each indicator, each group, what needs a decision.
"""

from dashboard import ui
from dashboard.ui.meetings import presenting

presenting.show(ui.read_view())
