"""The pages in English: what stays Chinese is data (names, files, what a school wrote), and nothing that the product says."""

import datetime as dt
import html
import re
from types import SimpleNamespace

import pytest

from dashboard import access, questions, warehouse
from dashboard.language import words
from dashboard.language.texts import Manner, written
from dashboard.paths import ROOT
from dashboard.ui.frame import freshness
from tests.pages import PAGES, html_of, open_page

HAN = re.compile(r"[一-鿿]")
# What a school wrote, or is to write, stands in quotes or after "one of:".
QUOTED = re.compile(r"“[^”]*”|one of: [^.\n]*")
# The switch names each language in itself.
OWN = ("中文",)


def _words_of_the_files() -> set[str]:
    """Headers of columns, and what may stand in them."""
    files = [*(ROOT / "sources").glob("*.toml"), *(ROOT / "programmes").glob("*.toml")]
    return {
        text
        for file in files
        for text in re.findall(r'"([^"]*)"', file.read_text("utf-8"))
        if HAN.search(text)
    }


@pytest.fixture
def data(monkeypatch):
    """Every text that the pages were given as rows."""
    given: set[str] = {*OWN, *_words_of_the_files()}
    take = warehouse.rows

    def rows(*asked, **parameters):
        names, found = take(*asked, **parameters)
        given.update(
            part
            for row in found
            for value in row
            if isinstance(value, str) and HAN.search(value)
            for part in (value, *re.split(r"[|、,\n]", value), words.escape(value))
        )
        return names, found

    monkeypatch.setattr(warehouse, "rows", rows)
    questions._cached.cache_clear()
    yield given
    questions._cached.cache_clear()


def texts(shown: str) -> list[str]:
    """What can be read or heard: texts, titles and labels."""
    heard = re.findall(r'(?:title|aria-label|alt)="([^"]*)"', shown)
    return [*re.findall(r">([^<>]+)<", shown), *heard]


@pytest.mark.parametrize("vs", [None, "2022-10-28"], ids=["alone", "compared"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_english_says_nothing_in_chinese(served, data, name, vs):
    app = open_page(name, lang="en", **({"vs": vs} if vs else {}))
    assert not app.exception
    shown = html_of(app)
    assert "As of <b>2022/11/25 (Fri)</b>" in shown
    left = " ".join(html.unescape("\n".join(texts(shown))).split(" "))
    for text in sorted(data, key=len, reverse=True):
        left = left.replace(text, "")
    left = QUOTED.sub("", left)
    assert [line for line in left.splitlines() if HAN.search(line)] == []


@pytest.mark.parametrize("name", PAGES)
def test_the_years_are_the_viewers_choice_in_either_language(served, name):
    day = dt.date(2022, 11, 25)
    assert f"截至 <b>{day.year}/11/25（五）</b>" in html_of(open_page(name, era="ce"))
    assert "As of <b>111/11/25 (Fri)</b>" in html_of(open_page(name, lang="en", era="roc"))


def test_links_keep_the_language_the_era_and_the_day_to_compare_with(served):
    shown = html_of(open_page("overview", lang="en", era="roc", vs="2022-10-28"))
    links = [link for link in re.findall(r'href="\./([^"]*)"', shown) if link.startswith(("group", "school"))]
    assert links and all(
        "lang=en" in link and "era=roc" in link and "vs=2022-10-28" in link for link in links
    )


@pytest.mark.parametrize("vs", ["2022-11-25", "2023-01-01", "x"])
def test_a_day_to_compare_with_that_is_not_earlier_is_told_and_ignored(served, vs):
    shown = html_of(open_page("overview", vs=vs))
    assert "已略過比較" in shown and "相比" not in shown.split('class="lead"')[0].split("已略過比較")[1]


def test_every_step_of_a_build_is_told_in_english_and_a_file_keeps_its_name(served):
    folder = ROOT / "dashboard" / "warehouse"
    code = "".join(path.read_text("utf-8") for path in (*folder.glob("build/*.py"), folder / "gather.py"))
    steps = [
        step.replace("{name}", "研習紀錄.csv")
        .replace("{table.label['zh-TW']}", "研習紀錄")
        .replace("{known.title if known else done + 1}", "1")
        for step in re.findall(r'progress\([^"]*?f?"([^"]+)"\)', code)
    ]
    assert len(steps) >= 7
    snapshot = warehouse.current(served, "keelung-111")
    seen = SimpleNamespace(facts=questions.facts_of(snapshot, access.bureau()))
    with written(Manner("en", "ce")):
        told = [freshness._doing(seen, step) for step in steps]
    assert "Reading 研習紀錄.csv" in told
    assert [step for step in told if HAN.search(step.replace("研習紀錄.csv", ""))] == []
