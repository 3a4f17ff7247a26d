"""催辦: what each school still owes, until when, in words; as a message to copy, and for all as XLSX and DOCX."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import config
from dashboard.exports import letters
from dashboard.ui import frame, parts, words
from dashboard.ui.address import Row, View, ask
from dashboard.ui.parts import Cell, anchor, table, tag, text

STATUSES = ("overdue", "behind", "on_track", "no_data")
DEFAULT = ("overdue", "behind", "no_data")
HEADER = ("學校", "分組", "截至日", "未達項數", "未達項目", "最近期限", "尚未完成的人")


@dataclass(frozen=True)
class Chosen:
    """What the address chooses: indicators, groups and statuses (none: all of them, or the usual ones), and names."""

    kpis: tuple[str, ...]
    groups: tuple[str, ...]
    statuses: tuple[str, ...]
    names: bool


@dataclass(frozen=True)
class Item:
    """One indicator that a school owes: its figures, and who is missing."""

    kpi: Row
    row: Row
    period: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Owed:
    """All that one school owes, the most urgent first."""

    school: str
    group: str
    items: tuple[Item, ...]


def chosen() -> Chosen:
    """From the address; a list is one parameter, with commas."""

    def listed(name: str) -> tuple[str, ...]:
        return tuple(part for part in (st.query_params.get(name) or "").split(",") if part)

    statuses = tuple(one for one in listed("statuses") if one in STATUSES) or DEFAULT
    return Chosen(listed("kpis"), listed("groups"), statuses, st.query_params.get("names") == "1")


def owed(seen: View, wanted: Chosen) -> list[Owed]:
    """The schools that owe something of what is chosen, in their order."""
    schools = {row.school_id: row for row in ask(seen, "schools")}
    found: dict[int, list[Item]] = {}
    for period in seen.periods:
        kpis = {kpi.kpi: kpi for kpi in ask(seen, "kpis", period=period.period)}
        at = {"on": seen.on, "period": period.period}
        missing: dict[tuple[int, str], list[str]] = {}
        for unit in ask(seen, "missing_units", **at):
            missing.setdefault((unit.school_id, unit.kpi), []).append(unit.unit_label)
        for row in ask(seen, "school_results", **at, group_id=None, school_id=None):
            if row.status not in wanted.statuses or (wanted.kpis and row.kpi not in wanted.kpis):
                continue
            if wanted.groups and schools[row.school_id].group_name not in wanted.groups:
                continue
            names = tuple(missing.get((row.school_id, row.kpi), ())) if row.status != "no_data" else ()
            label = period.label if len(seen.periods) > 1 else ""
            found.setdefault(row.school_id, []).append(Item(kpis[row.kpi], row, label, names))
    return [
        Owed(school.name, school.group_name or "", tuple(sorted(found[school.school_id], key=_urgency)))
        for school in schools.values()
        if school.school_id in found
    ]


def _urgency(item: Item) -> tuple[int, int]:
    left = item.row.days_left
    return STATUSES.index(item.row.status), left if left is not None else 10_000


def state(item: Item) -> str:
    """「已完成 20／應達 24 人，還差 4 人」, or that nothing was sent."""
    unit = item.kpi.unit
    if item.row.status == "no_data":
        return "尚未收到資料（未填報）"
    done = f"已完成 {words.number(item.row.counted)}／應達 {words.number(item.row.required)} {unit}"
    return f"{done}，還差 {words.number(item.row.gap)} {unit}"


def label(item: Item) -> str:
    """The indicator, with its period where several are shown."""
    return f"{item.kpi.label}（{item.period}）" if item.period else str(item.kpi.label)


def filters(seen: View, wanted: Chosen, here: Callable[..., str]) -> str:
    """Statuses, groups and indicators as pills that are on or off, and the switch of names."""
    shorts = {
        kpi.kpi: kpi.short
        for p in seen.periods
        for kpi in ask(seen, "kpis", period=p.period)
        if kpi.require != "none"
    }
    groups = [row.name for row in ask(seen, "groups")]
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
            "狀態",
        ),
        _pills("分組", "groups", groups, wanted.groups, here, {}),
        _pills("指標", "kpis", list(shorts), wanted.kpis, here, shorts),
        parts.pills(
            [
                ("不列姓名", here(names=None), not wanted.names),
                ("列出尚未完成的人", here(names="1"), wanted.names),
            ],
            "姓名",
        ),
    ]
    return "".join(lines)


def _pills(
    of: str,
    name: str,
    every: Sequence[str],
    on: Sequence[str],
    here: Callable[..., str],
    shown: Mapping[str, str],
) -> str:
    choices = [("全部", here(**{name: None}), not on)]
    choices += [(shown.get(one, one), here(**{name: _toggled(on, one)}), one in on) for one in every]
    return parts.pills(choices, of)


def _toggled(on: Sequence[str], one: str) -> str:
    return ",".join([other for other in on if other != one] if one in on else [*on, one])


def overview(found: Sequence[Owed], here: Callable[..., str], school: str | None) -> str:
    """A row a school: what it owes, the next deadline, and the way to its message."""
    header = [Cell("學校", "l"), Cell("分組", "l"), Cell("項"), Cell("還差什麼", "l"), Cell("訊息", "l")]
    lines = [
        (
            "sel" if one.school == school else "",
            [
                text(one.school, "l"),
                text(one.group, "l"),
                Cell(words.number(len(one.items))),
                Cell("<br>".join(_line(item) for item in one.items), "l w"),
                Cell(anchor(here(school=one.school), "擬訊息"), "l"),
            ],
        )
        for one in found
    ]
    return table("各校未達項目", header, lines, "wide rows")


def _line(item: Item) -> str:
    due = f"，期限 {words.written_day(item.row.deadline)}" if item.row.deadline else ""
    period = f"（{item.period}）" if item.period else ""
    return f"{tag(item.row.status)} {words.escape(item.kpi.short + period)}：{words.escape(state(item))}{due}"


def context(seen: View, one: Owed, names: bool) -> dict[str, Any]:
    """What a message's template may say."""
    items = [
        {
            "label": label(item),
            "state": state(item),
            "deadline": words.written_day(item.row.deadline) if item.row.deadline else "",
            "days": words.days_left(None if item.row.days_left is None else int(item.row.days_left)),
            "names": "、".join(item.missing) if names else "",
            "clause": item.kpi.clause,
        }
        for item in one.items
    ]
    return {"school": one.school, "group": one.group, "owed": items, **_common(seen)}


def _common(seen: View) -> dict[str, Any]:
    return {
        "programme": seen.facts.title,
        "source": seen.facts.source_title,
        "bureau": "＿＿＿＿政府教育處",
        "as_of": words.full_day(seen.on),
        "snapshot": words.moment(seen.facts.built_at, seen.year),
        "fingerprint": words.fingerprint(str(seen.facts.fingerprint)),
    }


def rows(seen: View, found: Sequence[Owed], names: bool) -> list[list[object]]:
    """One row a school, for a mail merge."""
    made: list[list[object]] = []
    for one in found:
        told = "\n".join(f"{label(item)}：{state(item)}" for item in one.items)
        deadlines = [item.row.deadline for item in one.items if item.row.deadline]
        who = "\n".join(f"{label(item)}：{'、'.join(item.missing)}" for item in one.items if item.missing)
        next_one = min(deadlines) if deadlines else None
        made.append([one.school, one.group, seen.on, len(one.items), told, next_one, who if names else ""])
    return made


def message(seen: View, one: Owed, names: bool) -> None:
    """One school's message, to copy."""
    try:
        frame.copy(f"給{one.school}的訊息", letters.message(_templates(), context(seen, one, names)))
    except letters.TemplateFault as fault:
        frame.show(parts.notice("✕ 訊息範本不能用", words.escape(fault), "failed"))


def downloads(seen: View, found: Sequence[Owed], names: bool) -> None:
    """All schools: XLSX and CSV for a mail merge, and letters as DOCX."""
    stem = f"催辦_{seen.facts.title}_{words.written_day(seen.on, pad=True).replace('/', '-')}"
    frame.download(f"{stem}_{len(found)}校", HEADER, lambda: rows(seen, found, names), "名單")

    def made() -> bytes:
        told = [context(seen, one, names) for one in found]
        return letters.letters(_templates(), {**_common(seen), "letters": told})

    try:
        letters.check(_templates())
    except letters.TemplateFault as fault:
        frame.show(parts.notice("✕ 函稿範本不能用", words.escape(fault), "failed"))
        return
    frame.save("下載函稿 DOCX", f"{stem}_函稿.docx", frame.DOCX, made)


def _templates() -> Any:
    place = config.from_environment().place
    return (place if place.is_dir() else place.parent) / "templates"
