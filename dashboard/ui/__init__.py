"""What a page may use: queries, functions that put results on the page, and the pieces of markup.

A page reads as a table of contents: `read_view`, a few `ask`s, `head`, then its sections. Rules of reckoning are
in queries/, rules of writing in `words`, and every piece of markup in the modules of this package.
"""

from dashboard import rows, rules
from dashboard.language import words
from dashboard.language.texts import say
from dashboard.questions import View, ask, ask_each, before, pick, standing
from dashboard.ui.base import figures, parts
from dashboard.ui.base.address import asked, read_view, speak
from dashboard.ui.base.downloads import Build, download, workbook
from dashboard.ui.base.screen import choose, copy, fold, fold_on_demand, halves, show
from dashboard.ui.frame.navigation import pages, sidebar
from dashboard.ui.frame.page import Missing, dress, guard, head, scripts, some

__all__ = [
    "Build",
    "Missing",
    "View",
    "ask",
    "ask_each",
    "asked",
    "before",
    "choose",
    "copy",
    "download",
    "dress",
    "figures",
    "fold",
    "fold_on_demand",
    "guard",
    "halves",
    "head",
    "pages",
    "parts",
    "pick",
    "read_view",
    "rows",
    "rules",
    "say",
    "scripts",
    "show",
    "sidebar",
    "some",
    "speak",
    "standing",
    "words",
    "workbook",
]
