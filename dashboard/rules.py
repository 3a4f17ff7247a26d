"""How an indicator's rule reads, in plain words: out of whom, how much, in which days.

Pages, files and slides say it alike; each makes its own markup of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.language.texts import later, say
from dashboard.language.words import URGENT_DAYS, number, quantity, written_day
from dashboard.questions import View, ask
from dashboard.rows import Deadline, IndicatorQuery, Kpi

BASES = {
    "staff": later("截至日在職的教職員"),
    "classes": later("學校名冊的班級數"),
    "units": later("紀錄裡應完成的人、班或項目"),
    None: later("沒有基數，直接計數"),
}
# How each figure is made: its rule and clause, out of whom, how much, in which days.
HEADER = (
    later("指標"), later("規則"), later("條文"), later("基數"), later("應達"), later("採計期間"), later("期限"),
)  # fmt: skip


def requirement(kpi: Kpi) -> str:
    """What a school must reach, in the words of the definition."""
    if kpi.require == "all":
        return say("須全數")
    if kpi.require == "ceiling":
        return say("每校至多 {amount}", amount=quantity(kpi.required_number, kpi.unit))
    if kpi.require == "number":
        return say("每校須 {amount}", amount=quantity(kpi.required_number, kpi.unit))
    if kpi.require == "share" and kpi.share_numerator and kpi.share_denominator:
        part, whole = kpi.share_numerator, kpi.share_denominator
        is_whole_percent = 100 * part % whole == 0
        share = f"{100 * part // whole}%" if is_whole_percent else f"{part}/{whole} {kpi.unit}"
        return say("每校須 {amount}", amount=share)
    return say("不設應達數")


def window(view: View, kpi: Kpi) -> str:
    """The days whose evidence counts; an indicator may take every day although its period has a first."""
    first, last = kpi.window_start, kpi.window_end
    if first is None or last is None or not ask(view, IndicatorQuery, kpi=kpi.kpi)[0].in_window:
        return say("不限起日，至截至日為止")
    return say("{start} 至 {end}（含首尾兩日）", start=written_day(first), end=written_day(last))


def against_pace(who: str, ahead: float, unit: str) -> str:
    """How far a whole (the city, a group) is ahead of its pace, or behind it."""
    if ahead < 0:
        return say("{who}比應有進度少 {n} {unit}", who=who, n=number(-ahead), unit=unit)
    if ahead:
        return say("{who}比應有進度多 {n} {unit}", who=who, n=number(ahead), unit=unit)
    return say("{who}剛好跟上應有進度", who=who)


def urgent(deadlines: Sequence[Deadline]) -> Deadline | None:
    """The deadline to name first: one missed in the last two weeks, else one due within two weeks, else the last missed.

    The last missed may be of a period long over. Of several on one day, the one that most schools have not met.
    """
    unmet = [row for row in deadlines if row.schools]
    missed = sorted(
        (row for row in unmet if row.days_left < 0), key=lambda row: (-row.days_left, -row.schools)
    )
    soon = sorted(
        (row for row in unmet if 0 <= row.days_left <= URGENT_DAYS),
        key=lambda row: (row.days_left, -row.schools),
    )
    lately = [row for row in missed if row.days_left >= -URGENT_DAYS]
    return next(iter([*lately, *soon, *missed]), None)


def row(view: View, kpi: Kpi) -> list[str]:
    """The texts under `HEADER`."""
    return [
        kpi.label,
        kpi.rule,
        kpi.clause,
        say(BASES[kpi.base]),
        requirement(kpi),
        window(view, kpi),
        written_day(kpi.deadline) if kpi.deadline else say("不設"),
    ]
