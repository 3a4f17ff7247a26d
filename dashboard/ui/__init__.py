"""What a page may use: ask for rows, show them, and the pieces both are made of.

A page reads as a table of contents: `view`, a few `ask`s, `head`, then what it shows. Rules of reckoning are
in queries/, rules of writing in `words`, and every piece of markup in the modules beside it.
"""

from dashboard.ui import (
    cards,
    downloads,
    findings,
    freshness,
    glossary,
    history,
    indicator,
    intake,
    lead,
    matrix,
    parameters,
    parts,
    plan,
    records,
    redefined,
    reminders,
    school_rows,
    school_tables,
    visits,
    why,
    words,
)
from dashboard.ui.address import View, ask, ask_each, asked, before, pick, speak, standing, view
from dashboard.ui.frame import Missing, choose, copy, download, dress, fold, guard, head, scripts, some
from dashboard.ui.navigation import pages, sidebar
from dashboard.ui.screen import halves, show
from dashboard.ui.texts import say
from dashboard.ui.uploads import upload

__all__ = [
    "Missing",
    "View",
    "ask",
    "ask_each",
    "asked",
    "before",
    "cards",
    "choose",
    "copy",
    "download",
    "downloads",
    "dress",
    "findings",
    "fold",
    "freshness",
    "glossary",
    "guard",
    "halves",
    "head",
    "history",
    "indicator",
    "intake",
    "lead",
    "matrix",
    "pages",
    "parameters",
    "parts",
    "pick",
    "plan",
    "records",
    "redefined",
    "reminders",
    "say",
    "school_rows",
    "school_tables",
    "scripts",
    "show",
    "sidebar",
    "some",
    "speak",
    "standing",
    "upload",
    "view",
    "visits",
    "why",
    "words",
]
