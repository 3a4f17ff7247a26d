"""The lines on faulty data in the list of what needs attention."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dashboard.language.markup import Markup, join, say_markup
from dashboard.language.texts import say
from dashboard.language.words import FLAGS, listing, names, number
from dashboard.questions import View
from dashboard.rows import DataToMend
from dashboard.ui.base.parts import anchor, element


def of_data(view: View, rows: Sequence[DataToMend]) -> Markup:
    """The lines on faulty data: one for each flag of a table, and one on all tables without rows of a school."""
    lines = [_of_data(view, row.flag, DATA[row.flag](view, row)) for row in rows if row.flag in DATA]
    unsent = [
        say_markup("{label}（{note}）", label=row.label, note=_schools(view, row, FEW))
        for row in rows
        if row.flag == "no_rows"
    ]
    if unsent:
        sentence = say_markup("沒有任何一列：{tables}；可能沒有辦理，也可能沒有送來", tables=listing(unsent))
        lines.append(_of_data(view, "no_rows", sentence))
    return join(lines)


def line(*cells: Markup) -> Markup:
    """A line of the list of what needs attention: what, who, the sentence, the day."""
    return element("div", *cells, kind="li")


def _of_data(view: View, flag: str, sentence: Markup) -> Markup:
    return line(
        element("span", "! ", say(FLAGS[flag].source_text), kind="fl"),
        element("span", anchor(view.link("data"), say("資料"))),
        element("span", sentence, kind="tx"),
        element("span", kind="d"),
    )


def _files(view: View, row: DataToMend) -> Markup:
    files = (row.files or "").split("|")
    named = element("b", listing(files[:FILES]))
    if len(files) > FILES:
        named = say_markup("{files}等 {n} 個檔案", files=named, n=number(len(files)))
    todo = (
        say("請改好再送，在那之前不列為落後")
        if row.flag == "unreadable_source"
        else say("用的是先前讀到的列，請重送，在那之前不列為落後")
    )
    return say_markup("{files} 影響 {schools}：{todo}", files=named, schools=_schools(view, row), todo=todo)


def _rosters(view: View, row: DataToMend) -> Markup:
    rejected = element("b", say("{table}有 {n} 列未採用", table=row.label, n=number(row.rows)))
    return say_markup("{text}，基數可能偏低：{schools}", text=rejected, schools=_schools(view, row))


def _schools(view: View, row: DataToMend, most: int | None = None) -> Markup:
    """The first schools, each a link to its rows, and how many there are."""
    links = [anchor(view.link("data", school=name), name) for name in row.school_names.split("|")[:most]]
    return names(links, int(row.schools))


FILES, FEW = 2, 2
DATA: dict[str, Callable[[View, DataToMend], Markup]] = {
    "unreadable_source": _files,
    "stale_source": _files,
    "base_rejected": _rosters,
}
