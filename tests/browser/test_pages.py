"""Each page of the running product in a browser: its figures are those of `kpi results`, at every width.

A page states each figure it shows in an attribute of the element that shows it (`data-figure`), so
that the figures can be compared without knowing how the page is laid out.
"""

import socket
import subprocess
import sys

import pytest

from tests.browser.conftest import WIDTHS, tabs
from tests.browser.views import OVERFLOW, PATHS, SPILLS

OTHER_DAY = "2022-10-31"
DAYS = {"the sample's day": None, OTHER_DAY: OTHER_DAY}
STATED = {
    "counted": "counted",
    "base": "base",
    "required": "required",
    "status": "status",
    "met": "schools_met",
    "judged": "schools_judged",
    "flags": "flags",
}


def key_of(figure):
    """The row of `kpi results` that a figure on a page stands for."""
    level = figure["level"]
    group = figure.get("group", "") if level == "group" else ""
    school = figure.get("school", "") if level == "school" else ""
    return figure["kpi"], level, group, school


def by_key(rows):
    """`kpi results` by what a page's figure says of itself: a school's row is found without its group."""
    return {
        (kpi, level, group * (level == "group"), school): row
        for (kpi, level, group, school), row in rows.items()
    }


def says(figure, row):
    """Whether the text that is read gives the figure of `row`, and not only the attributes."""
    text = figure["text"].replace(",", "")
    if row["status"] == "no_data" and not row["counted"]:
        return "?" in text or "未填報" in text
    if row["schools_no_data"] in {"", "0"} and "未填報" in text:
        return False
    judged = row["schools_judged"] and f"{row['schools_met']}/{row['schools_judged']}"
    return any(part and part in text for part in (row["counted"], judged)) or row["status"] == "exempt"


def check_figures(view, rows, required):
    """Every figure on the page is that of its row, and those of `required` are there to be seen."""
    rows, seen, wrong = by_key(rows), set(), []
    for figure in view.figures():
        key = key_of(figure)
        row = rows.get(key)
        if row is None:
            wrong.append(f"{key}: no such row")
            continue
        if figure["visible"]:
            seen.add(key)
        stated = {name: figure.get(name) for name in STATED}
        expected = {name: row[column] for name, column in STATED.items()}
        if stated != expected:
            wrong.append(f"{key}: {stated} instead of {expected}")
        elif not says(figure, row):
            wrong.append(f"{key}: the text {figure['text']!r} does not give {expected}")
    assert not wrong, f"{view.page.url}\n" + "\n".join(wrong[:20])
    missing = sorted(set(required) - seen)
    assert not missing, f"{view.page.url}: {len(missing)} figures are not shown, such as {missing[:5]}"


def names(rows, position):
    """The indicators (0), groups (2) or schools (3) of `rows`, each once, in their order."""
    return list(dict.fromkeys(key[position] for key in rows if key[position]))


@pytest.fixture(scope="module")
def results(product):
    """`kpi results` of each day that is looked at."""
    return {day: product.results(day) for day in DAYS.values()}


@pytest.fixture(scope="module", params=["1440", "390"])
def tab(request, windows, product):
    """A tab of a width that goes from page to page."""
    with tabs(windows, product) as look:
        yield request.param, look(request.param)


@pytest.mark.parametrize("path", PATHS)
def test_each_page_stands_at_each_width(tab, path, results):
    """At the first width it is opened, as from a bookmark, and then made wider; at the other it is gone to."""
    width, view = tab
    # The first address is the overview too: gone to from there it would say nothing new.
    came = view.open(path) if width == "1440" or path in PATHS[:2] else view.go(path)
    assert came.page.locator('[data-testid="stException"]').count() == 0, came.text()
    assert came.page.evaluate(OVERFLOW) == []
    assert came.page.evaluate(SPILLS) == []
    assert came.page.evaluate("() => document.documentElement.lang").startswith("zh")
    assert came.hosts <= {"127.0.0.1", "localhost"}
    if width == "1440":
        text = came.text()
        assert "111/11/25" in text and "示範資料" in text, "which day it shows, and that it is a sample"
    if width == "390":
        check_figures(came, results[None], [])
    assert came.serious() == []
    if width == "1440":
        came.resize(*WIDTHS["1920"])
        assert came.page.evaluate(OVERFLOW) == []
        assert came.page.evaluate(SPILLS) == []
        came.resize(*WIDTHS[width])
    assert came.errors == []


def test_the_first_page_stands_where_it_is_opened_in_a_wide_window(look):
    view = look("1920").open()
    assert view.page.evaluate(OVERFLOW) == view.page.evaluate(SPILLS) == view.errors == []


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
@pytest.mark.parametrize("path", ["", "overview"])
def test_the_overview_shows_each_indicator_of_the_city_and_of_each_group(kept, results, path, day):
    rows = results[day]
    view = kept(path, **({"on": day} if day else {}))
    check_figures(view, rows, [key for key in rows if key[1] in {"city", "group"}])


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_the_page_of_each_group_shows_each_of_its_schools_and_indicators(kept, results, day):
    rows, view = results[day], kept("help")
    for group in names(rows, 2):
        view.go("group", group=group, **({"on": day} if day else {}))
        check_figures(
            view, rows, [(k, level, "", school) for k, level, g, school in rows if g == group and school]
        )


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_the_page_of_each_school_shows_each_of_its_indicators(kept, results, day):
    rows, view = results[day], kept("help")
    schools = names(rows, 3)
    for school in schools if day is None else schools[::7]:
        view.go("school", school=school, **({"on": day} if day else {}))
        check_figures(view, rows, [(kpi, "school", "", school) for kpi in names(rows, 0)])
    assert view.page.locator(".kr svg path").count() > 0, "the small curves of the rows"


def test_the_product_answers_on_the_loopback_address_alone(product):
    elsewhere = {"127.0.0.2"}  # on Linux this machine too: a server bound to every address answers here
    elsewhere |= {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in elsewhere - {"127.0.0.1"}:
        with socket.socket() as probe:
            probe.settimeout(5)
            assert probe.connect_ex((address, product.port)) != 0, f"it answers on {address} as well"


def test_the_witness_notes_what_a_process_asks_of_another_machine(product, tmp_path):
    notes = tmp_path / "notes.txt"
    connect = "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.connect_ex(('192.0.2.1', 9))"
    environment = {**product.environment, "KPI_TEST_NOTES": str(notes)}
    subprocess.run([sys.executable, "-c", connect], env=environment, check=True)  # UDP: no packet is sent
    assert notes.read_text(encoding="utf-8") == "socket.connect 192.0.2.1\n"


def test_the_server_asked_nothing_of_another_machine_while_all_pages_were_shown(product, kept):
    for path in [*PATHS[1:], PATHS[0]]:
        kept(path)
    assert product.notes.read_text(encoding="utf-8") == ""
