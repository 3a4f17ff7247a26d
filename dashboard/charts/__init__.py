"""Figures: a pandas frame in, a plotly figure out.

Pure: it knows neither Streamlit nor words, and imports nothing of ours. Texts come in the viewer's language and escaped,
because plotly reads markup in them.

Each mark carries `customdata`: what hovering says, where a click leads (an address, or empty), and its figure as
`words.stated` has it, so that a test reads the values from the figure in the page.
"""

import plotly.graph_objects as go

from dashboard.charts.bars import BARS, Lane, bars, columns, lanes
from dashboard.charts.curves import LINES, Area, areas, curves
from dashboard.charts.look import FILLS, LINE, MARKS, RECOLOUR, SHADES, TEMPLATE, Day, Mark, apart
from dashboard.charts.strips import places, strip
from dashboard.charts.weeks import calendar, pulses

Figure = go.Figure

__all__ = [
    "BARS", "FILLS", "LINE", "LINES", "MARKS", "RECOLOUR", "SHADES", "TEMPLATE", "Area", "Day", "Figure", "Lane", "Mark",
    "apart", "areas", "bars", "calendar", "columns", "curves", "lanes", "places", "pulses", "strip",
]  # fmt: skip
