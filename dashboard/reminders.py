"""The content of every reminder: what schools still owe, and what they are to send or mend first.

Reminders go to schools, so they are in Chinese with years of the Republic (`in_chinese`, `context`, `rows`); pages write
the same in the viewer's language (`owed`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.language import parts, texts, words
from dashboard.language.markup import BLANK, Markup, say_markup
from dashboard.language.texts import later, say
from dashboard.questions import View, ask, before, facts_of
from dashboard.rows import Group, Kpi, Mend, MissingUnit, Period, School, SchoolResult, TableToSend

# What to send where an indicator cannot be judged, see queries/models/7_no_data.sql.
LACKS = {
    "cell": later("請在「{table}」填「{header}」（{file} 第 {line} 列）"),
    "column": later("「{table}」沒有「{header}」這一欄，請補上"),
    "word": later("請在「{table}」的「{header}」註明誰是「{words}」"),
    "away": later("「{table}」裡沒有這一天在職的人，請確認到職日與離職日"),
    "unread": later("「{file}」讀不進來，請改好再送：{problem}"),
    "refused": later("「{table}」送來的列都被退回，請照退回的說明改好再送"),
    "rows": later("「{table}」裡沒有「{period_label}」可計入的列，請補上"),
    "school": later("「{table}」裡沒有這所學校，請補上"),
    "table": later("請送「{table}」"),
}
OWING = later("已完成 {counted}／應達 {required} {unit}，還差 {gap} {unit}{since}")
STATUSES, DEFAULT = words.OWED, words.REMINDED
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
MOST_TO_MEND = 30  # rows of a letter


@dataclass(frozen=True)
class Filter:
    """Which reminders are wanted.

    kpis and groups: empty for all. names: whether persons are named.
    """

    kpis: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    statuses: tuple[str, ...] = DEFAULT
    names: bool = False


@dataclass(frozen=True)
class Item:
    """One indicator that a school owes.

    then: the figures of the day to compare with. missing: the persons or classes, with what each lacks where names are
    asked for. to_send: what to send or fill in where the indicator cannot be judged.
    """

    kpi: Kpi
    row: SchoolResult
    then: SchoolResult | None
    period: str
    missing: tuple[str, ...]
    to_send: str | None

    @property
    def deadline(self) -> date | None:
        """The deadline; None for a ceiling, which holds on every day."""
        return None if self.row.room is not None else self.row.deadline

    @property
    def urgency(self) -> tuple[int, int]:
        """The sort key: the status, then the days that are left."""
        left = self.row.days_left
        return STATUSES.index(self.row.status), left if left is not None else 10_000


@dataclass(frozen=True)
class Owed:
    """All that one school owes, the most urgent first, and the files and rows that it is to send or mend before.

    A figure that rests on an unread file is not among the items: the school is asked for the file.
    """

    school: str
    group: str
    items: tuple[Item, ...]
    mend: tuple[Mend, ...] = ()

    @property
    def late(self) -> tuple[Item, ...]:
        """The items that can be judged from the data."""
        return tuple(item for item in self.items if item.row.status != "no_data")

    @property
    def needed(self) -> tuple[Mend, ...]:
        """The files and rows that may change a figure."""
        return tuple(row for row in self.mend if row.matters)


def owed(view: View, wanted: Filter, school_id: int | None = None) -> list[Owed]:
    """The schools that owe a wanted item or have something to mend, in their order; or only one school.

    Left out: indicators that are never judged, closed periods, and data that a period which has just begun lacks.
    """
    schools = {row.school_id: row for row in ask(view, School)}
    if wanted.groups:
        names = groups_of(view)
        groups = [names.get(name) for name in wanted.groups]
        schools = {key: row for key, row in schools.items() if row.group_name in groups}
    items = _items(view, wanted, schools, school_id)
    mend = _to_mend(view, wanted, schools, school_id)
    every = [
        Owed(
            school.name,
            school.group_name or "",
            tuple(sorted(items.get(key, ()), key=lambda item: item.urgency)),
            tuple(mend.get(key, ())),
        )
        for key, school in schools.items()
    ]
    return [one for one in every if one.items or one.needed or (school_id is not None and one.mend)]


def _items(
    view: View, wanted: Filter, schools: Collection[int], school_id: int | None
) -> dict[int, list[Item]]:
    """The items that each of the schools owes, by its id."""
    labels = {row.period: row.label for row in ask(view, Period)}
    every: dict[str, object] = {"group_id": None, "school_id": school_id}
    items: dict[int, list[Item]] = {}
    for period in (one.period for one in view.periods):
        kpis = {kpi.kpi: kpi for kpi in ask(view, Kpi, period=period)}
        missing = _missing(view, period, wanted.names)
        then = before(view, SchoolResult, ("school_id", "kpi"), period=period, **every)
        asked = to_send(view, period, asked=True)
        label = labels[period] if len(view.periods) > 1 else ""
        for row in ask(view, SchoolResult, on=view.on, period=period, **every):
            key = (row.school_id, row.kpi)
            silent = row.status == "no_data"
            if row.school_id not in schools or not _is_wanted(row, wanted) or kpis[row.kpi].closed:
                continue
            if silent and key not in asked:
                continue
            who = () if silent else tuple(missing.get(key, ()))
            item = Item(kpis[row.kpi], row, then.get(key), label, who, asked.get(key))
            items.setdefault(row.school_id, []).append(item)
    return items


def _is_wanted(row: SchoolResult, wanted: Filter) -> bool:
    """Whether a figure is one that is asked for, and rests on files that were read."""
    unsure = words.is_unsure(row) and row.status != "no_data"
    return not unsure and row.status in wanted.statuses and (not wanted.kpis or row.kpi in wanted.kpis)


def _missing(view: View, period: str, names: bool) -> dict[tuple[int, str], list[str]]:
    """Who or what is missing, by school and indicator; with what each lacks where `names` is set."""
    missing: dict[tuple[int, str], list[str]] = {}
    for unit in ask(view, MissingUnit, on=view.on, period=period):
        lacks = parts.lacks(unit.parts, alone=True) if names else ""
        who = say("{name}（{lacks}）", name=unit.unit_label, lacks=lacks) if lacks else unit.unit_label
        missing.setdefault((unit.school_id, unit.kpi), []).append(who)
    return missing


def _to_mend(
    view: View, wanted: Filter, schools: Collection[int], school_id: int | None
) -> dict[int, list[Mend]]:
    """The files and rows that each of the schools is to send or mend, of the tables that a wanted indicator reads."""
    read: dict[str, bool] = {}  # by table, whether a wanted indicator reads it
    for period in view.periods:
        for kpi in ask(view, Kpi, period=period.period):
            of_wanted = not wanted.kpis or kpi.kpi in wanted.kpis
            read[kpi.table_name] = read.get(kpi.table_name, False) or of_wanted
    mend: dict[int, list[Mend]] = {}
    for row in ask(view, Mend, on=view.on, school_id=school_id):
        if row.school_id in schools and read.get(row.table_name, True):
            mend.setdefault(row.school_id, []).append(row)
    return mend


@texts.written(texts.Manner())
def in_chinese(view: View, wanted: Filter, school_id: int | None = None) -> list[Owed]:
    """As `owed`, in Chinese for the schools."""
    return owed(view, wanted, school_id)


def groups_of(view: View) -> dict[str, str]:
    """Each group's name in the viewer's language, by its Chinese name."""
    with texts.written(texts.Manner()):
        names = {row.group_id: row.name for row in ask(view, Group)}
    return {names[row.group_id]: row.name for row in ask(view, Group)}


def to_send(
    view: View, period: str, group_id: int | None = None, *, asked: bool = False
) -> dict[tuple[int, str], str]:
    """What a school should send or mend, by school and by the indicator that cannot be judged without it.

    asked: only what is asked for on the view's day.
    """
    rows = ask(view, TableToSend, on=view.on, period=period, group_id=group_id)
    return {(row.school_id, row.kpi): _lack(row) for row in rows if row.is_asked or not asked}


def _lack(row: TableToSend) -> str:
    return say(
        LACKS[row.what],
        table=row.table_label,
        period_label=row.period_label,
        header=row.header,
        file=row.file,
        line=row.line,
        words=row.words,
        problem=row.problem,
    )


# Sentences


def state(item: Item, since: Markup = BLANK) -> str:
    """「已完成 20／應達 24 人，還差 4 人」, what to send, or the excess over a ceiling.

    It is markup where it holds `since`, the change of the gap.
    """
    if item.row.status == "no_data":
        if item.to_send is None:
            return say("尚未收到資料（未填報）")
        return say("未填報：{todo}", todo=item.to_send)
    figures = {"counted": words.number(item.row.counted), "required": words.number(item.row.required)}
    if item.row.room is not None:
        over = words.number(-item.row.room)
        return say(
            "目前 {counted}／上限 {required} {unit}，超出 {over} {unit}，請調整",
            **figures,
            over=over,
            unit=item.kpi.unit,
        )
    write = say_markup if since else say
    return write(OWING, **figures, gap=words.number(item.row.gap), unit=item.kpi.unit, since=since)


def label(item: Item, name: str | None = None) -> str:
    """The indicator's label, or another `name` of it, with its period where the view has several."""
    name = name or item.kpi.label
    return say("{label}（{note}）", label=name, note=item.period) if item.period else str(name)


def row_to_mend(row: Mend) -> str:
    """The line of one row in a letter: file, row and cell, what is wrong and how to mend it, the spreadsheet's link."""
    place = [row.file]
    if row.line:
        place.append(
            say("第 {line} 列", line=row.line) + (say("（{cell} 格）", cell=row.cell) if row.cell else "")
        )
    what = words.sentence(row)
    if row.suggestion and row.suggestion not in what:
        what += say("可能是「{suggestion}」，請確認。", suggestion=row.suggestion)
    return say("{place}：{text}", place=" ".join(place), text=what) + (f"\n   {row.link}" if row.link else "")


def to_mend(one: Owed) -> tuple[list[str], list[str]]:
    """The lines on what to send or mend first, and those on rows that change no figure.

    First come files, tables and rows that may change a figure.
    """
    files = [
        say("{file}：{text}", file=row.file, text=row.message) if row.is_file else row_to_mend(row)
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
    return [*_cut(files), *send], _cut([row_to_mend(row) for row in one.mend if not row.matters])


def _cut(lines: list[str]) -> list[str]:
    left = len(lines) - MOST_TO_MEND
    if left <= 0:
        return lines
    return [*lines[:MOST_TO_MEND], say("另有 {n} 列，見資料頁的清單", n=words.number(left))]


# Letters and lists


@texts.written(texts.Manner())
def context(view: View, one: Owed, names: bool) -> dict[str, object]:
    """The values for a message's template."""
    late = [
        {
            "label": label(item),
            "state": state(item),
            "deadline": words.written_day(item.deadline) if item.deadline else "",
            "days": words.days_left(item.row.days_left) if item.deadline else "",
            "names": words.listing(item.missing) if names else "",
            "clause": item.kpi.clause,
        }
        for item in one.late
    ]
    first, others = to_mend(one)
    own = {"school": one.school, "group": one.group, "mend": first, "others": others, "owed": late}
    return {**own, **_common(view)}


def letters_context(view: View, schools: Sequence[Owed], names: bool) -> Mapping[str, object]:
    """The values for the template of the letters, one letter for each of the schools."""
    return {**_common(view), "letters": [context(view, one, names) for one in schools]}


@texts.written(texts.Manner())
def _common(view: View) -> dict[str, object]:
    facts = facts_of(view.snapshot, view.scope)
    return {
        "programme": facts.title,
        "source": facts.source_title,
        "bureau": say("＿＿＿＿政府教育處"),
        "as_of": words.full_day(view.on),
        "snapshot": words.moment(facts.built_at, view.year),
        "fingerprint": words.fingerprint(str(facts.fingerprint)),
    }


@texts.written(texts.Manner())
def header() -> list[str]:
    """The header of the list, in Chinese as its sentences: a mail merge names its fields by it."""
    return [say(name) for name in HEADER]


@texts.written(texts.Manner())
def rows(view: View, schools: Sequence[Owed], names: bool) -> list[list[object]]:
    """The rows of the list for a mail merge, one a school, in the order of `HEADER`."""
    return [_row(view, one, names) for one in schools]


def _row(view: View, one: Owed, names: bool) -> list[object]:
    items = "\n".join(say("{item}：{state}", item=label(item), state=state(item)) for item in one.items)
    who = "\n".join(
        say("{item}：{state}", item=label(item), state=words.listing(item.missing))
        for item in one.items
        if item.missing and names
    )
    flags = "\n".join(
        say("{item}：{state}", item=label(item), state=words.flag_words(item.row))
        for item in one.items
        if words.flags_of(item.row)
    )
    next_day = min((item.deadline for item in one.items if item.deadline), default=None)
    first = "\n".join(to_mend(one)[0])
    return [one.school, one.group, view.on, len(one.items), items, next_day, who, first, flags]
