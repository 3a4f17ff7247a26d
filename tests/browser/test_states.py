"""Every page in every state that a deployment can be in: what happened, what the figures still are, and what to do.

The pictures in docs/screenshots are of these very pages: `make screenshots` runs this file with `KPI_PICTURES` naming that
folder, and a page or a state that has no picture there fails here.
"""

import datetime as dt
import json
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests import running
from tests.browser.conftest import PROGRAMME, ROOT, View, serving, tabs

PICTURES = ROOT / "docs" / "screenshots"
PAGES = sorted(path.stem.partition("_")[2] for path in (ROOT / "pages").glob("[0-9]*_*.py"))
PHONE = ("overview", "school")
REASON = "Google 沒有回應（逾時）。請稍後再試。"


def good(place: Path) -> None:
    """As the sample was built."""


def empty(place: Path) -> None:
    """The schools are known, and nobody has sent anything yet."""
    shutil.copytree(place.parent / "nothing yet" / PROGRAMME, place, dirs_exist_ok=True)


def stale(place: Path) -> None:
    """A spreadsheet has been out of reach for longer than is right."""
    long_ago = dt.datetime.now() - dt.timedelta(days=16)
    sheet = {"id": "a", "title": "觀課紀錄", "link": "https://docs.google.com/spreadsheets/d/a", "tables": ["observations"],
             "good_at": long_ago.isoformat(), "problem": REASON, "version": "1"}  # fmt: skip
    told = {"at": dt.datetime.now().isoformat(), "error": None, "sheets": [sheet], "stamp": None}
    (place / "refresh.json").write_text(json.dumps(told), encoding="utf-8")


def broken(place: Path) -> None:
    """The snapshot that serves was cut off; the one before it stands in."""
    stamp = (place / "current").read_text(encoding="ascii").strip()
    cut = place / f"{stamp[:9]}{int(stamp[9:]) + 1:012d}.duckdb"
    cut.write_bytes((place / f"{stamp}.duckdb").read_bytes()[:5000])
    (place / "current").write_text(cut.stem, encoding="ascii")


def absent(place: Path) -> None:
    """Nothing was ever built: the data folder is not there."""
    shutil.rmtree(place)


# What each state says, on every page.
STATES = {
    good: ("資料快照",),
    empty: ("資料快照",),
    stale: ("觀課紀錄 16 天未更新",),
    broken: ("最新的快照讀不出來", "可能已損壞", "沒有資料遺失"),
    absent: ("還沒有可以看的資料", "kpi build"),
}


@pytest.fixture(scope="module")
def product(tmp_path_factory, sample_data, sample_warehouse):
    """The sample and a programme without records, built; the states are made of them."""

    def prepare(folder: Path) -> None:
        shutil.copytree(sample_data, folder / "data")
        shutil.copytree(sample_warehouse, folder / "warehouse")
        (folder / "none").mkdir()
        (folder / "none" / "公開授課.csv").write_text(
            "學校名稱,授課教師,授課日期,數位學習模式\n", encoding="utf-8"
        )
        (folder / "kpi.toml").write_text(f'programmes = ["{PROGRAMME}"]\n', encoding="utf-8")
        assert running.build(folder / "none", folder / "warehouse" / "nothing yet").code == 0
        shutil.copytree(folder / "warehouse" / PROGRAMME, folder / "warehouse" / "as built")

    with serving(tmp_path_factory, prepare) as started:
        yield started


@pytest.fixture(scope="module", params=STATES, ids=lambda state: state.__name__)
def state(request, product):
    """The deployment in one state."""
    place = product.folder / "warehouse" / PROGRAMME
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(place.parent / "as built", place)
    request.param(place)
    return request.param


@pytest.fixture(scope="module")
def shown(state, windows, product):
    """Shows a page in a tab of a width that was opened in this state."""
    views = {}
    with tabs(windows, product) as look:

        def _shown(page, width):
            if width in views and state is not absent:  # where every page has the same heading
                return views[width].go(page)
            if width not in views:
                views[width] = look(width)
            return views[width].open(page)

        yield _shown


@pytest.mark.parametrize("page", PAGES)
def test_each_page_in_each_state_says_what_happened_and_what_to_do(shown, state, page):
    for width in ("1440", "390") if page in PHONE else ("1440",):
        view = shown(page, width)
        text = view.text()
        missing = [told for told in STATES[state] if told not in text]
        assert missing == [], text
        assert "這個畫面讀不出來" not in text and view.errors == []
        if "KPI_PICTURES" in os.environ:
            _picture(view, f"{page}-{state.__name__}-{width}")


def test_the_pages_of_a_deployment_without_records_show_no_figure_as_zero(shown, state):
    if state is not empty:
        return
    figures = shown("overview", "1440").figures()
    assert figures
    silent = [figure for figure in figures if figure["status"] == "no_data"]
    assert silent and all(figure["counted"] == "" for figure in silent)


def _picture(view: View, name: str) -> None:
    """For the documentation in few colours, which a page of text and rules can bear: a tenth as large."""
    folder = Path(os.environ["KPI_PICTURES"])
    view.shoot(name, folder)
    file = folder / f"{name}.png"
    with Image.open(file) as picture:
        # The few pixels of a status keep their colour: the usual method gives all colours to the greys.
        small = picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=2)
        small.save(file, optimize=True)


def test_the_pictures_of_the_documentation_are_of_these_pages_and_states():
    there = {path.stem for path in PICTURES.glob("*.png")}
    made = {
        f"{page}-{state.__name__}-{width}"
        for page in PAGES
        for state in STATES
        for width in (("1440", "390") if page in PHONE else ("1440",))
    }
    assert there == made
