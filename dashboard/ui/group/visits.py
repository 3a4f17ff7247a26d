"""Who observed whose public lessons: a group's schools by hosts, with the largest team at one event.

The hosts of the group come first, then other groups', then those outside the programme. In a large group nearly every
cell would be empty: there the hosts are listed by visitor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from dashboard.language.markup import Markup
from dashboard.language.texts import later, say
from dashboard.language.words import escape, file_day, listing, number, short_day
from dashboard.questions import Before, View, ask
from dashboard.rows import School
from dashboard.ui.base.cells import school_cell
from dashboard.ui.base.matrix import OfSchool, Ways
from dashboard.ui.base.parts import Cell, anchor, element, moved, table

Row = Any
TABLE = "observations"
TEAM = 2
MANY = 20
PLACES = {"group": later("組內"), "programme": later("他組"), "outside": later("計畫外")}
HEADER = (
    later("觀課學校"),
    later("主辦學校"),
    later("主辦在"),
    later("同場最多人數"),
    later("最多的那天"),
    later("場數"),
)


def measured(kpis: Sequence[Row]) -> Row | None:
    """The indicator that counts observations; None in a period without one."""
    return next((kpi for kpi in kpis if kpi.table_name == TABLE), None)


def reading(schools: Mapping[str, Sequence[Row]]) -> str:
    """How to read the table, or the list of a large group."""
    if len(schools) > MANY:
        return say(
            "各校去了哪些主辦學校、同一場最多幾名教師同行，{many} 人以上為粗體。不同場次不相加，本校自辦不計",
            many=TEAM,
        )
    return say(
        "列為觀課學校、欄為主辦學校：同一場最多幾名教師同行，{many} 人以上為粗體加底色。不同場次不相加，本校自辦不計；「·」沒有紀錄",
        many=TEAM,
    )


def hosts(
    visits: Sequence[Row], schools: Mapping[str, Sequence[Row]], shorts: Mapping[int, str]
) -> list[Row]:
    """The columns of the table: every school of the group, then the other schools that were visited."""
    visited = {row.host_key: row for row in visits}
    inside = [
        SimpleNamespace(
            key=f"school:{rows[0].school_id}",
            name=name,
            short=shorts.get(rows[0].school_id, name),
            place="group",
        )
        for name, rows in schools.items()
    ]
    known = {host.key for host in inside}
    others = [_host(row) for key, row in visited.items() if key not in known]
    return inside + sorted(others, key=lambda host: list(PLACES).index(host.place))


def _host(row: Row) -> Row:
    return SimpleNamespace(
        key=row.host_key, name=row.host_name, short=row.host_short or row.host_name, place=row.place
    )


def by_host(
    view: View,
    kpi: Row,
    visits: Sequence[Row],
    schools: Mapping[str, Sequence[Row]],
    listed: Mapping[str, Sequence[Row]],
    ways: Ways,
    earlier: Before[Row],
    before: Before[Row],
) -> Markup:
    """The table of visitors by hosts with the indicator at the end; for a large group the list by visitor.

    earlier: the visits of the day compared with. before: the figures of that day.
    """
    if len(schools) > MANY:
        return by_visitor(visits, listed, ways, view.year, earlier if view.versus else None)
    shorts = {school.school_id: school.short for school in ask(view, School)}
    columns = hosts(visits, schools, shorts)
    teams = {(row.school_id, row.host_key): row for row in visits}
    then = earlier if view.versus else None
    lines = []
    for name, rows in listed.items():
        school = rows[0].school_id
        cells = [_cell(teams.get((school, host.key)), school, host, view.year, then) for host in columns]
        row = next(row for row in rows if row.kpi == kpi.kpi)
        judged = school_cell(row, kpi, ways.school, before.get((school, kpi.kpi)))
        lines.append(("", [Cell(anchor(ways.school(row), escape(name)), "l"), *cells, judged]))
    head = [
        Cell(say("觀課＼主辦"), "l"),
        *(_head(host) for host in columns),
        Cell(_indicator(kpi, ways), "end"),
    ]
    return table(say("觀課學校與主辦學校"), head, lines, "mx visits")


def by_visitor(
    visits: Sequence[Row],
    listed: Mapping[str, Sequence[Row]],
    ways: Ways,
    year: int,
    before: Before[Row] | None = None,
) -> Markup:
    """The list of the hosts of each school, in the order of the columns; then how many schools have none."""
    by_school: dict[int, list[Row]] = {}
    for row in visits:
        by_school.setdefault(row.school_id, []).append(row)
    lines = []
    for name, rows in listed.items():
        if own := by_school.get(rows[0].school_id):
            who = anchor(ways.school(OfSchool(name)), escape(name))
            hosts_of = listing([_visit(row, year, before) for row in own])
            lines.append(f'<div class="li gaps"><span>{who}</span><span>{hosts_of}</span></div>')
    none = len(listed) - len(lines)
    markup = f'<div class="list halves">{"".join(lines)}</div>' if lines else ""
    rest = say("這一頁有 {n} 校沒有觀課紀錄", n=number(none)) if none else ""
    return Markup(f'{markup}<p class="foot">{rest}</p>' if rest else markup)


def _visit(row: Row, year: int, before: Before[Row] | None) -> str:
    """「八堵 3 人」: a host and its visitors, with the change since the day compared with."""
    host = _host(row)
    place = f' <small class="mut">{say(PLACES[host.place])}</small>' if host.place != "group" else ""
    people = f"{escape(host.short)}{place} {say('{n} 人', n=number(row.people))}"
    body = f"<b>{people}</b>" if row.people >= TEAM else people
    return f"<span {_facts(row, row.school_id, host, year)}>{body}{_change(row, row.school_id, host, before)}</span>"


def _facts(row: Row, school: int, host: Row, year: int) -> str:
    """The attributes of a visit for machines, and its day as the title."""
    title = say(
        "{host}：{day}，共 {n} 場", host=escape(host.name), day=short_day(row.day, year), n=number(row.events)
    )
    return (
        f'data-visitor="{school}" data-host="{escape(host.key)}" data-people="{row.people}" title="{title}"'
    )


def _change(row: Row, school: int, host: Row, before: Before[Row] | None) -> str:
    """The change of the largest team since the day compared with, from 0 where there was no visit."""
    if before is None:
        return ""
    return moved(row.people, before.get((school, host.key)) or SimpleNamespace(people=0), "people")


def _indicator(kpi: Row, ways: Ways) -> str:
    return anchor(ways.kpi(kpi), element("span", kpi.short, title=kpi.label))


def _head(host: Row) -> Cell:
    name = element("span", host.short, title=host.name)
    place = element("small", say(PLACES[host.place])) if host.place != "group" else ""
    return Cell(name + place, f"h-{host.place}")


def _cell(row: Row | None, school: int, host: Row, year: int, before: Before[Row] | None) -> Cell:
    """The cell of a visitor and a host: the largest team; 「本校」 for its own lessons, 「·」 for no record."""
    if host.key == f"school:{school}":
        return Cell(element("div", element("span", say("本校")), kind="cell"), "own")
    if row is None:
        return Cell(element("div", element("span", "·"), kind="cell"), "nil")
    change = _change(row, school, host, before)
    below = f'<span class="chgs">{change}</span>' if change else ""
    text = say("{n} 人", n=number(row.people))
    return Cell(
        Markup(f'<div class="cell" {_facts(row, school, host, year)}><span>{text}</span>{below}</div>'),
        "team" if row.people >= TEAM else "",
    )


def sheet(
    view: View, period: Row, group: Row, visits: Sequence[Row]
) -> tuple[str, list[str], Callable[[], list[list[object]]]]:
    """The table as a file: its name, its header, and the function that gives a row for each visitor and host."""
    name = f"{say('誰去了誰的公開課')}_{group.name}_{period.label}_{file_day(view.on)}"

    def line(row: Row) -> list[object]:
        return [row.school_name, row.host_name, say(PLACES[row.place]), row.people, row.day, row.events]

    return name, [say(column) for column in HEADER], lambda: [line(row) for row in visits]
