"""催辦: what each school still owes, until when, in words; as a message to copy, and for all as a table and letters.

The page is in the viewer's language; what goes to the schools is in Chinese, with years of the Republic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from dashboard import config
from dashboard.exports import letters
from dashboard.language import texts, words
from dashboard.language.texts import later, say
from dashboard.questions import Row, View, ask, before, facts_of
from dashboard.ui import frame, navigation, paper, parts, records
from dashboard.ui.lead import to_send
from dashboard.ui.parts import Cell, anchor, tag, text
from dashboard.ui.screen import show

STATUSES = ("overdue", "behind", "on_track", "no_data")
DEFAULT = ("overdue", "behind", "no_data")
HEADER = (
    later("校名"),
    later("組別"),
    later("截至日"),
    later("未達項數"),
    later("未達項目"),
    later("最近期限"),
    later("尚未完成的人、班"),
    later("請補送或改正"),
    later("資料註記"),
)
MENDED = 30  # rows of a letter


@dataclass(frozen=True)
class Chosen:
    """What the address chooses: indicators, groups and statuses (none: all of them, or the usual ones), and names."""

    kpis: tuple[str, ...]
    groups: tuple[str, ...]
    statuses: tuple[str, ...]
    names: bool


@dataclass(frozen=True)
class Item:
    """One indicator that a school owes: its figures, those of the day to compare with, who is missing (and lacks what,
    where names are asked for), and what to send or fill in where it cannot be judged."""

    kpi: Row
    row: Row
    then: Row | None
    period: str
    missing: tuple[str, ...]
    to_send: str | None

    @property
    def deadline(self) -> date | None:
        """A ceiling holds on every day: it has none."""
        return None if self.row.room is not None else self.row.deadline


@dataclass(frozen=True)
class Owed:
    """All that one school owes, the most urgent first, and before that the files and rows that it is to send or mend.

    A figure of which a file was not read is not among the items: the school is asked for the file.
    """

    school: str
    group: str
    items: tuple[Item, ...]
    mend: tuple[Row, ...] = ()

    @property
    def late(self) -> tuple[Item, ...]:
        """What the data that there are say is missing."""
        return tuple(item for item in self.items if item.row.status != "no_data")

    @property
    def needed(self) -> tuple[Row, ...]:
        """The files and rows that the figures may lack."""
        return tuple(row for row in self.mend if row.matters)


def chosen() -> Chosen:
    """From the address; a list is one parameter, with commas. Groups stand there in Chinese, whatever the language."""

    def listed(name: str) -> tuple[str, ...]:
        return tuple(part for part in (st.query_params.get(name) or "").split(",") if part)

    statuses = tuple(one for one in listed("statuses") if one in STATUSES) or DEFAULT
    return Chosen(listed("kpis"), listed("groups"), statuses, st.query_params.get("names") == "1")


def owed(seen: View, wanted: Chosen, school_id: int | None = None) -> list[Owed]:
    """The schools that owe something of what is chosen, or that have something to mend, in their order; or one of them.

    Nobody is asked for what is only shown, for a closed period, or for what a period that has just begun lacks.
    """
    schools = {row.school_id: row for row in ask(seen, "schools")}
    groups = groups_of(seen)
    wanted_groups = [groups.get(name) for name in wanted.groups]
    labels = {row.period: row.label for row in ask(seen, "periods")}
    every: dict[str, Any] = {"group_id": None, "school_id": school_id}
    tables: dict[str, bool] = {}  # of indicators, and whether of one that is chosen
    found: dict[int, list[Item]] = {}
    for period in seen.periods:
        kpis = {kpi.kpi: kpi for kpi in ask(seen, "kpis", period=period.period)}
        for kpi in kpis.values():
            chosen_one = not wanted.kpis or kpi.kpi in wanted.kpis
            tables[kpi.table_name] = tables.get(kpi.table_name, False) or chosen_one
        at = {"on": seen.on, "period": period.period}
        missing: dict[tuple[int, str], list[str]] = {}
        for unit in ask(seen, "missing_units", **at):
            told = words.lacks(unit.parts, alone=True) if wanted.names else ""
            who = say("{name}（{lacks}）", name=unit.unit_label, lacks=told) if told else unit.unit_label
            missing.setdefault((unit.school_id, unit.kpi), []).append(who)
        was = before(seen, "school_results", ("school_id", "kpi"), period=period.period, **every)
        to_come = to_send(seen, period.period, asked=True)
        for row in ask(seen, "school_results", **at, **every):
            if (
                (words.is_unsure(row) and row.status != "no_data")
                or row.status not in wanted.statuses
                or (wanted.kpis and row.kpi not in wanted.kpis)
            ):
                continue
            if wanted.groups and schools[row.school_id].group_name not in wanted_groups:
                continue
            key = (row.school_id, row.kpi)
            if kpis[row.kpi].closed or (row.status == "no_data" and key not in to_come):
                continue
            names = tuple(missing.get(key, ())) if row.status != "no_data" else ()
            label = labels[period.period] if len(seen.periods) > 1 else ""
            item = Item(kpis[row.kpi], row, was.get(key), label, names, to_come.get(key))
            found.setdefault(row.school_id, []).append(item)
    mend: dict[int, list[Row]] = {}
    for row in ask(seen, "mend", on=seen.on, school_id=school_id):
        if tables.get(row.table_name, True) and (
            not wanted.groups or schools[row.school_id].group_name in wanted_groups
        ):
            mend.setdefault(row.school_id, []).append(row)
    every_one = [
        Owed(
            school.name,
            school.group_name or "",
            tuple(sorted(found.get(key, ()), key=_urgency)),
            tuple(mend.get(key, ())),
        )
        for key, school in schools.items()
    ]
    return [one for one in every_one if one.items or one.needed or (school_id is not None and one.mend)]


def _urgency(item: Item) -> tuple[int, int]:
    left = item.row.days_left
    return STATUSES.index(item.row.status), left if left is not None else 10_000


@texts.written(texts.Manner())
def told_to_schools(seen: View, wanted: Chosen, school_id: int | None = None) -> list[Owed]:
    """As `owed`, in Chinese."""
    return owed(seen, wanted, school_id)


def groups_of(seen: View) -> dict[str, str]:
    """What each group is called in the viewer's language, by its Chinese name."""
    with texts.written(texts.Manner()):
        names = {row.group_id: row.name for row in ask(seen, "groups")}
    return {names[row.group_id]: row.name for row in ask(seen, "groups")}


def state(item: Item, since: str = "") -> str:
    """「已完成 20／應達 24 人，還差 4 人」, what to send, or by how much a ceiling is exceeded; `since` is how the gap moved."""
    if item.row.status == "no_data":
        return _silent(item)
    figures = {"counted": words.number(item.row.counted), "required": words.number(item.row.required)}
    if item.row.room is not None:
        over = words.number(-item.row.room)
        return say(
            "目前 {counted}／上限 {required} {unit}，超出 {over} {unit}，請調整",
            **figures,
            over=over,
            unit=item.kpi.unit,
        )
    return say(
        "已完成 {counted}／應達 {required} {unit}，還差 {gap} {unit}{since}",
        **figures,
        gap=words.number(item.row.gap),
        unit=item.kpi.unit,
        since=since,
    )


def _silent(item: Item) -> str:
    if item.to_send is None:
        return say("尚未收到資料（未填報）")
    return say("未填報：{todo}", todo=item.to_send)


def label(item: Item) -> str:
    """The indicator, with its period where several are shown."""
    return _labelled(item, item.kpi.label)


def _labelled(item: Item, name: str) -> str:
    return say("{label}（{note}）", label=name, note=item.period) if item.period else name


def lead(found: Sequence[Owed]) -> str:
    """How many schools owe how much, and how many have something to mend first."""
    behind = [one for one in found if one.items]
    items = sum(len(one.items) for one in behind)
    told = say("{schools} 校共 {items} 項未達", schools=words.number(len(behind)), items=words.number(items))
    if mending := sum(bool(one.needed) for one in found):
        told = say("{told}，{n} 校有檔案或列要先補正", told=told, n=words.number(mending))
    return say("{found}，依下面的選擇。", found=f"<b>{told}</b>")


def nothing_owed(school: str) -> str:
    """In place of the message of a school that the address names."""
    told = say(
        "依下面的選擇，{school}沒有未達項目，所以沒有訊息；所有未達的學校列在下表。",
        school=words.escape(school),
    )
    return parts.notice(say("不用催辦"), told)


def filters(seen: View, wanted: Chosen, here: Callable[..., str]) -> str:
    """Statuses, groups and indicators as pills that are on or off, and the switch of names."""
    shorts = {
        kpi.kpi: kpi.short
        for p in seen.periods
        for kpi in ask(seen, "kpis", period=p.period)
        if kpi.require != "none"
    }
    groups = groups_of(seen)
    lines = [
        parts.pills(
            [
                (
                    words.STATUSES[one].text,
                    here(statuses=_toggled(wanted.statuses, one)),
                    one in wanted.statuses,
                )
                for one in STATUSES
            ],
            say("狀態"),
        ),
        _pills(say("分組"), "groups", groups, wanted.groups, here),
        _pills(say("指標"), "kpis", shorts, wanted.kpis, here),
        navigation.names(seen, say("姓名")),
    ]
    return "".join(lines)


def _pills(of: str, name: str, every: Mapping[str, str], on: Sequence[str], here: Callable[..., str]) -> str:
    choices = [(say("全部"), here(**{name: None}), not on)]
    choices += [(told, here(**{name: _toggled(on, one)}), one in on) for one, told in every.items()]
    return parts.pills(choices, of)


def _toggled(on: Sequence[str], one: str) -> str:
    return ",".join([other for other in on if other != one] if one in on else [*on, one])


def overview(
    seen: View, found: Sequence[Owed], here: Callable[..., str], school: str | None, names: bool
) -> str:
    """A row a school: what it owes, with who is missing where names are asked for, and the way to its message."""
    columns = (later("校名"), later("組別"), later("項數"), later("還差什麼"), later("訊息"))
    kinds = ("l", "l", "", "l", "l onscreen")
    header = [Cell(say(name), kind) for name, kind in zip(columns, kinds, strict=True)]

    def line(one: Owed) -> parts.Line:
        return (
            "sel" if one.school == school else "",
            [
                Cell(anchor(seen.link("school", school=one.school), words.escape(one.school)), "l"),
                text(one.group, "l"),
                Cell(words.number(len(one.items))),
                Cell("<br>".join(_lines(seen, one, names)), "l w"),
                Cell(anchor(here(school=one.school), say("擬訊息")), "l onscreen"),
            ],
        )

    return paper.table(say("各校未達項目"), header, found, line, "wide owed")


def _lines(seen: View, one: Owed, names: bool) -> list[str]:
    """What to mend, in one line that leads there, and each item."""
    lines = [_line(item, one.school, names, seen.link) for item in one.items]
    if not one.needed:
        return lines
    files = sum(row.is_file for row in one.needed)
    rows = len(one.needed) - files
    told = [say("{n} 個檔案要重送", n=words.number(files))] if files else []
    told += [say("{n} 列要改", n=words.number(rows))] if rows else []
    first = say("先補正資料：{told}", told=words.listing(told))
    return [anchor(seen.link("data", school=one.school), f"! {first}", "fl"), *lines]


def _line(item: Item, school: str, names: bool, link: Callable[..., str]) -> str:
    told = say(
        "{item}：{state}",
        item=words.escape(_labelled(item, item.kpi.short)),
        state=state(item, parts.moved(item.row.gap, item.then, "gap")),
    )
    if item.deadline:
        told = say("{told}，期限 {day}", told=told, day=words.written_day(item.deadline))
    if names and item.missing:
        told += f'<br><span class="mut">{words.escape(words.listing(item.missing))}</span>'
    note = parts.flagged(item.row, item.kpi, link)
    return f"<span {parts.figure(item.row, school)}>{tag(item.row.status, item.kpi.require)} {told}</span> {note}"


@texts.written(texts.Manner())
def context(seen: View, one: Owed, names: bool) -> dict[str, Any]:
    """What a message's template may say."""
    late = [
        {
            "label": label(item),
            "state": state(item),
            "deadline": words.written_day(item.deadline) if item.deadline else "",
            "days": words.days_left(int(item.row.days_left)) if item.deadline else "",
            "names": words.listing(item.missing) if names else "",
            "clause": item.kpi.clause,
        }
        for item in one.late
    ]
    first, others = to_mend(one)
    told = {"school": one.school, "group": one.group, "mend": first, "others": others, "owed": late}
    return {**told, **_common(seen)}


def to_mend(one: Owed) -> tuple[list[str], list[str]]:
    """What to send or mend before anything else can be said: files, tables, and rows that the figures may lack; and the
    other rows, which change none of them."""
    files = [
        say("{file}：{told}", file=row.file, told=row.told) if row.is_file else records.told(row)
        for row in one.needed
    ]
    asked = any(row.is_file for row in one.needed)
    send = [
        say("{item}：{state}", item=label(item), state=state(item))
        for item in one.items
        if item.row.status == "no_data" and not (asked and words.is_unsure(item.row))
    ]
    send += [
        say("{item}：收到的資料沒有貴校的任何一列；已辦理請補送，沒有辦理請告知", item=label(item))
        for item in one.late
        if "no_rows" in words.flags_of(item.row)
    ]
    return [*_cut(files), *send], _cut([records.told(row) for row in one.mend if not row.matters])


def _cut(told: list[str]) -> list[str]:
    left = len(told) - MENDED
    return [*told[:MENDED], say("另有 {n} 列，見資料頁的清單", n=words.number(left))] if left > 0 else told


@texts.written(texts.Manner())
def _common(seen: View) -> dict[str, Any]:
    facts = facts_of(seen.snapshot, seen.scope)
    return {
        "programme": facts.title,
        "source": facts.source_title,
        "bureau": say("＿＿＿＿政府教育處"),
        "as_of": words.full_day(seen.on),
        "snapshot": words.moment(facts.built_at, seen.year),
        "fingerprint": words.fingerprint(str(facts.fingerprint)),
    }


@texts.written(texts.Manner())
def header() -> list[str]:
    """Of the list, in Chinese as its sentences are: a mail merge names its fields by it."""
    return [say(name) for name in HEADER]


@texts.written(texts.Manner())
def rows(seen: View, found: Sequence[Owed], names: bool) -> list[list[object]]:
    """One row a school, for a mail merge."""
    made: list[list[object]] = []
    for one in found:
        told = "\n".join(say("{item}：{state}", item=label(item), state=state(item)) for item in one.items)
        deadlines = [item.deadline for item in one.items if item.deadline]
        who = "\n".join(
            say("{item}：{state}", item=label(item), state=words.listing(item.missing))
            for item in one.items
            if item.missing
        )
        next_one = min(deadlines) if deadlines else None
        flags = "\n".join(
            say("{item}：{state}", item=label(item), state=words.flag_words(item.row))
            for item in one.items
            if words.flags_of(item.row)
        )
        first = "\n".join(to_mend(one)[0])
        who = who if names else ""
        made.append([one.school, one.group, seen.on, len(one.items), told, next_one, who, first, flags])
    return made


def notice(seen: View, school: Row) -> None:
    """The message of one school on the page of the data, of the usual choice; nothing where it owes and mends nothing."""
    wanted = Chosen((), (), DEFAULT, False)
    for one in told_to_schools(seen, wanted, school.school_id):
        _message(seen, wanted, one)


def message(seen: View, wanted: Chosen, school: str) -> None:
    """One school's message, to copy."""
    _message(seen, wanted, next(one for one in told_to_schools(seen, wanted) if one.school == school))


def _message(seen: View, wanted: Chosen, one: Owed) -> None:
    try:
        told = letters.message(_templates(), context(seen, one, wanted.names))
    except letters.TemplateFault as fault:
        show(parts.notice(say("✕ 訊息範本不能用"), parts.stored(str(fault)), "failed"))
        return
    frame.copy(say("給{school}的訊息", school=one.school), told)


def downloads(seen: View, wanted: Chosen, many: int) -> None:
    """All schools: a table for a mail merge, and letters as DOCX."""
    stem = "_".join((say("催辦"), seen.facts.title, words.file_day(seen.on)))
    name = "_".join((stem, say("{n} 校", n=many)))

    def listed() -> list[list[object]]:
        return rows(seen, told_to_schools(seen, wanted), wanted.names)

    def made() -> bytes:
        told = [context(seen, one, wanted.names) for one in told_to_schools(seen, wanted)]
        return letters.letters(_templates(), {**_common(seen), "letters": told})

    show(frame.download(name, header(), listed))
    try:
        letters.check(_templates())
    except letters.TemplateFault as fault:
        show(parts.notice(say("✕ 函稿範本不能用"), parts.stored(str(fault)), "failed"))
        return
    letter = "_".join((stem, say("函稿"))) + ".docx"
    show(frame.offer(say("函稿"), (letter, frame.DOCX, made)))


def _templates() -> Any:
    place = config.from_environment().place
    return (place if place.is_dir() else place.parent) / "templates"
