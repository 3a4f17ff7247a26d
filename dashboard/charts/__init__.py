"""Figures: a pandas frame in, a plotly figure out.

Pure: the package knows neither Streamlit nor words, and imports nothing of the product. Texts are passed in the viewer's
language and escaped, because plotly reads markup in them.

Each mark carries `customdata`: its hover text, the address that a click leads to (or empty), and its figure as
`language.figure.stated` writes it, so that a test reads the values from the figure in the page.
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
