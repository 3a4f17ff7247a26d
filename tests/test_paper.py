"""What of a list stands on paper: all its rows, in their order, up to what somebody would still print."""

import re
from types import SimpleNamespace

import pytest

from dashboard import questions
from dashboard.language.markup import Markup
from dashboard.ui.base import downloads, paper, parts


@pytest.fixture
def made(monkeypatch):
    """What is made when somebody prints, by the address where it is fetched."""
    found = {}

    def address(name, mime, make):
        assert name not in found, "two parts of a page are not one"
        found[name] = make
        return name

    monkeypatch.setattr(downloads, "address", address)
    return found


def printed(markup, made):
    """The markup as it is printed: what is fetched stands in its place."""

    def fetched(part):
        return f"{part[1]}>{made[part[2]]().decode()}</{part[3]}>"

    return re.sub(r'(<\w+ class="onpaper") data-paper="([^"]*)">.*?</(tbody|div)>', fetched, markup)


def listed(page):
    """A table of a page of numbers, each a link."""

    def line(one):
        return "", [parts.Cell(parts.element("a", str(one), href="./x", title="t"))]

    return paper.table("表", [parts.Cell("號")], page, line)


def numbers(markup):
    return [int(one) for one in re.findall(r">(\d+)</a>", markup)]


@pytest.mark.parametrize("asked", [None, "1", "3", "5", "99"])
@pytest.mark.parametrize("at_once", [0, 1_000], ids=["fetched", "in the page"])
def test_paper_holds_every_row_once_and_in_order_whichever_page_is_asked_for(
    monkeypatch, made, at_once, asked
):
    monkeypatch.setattr(paper, "AT_ONCE", at_once)
    rows = list(range(1, 46))
    page = paper.page(rows, asked, 10)
    markup = listed(page)
    screen = re.sub(r'<tbody class="onpaper".*?</tbody>', "", markup, flags=re.DOTALL)
    assert numbers(screen) == list(page) == rows[page.first : page.last]
    assert numbers(printed(markup, made)) == rows
    assert bool(made) == (at_once == 0) and bool(re.search("這裡的列沒有印出", markup)) == (at_once == 0)


@pytest.mark.parametrize(("asked", "more"), [("1", 24), ("3", 24), ("4", 14), ("6", 20)])
def test_beyond_what_is_printed_paper_says_how_many_rows_are_left(monkeypatch, made, asked, more):
    monkeypatch.setattr(paper, "MOST", 30)
    rows = list(range(1, 55))
    page = paper.page(rows, asked, 10)
    markup = printed(listed(page), made)
    assert numbers(markup) == sorted({*rows[:30], *page})
    left = 54 - len({*rows[:30], *page})
    assert left == more and f"另有 {left} 列沒有印出" in markup and "下載" in markup


def test_a_list_of_one_page_and_a_plain_list_have_nothing_on_paper_alone(made):
    for rows in ([1, 2], paper.page([1, 2], None, 10)):
        assert "onpaper" not in listed(rows) and numbers(listed(rows)) == [1, 2]
    assert made == {}


def test_what_is_more_than_rows_is_drawn_whole_on_paper_instead_of_the_page(monkeypatch, made):
    def draw(rows):
        return parts.element("p", f"{' '.join(map(str, rows))}, {len(rows)} in all")

    period = SimpleNamespace(period="111")
    assert paper.instead("x", draw, paper.page([1, 2], None, 2), period) == "<p>1 2, 2 in all</p>"
    monkeypatch.setattr(paper, "MOST", 4)
    markup = paper.instead("x", draw, paper.page([1, 2, 3, 4, 5], "2", 2), period)
    assert markup.startswith('<div class="onscreen"><p>3 4, 2 in all</p></div>')
    told = printed(markup, made)
    assert "<p>1 2 3 4, 4 in all</p>" in told and "另有 1 列沒有印出" in told


def test_on_paper_markup_leads_nowhere_and_keeps_its_words():
    link = '<a href="./school?a=b" title="&quot; href=&quot;">甲 href=&quot;x&quot;</a>'
    cell = parts.Cell(Markup(link), "l")
    line = parts.lines([("sel", [cell, cell])])
    cheap = paper.cheap(line)
    assert "./school" not in cheap and "title" not in cheap and "scope" not in cheap
    assert cheap.count("甲 href=&quot;x&quot;") == 2 and 'class="l"' in cheap and 'class="sel"' in cheap


@pytest.mark.parametrize("title", ['甲 "} </style><b>', "back\\slash; @page { }", "5G（一）· A1、A2"])
def test_a_name_around_a_sheet_is_a_text_of_the_style_sheet_and_nothing_more(title):
    content = paper._content(title)
    assert re.fullmatch(r'"(?:\w|\\[0-9a-f]+ )*"', content), content
    back = re.sub(r"\\([0-9a-f]+) ", lambda code: chr(int(code[1], 16)), content[1:-1])
    assert back == title


@pytest.mark.parametrize(
    ("title", "told"), [("基隆市 111 年", "基隆市 111 年"), ("精進方案", "基隆市 精進方案")]
)
def test_paper_names_the_city_where_the_title_of_the_programme_does_not(title, told):
    definition = f'{{"city": "基隆市", "title": {{"zh-TW": "{title}", "en": "x"}}}}'
    seen = SimpleNamespace(facts=SimpleNamespace(title=title, definition=definition))
    assert questions.programme_name(seen) == told
