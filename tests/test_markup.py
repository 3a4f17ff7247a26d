"""Markup as a type, and a table that is written once for the page and for its file."""

import re

import pytest

from dashboard.language import texts, words
from dashboard.language.markup import BLANK, Markup, escape, join, say_markup
from dashboard.ui.base import paper, parts, table
from dashboard.ui.base.table import Column, Table

HOSTILE = """<img src=x onerror="alert('1')">&\n\n# x"""
BUILT = {
    "element": lambda text: parts.element("p", text, kind=text, title=text),
    "anchor": lambda text: parts.anchor(text, text),
    "outward": lambda text: parts.outward(text, text),
    "hint": parts.hint,
    "notice": lambda text: parts.notice(text, text),
    "stored": parts.stored,
    "pills": lambda text: parts.pills([(text, text, True), (text, text, False)], text),
    "bar": lambda text: parts.bar("met", 1, 2, text),
    "empty": lambda text: parts.empty(text, text),
    "table": lambda text: parts.table(text, [parts.Cell(text)], [("", [parts.text(text)])]),
    "page of a table": lambda text: Table(text, [Column(text, lambda row: row)], [text]).html(),
    "a text of the catalogue": lambda text: say_markup("{text}。", text=text),
    "join": lambda text: join([text, parts.BREAK, text], text),
    "listing": lambda text: words.listing([text, parts.hint("x")]),
    "prose": lambda text: words.prose([text, parts.hint("x")]),
    "names": lambda text: words.names([text, parts.hint("x")], 3),
    "sum": lambda text: parts.hint("x") + text,
    "sum from the left": lambda text: text + parts.hint("x"),
}


@pytest.mark.parametrize("name", BUILT)
def test_whatever_is_handed_a_text_gives_markup_without_its_elements(name):
    built = BUILT[name](HOSTILE)
    assert isinstance(built, Markup)
    assert "<img" not in built and 'onerror="' not in built and "\n" not in built
    assert "&lt;img" in built and "&amp;lt;" not in built


def test_markup_stays_as_it_is_and_what_is_missing_is_blank():
    one = Markup("<b>1 &amp; 2</b>")
    assert escape(one) is one and parts.element("p", one) == "<p><b>1 &amp; 2</b></p>"
    assert escape(None) == BLANK == join([]) and escape(3) == "3"


def test_an_attribute_without_a_value_has_none_and_one_that_is_false_is_not_there():
    built = parts.element("details", kind="", open=True, hidden=False, title=None, aria_label="x", data_n=0)
    assert built == '<details open aria-label="x" data-n="0"></details>'


def test_a_text_of_the_catalogue_counts_in_markup_as_well():
    with texts.written(texts.Manner("en")):
        assert say_markup("{n} 校", n=Markup("1")) == texts.say("{n} 校", n=1)


ROWS = [{"name": f"學校 {n}<", "met": n, "of": 9} for n in range(5)]
COLUMNS = [
    Column("校名", lambda row: row["name"], kind="l", is_wide=True),
    Column("達標", lambda row: row["met"], lambda row: f"{row['met']}/{row['of']}", head="達標／全部"),
    Column("全部", lambda row: row["of"], on_page=False),
    Column("連結", cell=lambda row: parts.Cell(parts.anchor("./", row["name"]), "onscreen")),
]


def cells(markup: str) -> list[list[str]]:
    """The texts of a table's cells, row by row."""
    lines = re.findall("<tr.*?</tr>", markup)
    return [re.findall("<t[hd][^>]*>(.*?)</t[hd]>", line) for line in lines]


def test_a_table_has_its_columns_on_the_page_and_in_its_file():
    one = Table("學校", COLUMNS, ROWS[:1], row_kind=lambda row: "sel")
    assert one.header() == ["校名", "達標", "全部"] and one.values() == [["學校 0<", 0, 9]]
    assert cells(one.html()) == [
        ["校名", "達標／全部", "連結"],
        ["學校 0&lt;", "0/9", '<a href="./">學校 0&lt;</a>'],
    ]
    assert '<tr class="sel"><th class="l w" scope="row">' in one.html()


def test_the_file_has_the_rows_of_every_page_and_rows_may_wait_until_they_are_needed():
    page = paper.page(ROWS, "2", 2)
    paged, waiting = Table("學校", COLUMNS, page), Table("學校", COLUMNS, lambda: ROWS)
    assert paged.values() == waiting.values() and len(paged.values()) == len(ROWS)
    assert table.Table("無", COLUMNS, []).values() == []
