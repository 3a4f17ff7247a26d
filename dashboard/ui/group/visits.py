"""Who observed whose public lessons: a group's schools by hosts, with the largest team at one event.

The hosts of the group come first, then other groups', then those outside the programme. In a large group nearly every
cell would be empty: there the hosts are listed by visitor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.language.markup import BLANK, Markup, join
from dashboard.language.texts import later, say
from dashboard.language.words import file_day, listing, number, short_day
from dashboard.questions import Before, View, ask, before
from dashboard.rows import Group, Kpi, Period, School, SchoolResult, Visit
from dashboard.ui.base import paper
from dashboard.ui.base.cells import school_cell
from dashboard.ui.base.matrix import OfSchool, Ways
from dashboard.ui.base.parts import Cell, anchor, changed, element, heading, table
from dashboard.ui.base.screen import show
from dashboard.ui.base.table import Column, Table

Schools = Mapping[str, Sequence[SchoolResult]]  # the figures of schools, by name
TABLE = "observations"
TEAM = 2
MANY = 20
PLACES = {"group": later("組內"), "programme": later("他組"), "outside": later("計畫外")}


@dataclass(frozen=True)
class Host:
    """A school that was observed, or one of the group. place: a key of `PLACES`."""

    key: str
    name: str
    short: str
    place: str


def measured(kpis: Sequence[Kpi]) -> Kpi | None:
    """The indicator that counts observations; None in a period without one."""
    return next((kpi for kpi in kpis if kpi.table_name == TABLE), None)


def put(
    view: View,
    period: Period,
    group: Group,
    kpi: Kpi,
    schools: Schools,
    page: paper.Page[tuple[str, list[SchoolResult]]],
    ways: Ways,
    figures: Before[SchoolResult],
) -> None:
    """Write the section with its file; figures: those of the day compared with, by school and indicator."""
    mine = {"period": period.period, "group_id": group.group_id}
    visits = ask(view, Visit, on=view.on, **mine)
    earlier = before(view, Visit, ("school_id", "host_key"), **mine)

    def draw(some: Sequence[tuple[str, list[SchoolResult]]]) -> Markup:
        return by_host(view, kpi, visits, schools, dict(some), ways, earlier, figures)

    title = heading(say("誰去了誰的公開課"), reading(schools))
    show(title + paper.instead("visits", draw, page, period))
    show(sheet(visits).download(f"{say('誰去了誰的公開課')}_{group.name}_{period.label}_{file_day(view.on)}"))


def reading(schools: Schools) -> str:
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


def hosts(visits: Sequence[Visit], schools: Schools, shorts: Mapping[int, str]) -> list[Host]:
    """The columns of the table: every school of the group, then the other schools that were visited."""
    visited = {row.host_key: row for row in visits}
    inside = [
        Host(f"school:{rows[0].school_id}", name, shorts.get(rows[0].school_id, name), "group")
        for name, rows in schools.items()
    ]
    known = {host.key for host in inside}
    others = [_host(row) for key, row in visited.items() if key not in known]
    return inside + sorted(others, key=lambda host: list(PLACES).index(host.place))


def _host(row: Visit) -> Host:
    return Host(row.host_key, row.host_name, row.host_short or row.host_name, row.place)


def by_host(
    view: View,
    kpi: Kpi,
    visits: Sequence[Visit],
    schools: Schools,
    listed: Schools,
    ways: Ways,
    earlier: Before[Visit],
    figures: Before[SchoolResult],
) -> Markup:
    """The table of visitors by hosts with the indicator at the end; for a large group the list by visitor.

    figures: those of the day compared with, by school and indicator.
    """
    then = earlier if view.versus else None
    if len(schools) > MANY:
        return by_visitor(visits, listed, ways, view.year, then)
    shorts = {school.school_id: school.short for school in ask(view, School)}
    columns = hosts(visits, schools, shorts)
    teams = {(row.school_id, row.host_key): row for row in visits}
    lines = []
    for name, rows in listed.items():
        school = rows[0].school_id
        cells = [_cell(teams.get((school, host.key)), school, host, view.year, then) for host in columns]
        row = next(row for row in rows if row.kpi == kpi.kpi)
        judged = school_cell(row, kpi, ways.school, figures.get((school, kpi.kpi)))
        lines.append(("", [Cell(anchor(ways.school(row), name), "l"), *cells, judged]))
    head = [
        Cell(say("觀課＼主辦"), "l"),
        *(_head(host) for host in columns),
        Cell(anchor(ways.kpi(kpi), element("span", kpi.short, title=kpi.label)), "end"),
    ]
    return table(say("觀課學校與主辦學校"), head, lines, "mx visits")


def by_visitor(
    visits: Sequence[Visit], listed: Schools, ways: Ways, year: int, earlier: Before[Visit] | None = None
) -> Markup:
    """The list of the hosts of each school, in the order of the columns; then how many schools have none."""
    by_school: dict[int, list[Visit]] = {}
    for row in visits:
        by_school.setdefault(row.school_id, []).append(row)
    lines = []
    for name, rows in listed.items():
        if own := by_school.get(rows[0].school_id):
            who = anchor(ways.school(OfSchool(name)), name)
            visited = listing([_visit(row, year, earlier) for row in own])
            lines.append(element("div", element("span", who), element("span", visited), kind="li gaps"))
    none = len(listed) - len(lines)
    every = element("div", *lines, kind="list halves") if lines else BLANK
    rest = say("這一頁有 {n} 校沒有觀課紀錄", n=number(none)) if none else ""
    return every + element("p", rest, kind="foot") if rest else every


def _visit(row: Visit, year: int, earlier: Before[Visit] | None) -> Markup:
    """「八堵 3 人」: a host and its visitors, with the change since the day compared with."""
    host = _host(row)
    place = [] if host.place == "group" else [element("small", say(PLACES[host.place]), kind="mut")]
    people = join([host.short, *place, say("{n} 人", n=number(row.people))], " ")
    team = element("b", people) if row.people >= TEAM else people
    return _stated("span", row, row.school_id, host, year, team, _change(row, row.school_id, host, earlier))


def _stated(
    name: str, row: Visit, school: int, host: Host, year: int, *content: str, kind: str = ""
) -> Markup:
    """An element with the values of a visit for machines, and its day as the title."""
    day, events = short_day(row.day, year), number(row.events)
    return element(
        name,
        *content,
        kind=kind,
        data_visitor=school,
        data_host=host.key,
        data_people=row.people,
        title=say("{host}：{day}，共 {n} 場", host=host.name, day=day, n=events),
    )


def _change(row: Visit, school: int, host: Host, earlier: Before[Visit] | None) -> Markup:
    """The change of the largest team since the day compared with, from 0 where there was no visit."""
    if earlier is None:
        return BLANK
    then = earlier.get((school, host.key))
    return changed(row.people, then.people if then else 0)


def _head(host: Host) -> Cell:
    name = element("span", host.short, title=host.name)
    place = BLANK if host.place == "group" else element("small", say(PLACES[host.place]))
    return Cell(name + place, f"h-{host.place}")


def _cell(row: Visit | None, school: int, host: Host, year: int, earlier: Before[Visit] | None) -> Cell:
    """The cell of a visitor and a host: the largest team; 「本校」 for its own lessons, 「·」 for no record."""
    if host.key == f"school:{school}":
        return Cell(element("div", element("span", say("本校")), kind="cell"), "own")
    if row is None:
        return Cell(element("div", element("span", "·"), kind="cell"), "nil")
    change = _change(row, school, host, earlier)
    below = element("span", change, kind="chgs") if change else BLANK
    people = element("span", say("{n} 人", n=number(row.people)))
    drawn = _stated("div", row, school, host, year, people, below, kind="cell")
    return Cell(drawn, "team" if row.people >= TEAM else "")


def sheet(visits: Sequence[Visit]) -> Table[Visit]:
    """The file of the visits: a row for each visitor and host."""
    columns = [
        Column[Visit](say("觀課學校"), lambda row: row.school_name),
        Column[Visit](say("主辦學校"), lambda row: row.host_name),
        Column[Visit](say("主辦在"), lambda row: say(PLACES[row.place])),
        Column[Visit](say("同場最多人數"), lambda row: row.people),
        Column[Visit](say("最多的那天"), lambda row: row.day),
        Column[Visit](say("場數"), lambda row: row.events),
    ]
    return Table(say("誰去了誰的公開課"), columns, visits)
