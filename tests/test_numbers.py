"""Every figure on every page is that of `kpi results`, for its scope and its day: the pages are listed, and so are their addresses.

A page states each figure it shows in an attribute of the element (see `language.figure.stated`); here they are all read, wherever they
stand, with the changes since a day to compare with.
"""

import datetime as dt
from types import SimpleNamespace

import pytest

from dashboard import access, warehouse
from tests.pages import PAGES, figures_of, open_page
from tests.running import stated_and_own

DAYS = [dt.date(2022, 11, 25), dt.date(2022, 10, 31), dt.date(2023, 2, 1)]
THEN = dt.date(2022, 9, 30)
PROGRAMME = "keelung-111"


def results(place, on, programme=PROGRAMME):
    """`kpi results` of every level, by indicator, level, group and school."""
    names, found = warehouse.rows(
        warehouse.current(place, programme),
        "kpi_results",
        access.bureau(),
        on=on,
        level=None,
        kpi=None,
        period=None,
    )
    rows = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in found]
    return {
        (row.period, row.kpi, row.level, row.group * (row.level == "group"), row.school): row for row in rows
    }


def addresses(page, place):
    """Every view of a page that shows other figures than the page alone."""
    snapshot = warehouse.current(place, PROGRAMME)

    def listed(query, column, **parameters):
        names, found = warehouse.rows(snapshot, query, access.bureau(), **parameters)
        return [row[names.index(column)] for row in found]

    kpis = listed("kpis", "kpi", period="111")
    return {
        "group": [{"group": name} for name in listed("groups", "name")],
        "school": [{"school": name} for name in listed("schools", "name")],
        "indicator": [{"kpi": kpi} for kpi in kpis] + [{"kpi": kpi, "school": "七堵國小"} for kpi in kpis],
        "reminders": [{}, {"statuses": "on_track"}],
    }.get(page, [{}])


def disagreeing(figures, now, then):
    """The figures that are not those of their row, and the changes that are not those since their row of that day."""
    wrong = []
    for figure in figures:
        key = (figure.get("period") or "111", figure["kpi"], figure["level"],
               figure["group"] * (figure["level"] == "group"), figure["school"])  # fmt: skip
        row = now.get(key)
        stated, own = stated_and_own(figure, row) if row else (None, figure)
        if stated != own:
            wrong.append((key, stated, own))
    return wrong


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize("page", PAGES)
def test_every_figure_of_every_view_is_that_of_its_row(served, page, on):
    now = results(served, on)
    views = addresses(page, served)
    for view in views if on == DAYS[0] else views[::7]:
        app = open_page(page, on=on.isoformat(), **view)
        figures = figures_of(app)
        assert disagreeing(figures, now, {}) == [], view
        assert figures or page not in ("overview", "group", "school", "indicator"), view
