"""Numbers, dates and names as the pages write them.

Pure functions from values to text, so that each rule of writing (ROC years, half-up rates, what a blank looks like) can
be tested by itself. Where texts are put one after another, markup among them makes the whole markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple, overload

from dashboard.language.markup import Markup, join
from dashboard.language.markup import escape as escape  # ui.words.escape, for pages that a bureau writes
from dashboard.language.texts import SOURCE, later, manner, say
from dashboard.rows import Figure, Judged, Mend, Refused, Sum

WEEKDAYS = [later("一"), later("二"), later("三"), later("四"), later("五"), later("六"), later("日")]
MONTHS = (
    later("1 月"), later("2 月"), later("3 月"), later("4 月"), later("5 月"), later("6 月"),
    later("7 月"), later("8 月"), later("9 月"), later("10 月"), later("11 月"), later("12 月"),
)  # fmt: skip
URGENT_DAYS = 14
MONEY = ("元", "NT$")
LARGE_SUM = 10_000
SUMS = {SOURCE: ((100_000_000, "億"), (10_000, "萬")), "en": ((1_000_000, "M"), (1_000, "k"))}
MARKS = tuple(mark for sums in SUMS.values() for _, mark in sums)
Number = int | float | Decimal
KEPT = 1 << 14  # figures and names whose writing is remembered; only what reads the same in every language


@dataclass(frozen=True)
class Status:
    """What a school or a sum of schools is in an indicator on a day; never colour alone: it has a sign and a word.

    This table is the only list of statuses: the others are derived from it, and so are the macros of SQL
    (`warehouse.build.definition`). Which status a figure has is decided in `queries/models/4_results.sql`.

    colour: the status whose colours it has, its own or another's.
    urgency: its place where the most urgent comes first.
    is_judged: a figure was compared with what is required. is_late: less than there should be by now.
    is_owed: the school has something to do, or to send. in_strip: a part of the bars of all schools.
    source_schools: 「{n} 校…」, for one of which schools are reminded unless somebody chose otherwise.
    """

    sign: str
    source_word: str
    source_meaning: str
    colour: str
    urgency: int
    is_judged: bool = False
    is_late: bool = False
    is_owed: bool = False
    in_strip: bool = True
    source_schools: str = ""

    @property
    def word(self) -> str:
        """The word in the viewer's language."""
        return say(self.source_word)

    @property
    def meaning(self) -> str:
        """What the word means, in the viewer's language."""
        return say(self.source_meaning)

    @property
    def text(self) -> str:
        """The sign and the word."""
        return f"{self.sign} {self.word}"

    @property
    def is_unmet(self) -> bool:
        """Whether what is required was not reached, in time or not."""
        return self.is_judged and self.is_owed

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do, of what has begun and requires something."""
        return self.in_strip and not self.is_owed


# In the order of legends and bars, from good to bad, then those without a judgement.
STATUSES = {
    "met": Status("✓", later("達標"), later("計數已達應達"), "met", 5, is_judged=True),
    "on_track": Status("◐", later("進行中"), later("未達，跟上應有進度"), "on_track", 3, is_judged=True, is_owed=True),
    "behind": Status(
        "▼", later("落後"), later("低於應有進度"), "behind", 2,
        is_judged=True, is_late=True, is_owed=True, source_schools=later("{n} 校落後"),
    ),
    "overdue": Status(
        "✕", later("逾期未達"), later("過了期限仍未達"), "overdue", 1,
        is_judged=True, is_late=True, is_owed=True, source_schools=later("{n} 校逾期未達"),
    ),
    "no_data": Status(
        "?", later("未填報"), later("缺資料，不是 0"), "no_data", 4, is_owed=True, source_schools=later("{n} 校未填報")
    ),
    "exempt": Status("–", later("不適用"), later("依定義或基數為 0"), "exempt", 6),
    "info": Status("i", later("僅供參考"), later("不設應達"), "info", 7, in_strip=False),
    "upcoming": Status("○", later("未開始"), later("期間還沒開始"), "upcoming", 8, in_strip=False),
}  # fmt: skip

# In the order of the table.
STRIP = tuple(name for name, status in STATUSES.items() if status.in_strip)
JUDGED = tuple(name for name, status in STATUSES.items() if status.is_judged)
UNMET = tuple(name for name, status in STATUSES.items() if status.is_unmet)
SETTLED = tuple(name for name, status in STATUSES.items() if status.is_settled)
# The most urgent first: all, those that are late, those of whom something is asked, and those who are reminded.
BY_URGENCY = tuple(sorted(STATUSES, key=lambda name: STATUSES[name].urgency))
LATE = tuple(name for name in BY_URGENCY if STATUSES[name].is_late)
OWED = tuple(name for name in BY_URGENCY if STATUSES[name].is_owed)
REMINDED = tuple(name for name in BY_URGENCY if STATUSES[name].source_schools)


def counts(row: Sum, statuses: Sequence[str] = STRIP) -> dict[str, int]:
    """How many schools of a group or the city have each status, without statuses that none has."""
    schools = {status: int(getattr(row, f"schools_{status}") or 0) for status in statuses}
    return {status: many for status, many in schools.items() if many}


class Flag(NamedTuple):
    """A known fault of the data behind a figure: a few words, and their meaning."""

    source_text: str
    source_meaning: str


# In the order of the codes in `kpi results`.
FLAGS = {
    "unreadable_source": Flag(later("讀不到檔案"), later("這項用到的檔案或工作表讀不進來，數字可能偏低")),
    "stale_source": Flag(later("沿用舊資料"), later("檔案這次讀不到，數字用的是先前讀到的列")),
    "base_rejected": Flag(later("名冊有退回的列"), later("名冊有列未採用，基數可能偏低")),
    "rows_rejected": Flag(later("有退回的列"), later("有列未採用，改正後可能計入")),
    "no_rows": Flag(
        later("沒有該校的列"), later("收到的資料裡沒有這所學校的任何一列：可能沒有辦理，也可能沒有送來")
    ),
}
UNSURE = ("unreadable_source", "stale_source")


def flags_of(row: Judged) -> list[str]:
    """The codes of a figure's flags."""
    return row.flags.split(";") if row.flags else []


def is_unsure(row: Judged) -> bool:
    """Whether a file behind the figure was not read: no school is called late by such a figure."""
    return any(code in UNSURE for code in flags_of(row))


def flag_words(row: Figure) -> str:
    """「名冊有退回的列、有退回的列」, with 「（部分學校）」 for a group or the city; blank where there is no flag."""
    flags = listing([say(FLAGS[code].source_text) for code in flags_of(row)])
    if flags and row.level in ("group", "city"):
        return say("{flags}（部分學校）", flags=flags)
    return flags


def flag_mark(codes: str) -> str:
    """「!bc」: a letter for each flag, where there is no room for words, in the order of `FLAGS`."""
    letters = [chr(ord("a") + at) for at, code in enumerate(FLAGS) if code in codes.split(";")]
    return f"!{''.join(letters)}" if letters else ""


def flag_marks(every: Sequence[str]) -> str:
    """The legend of the marks of some figures: 「b 有退回的列　c 沒有該校的列」."""
    codes = {code for flags in every for code in flags.split(";")}
    return "　".join(
        f"{flag_mark(code)[1:]} {say(flag.source_text)}" for code, flag in FLAGS.items() if code in codes
    )


def flag_meanings(row: Judged) -> str:
    """The meanings of a figure's flags, a sentence each."""
    return prose([say("{sentence}。", sentence=say(FLAGS[code].source_meaning)) for code in flags_of(row)])


def word(status: str, require: str | None = None) -> str:
    """The word of a status; the words of a ceiling are 「在上限內」 and 「超出上限」."""
    kept = {"met": say("在上限內"), "overdue": say("超出上限")} if require == "ceiling" else {}
    return kept.get(status) or STATUSES[status].word


@lru_cache(KEPT, typed=True)
def decimal(value: Number) -> Decimal:
    """A figure without the noise of floats: 3.0 from a nullable column is 3, and −0 is 0."""
    return Decimal(str(value)).normalize() + 0


@lru_cache(KEPT, typed=True)
def plain(value: Number | None) -> str:
    """A figure for machines: no thousands mark, blank when missing."""
    return "" if value is None else f"{decimal(value):f}"


@lru_cache(KEPT, typed=True)
def number(value: Number | None, missing: str = "?") -> str:
    """1,103; a true minus sign; missing is never 0."""
    return missing if value is None else f"{decimal(value):,f}".replace("-", "−")


def brief(value: Number | None, unit: str, missing: str = "?") -> str:
    """A figure for a cell: money from 10,000 on in 萬 or 億 (k or M) to one decimal, other figures in full."""
    if value is None or unit not in MONEY or abs(decimal(value)) < LARGE_SUM:
        return number(value, missing)
    size, name = next(step for step in SUMS[manner().language] if abs(decimal(value)) >= step[0])
    share = decimal(value) / size
    rounded = share.quantize(Decimal("0.1") if abs(share) < 1000 else Decimal(1), ROUND_HALF_UP)
    return f"{number(rounded)} {name}"


def quantity(value: Number | None, unit: str, missing: str = "?") -> str:
    """「24 人」, 「61.2 萬元」: a figure with its unit, as plain text."""
    return united(brief(value, unit, missing), unit)


def amount(value: Number | None, unit: str, missing: str = "?") -> Markup:
    """As `quantity`, as markup."""
    return escape(quantity(value, unit, missing))


def united(written: str, unit: str) -> str:
    """A written figure and its unit, as plain text: 「萬」 and 「元」 are one word."""
    joined = "" if written.endswith(MARKS) and manner().language == SOURCE else " "
    return f"{written}{joined}{unit}"


def pair(counted: Number | None, of: Number | None, unit: str, missing: str = "–") -> str:
    """20/24, 「61.2/70 萬」: two figures, in full where they would look equal when shortened."""
    one, other = brief(counted, unit), brief(of, unit, missing)
    if one == other and counted != of:
        return f"{number(counted)}/{number(of, missing)}"
    if one[-1] == other[-1] and other.endswith(MARKS):
        one = one[:-2]
    return f"{one}/{other}"


def exact(value: Number | None, unit: str) -> str:
    """The figure in full, for a title."""
    return f"{number(value)} {unit}"


def change(by: Number, unit: str = "") -> str:
    """+3, −2, 0; of a large sum of money +1.2 萬."""
    return f"+{brief(by, unit)}" if by > 0 else brief(by, unit)


@lru_cache(KEPT, typed=True)
def percent(part: Number | None, whole: Number | None, places: int = 1) -> str:
    """Half up; 100% and 0% only when exact, so that one missing person never disappears in rounding."""
    if part is None or not whole:
        return ""
    exact = Decimal(str(part)) * 100 / Decimal(str(whole))
    if exact in (0, 100):
        return f"{abs(exact):.0f}%"
    step = Decimal(1).scaleb(-places)
    rounded = exact.quantize(step, ROUND_HALF_UP)
    if exact < 100:
        rounded = min(rounded, 100 - step)
    return f"{max(rounded, step):f}%"


def rate(counted: Number | None, base: Number | None, unit: str) -> str:
    """「88.8%（979/1,103 人）」: a rate is always written with its counts."""
    share, counts = percent(counted, base), f"{number(counted)}/{number(base)}"
    return say("{share}（{counts} {unit}）", share=share, counts=counts, unit=unit)


def written_day(day: date, pad: bool = False) -> str:
    """111/11/25, the form of the letters; 2022/11/25 for a viewer who reads the Common Era."""
    year = day.year - 1911 if manner().era == "roc" else day.year
    return f"{year}/{day.month:02}/{day.day:02}" if pad else f"{year}/{day.month}/{day.day}"


def first_days(first: date, last: date, most: int) -> list[date]:
    """The first days of the months from `first` to `last`; every second, third and so on where they exceed `most`."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    days = [day for n in months if first <= (day := date(n // 12, n % 12 + 1, 1)) <= last]
    return days[:: max(1, -(-len(days) // most))]


def month(day: date) -> str:
    """The name of a day's month."""
    return say(MONTHS[day.month - 1])


def full_day(day: date) -> str:
    """111/11/25（五）."""
    return say("{day}（{weekday}）", day=written_day(day), weekday=say(WEEKDAYS[day.weekday()]))


def short_day(day: date | None, year: int) -> str:
    """12/31 within the programme's year, 112/1/31 outside it."""
    if day is None:
        return "–"
    return f"{day.month}/{day.day}" if day.year == year else written_day(day)


def due_day(deadline: date, on: date) -> str:
    """A deadline, with its year once it is past."""
    return written_day(deadline) if deadline < on else short_day(deadline, on.year)


def moment(at: datetime, year: int) -> str:
    """11/25 08:30."""
    return f"{short_day(at.date(), year)} {at:%H:%M}"


def fingerprint(text: str) -> str:
    """Eight characters in two halves: short enough to read out on the telephone."""
    letters = text.replace("-", "")
    return f"{letters[:4]}-{letters[4:8]}" if len(letters) >= 8 else text


def size(count: int) -> str:
    """A file's size in the largest unit that leaves a readable number."""
    for unit, step in (("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} B"


def days_left(days: int | None) -> str:
    """剩 43 天, 今天截止, 已過 3 天."""
    if days is None:
        return ""
    if days < 0:
        return say("已過 {n} 天", n=number(-days))
    return say("剩 {n} 天", n=number(days)) if days else say("今天截止")


def past(days: int) -> str:
    """「已過期限 3 天」 or what is left until it."""
    return say("已過期限 {n} 天", n=number(-days)) if days < 0 else days_left(days)


def _joined(parts: Sequence[str], between: str) -> str:
    if any(isinstance(part, Markup) for part in parts):
        return join(parts, between)
    return between.join(parts)


@overload
def names(listed: Sequence[Markup], total: int) -> Markup: ...
@overload
def names(listed: Sequence[str], total: int) -> str: ...
def names(listed: Sequence[str], total: int) -> str:
    """A list of schools, with the `total` where some are left out."""
    return listing(listed) + (say("等 {n} 校", n=number(total)) if total > len(listed) else "")


@overload
def listing(parts: Sequence[Markup]) -> Markup: ...
@overload
def listing(parts: Sequence[str]) -> str: ...
def listing(parts: Sequence[str]) -> str:
    """Parts joined by 、 in Chinese and by commas elsewhere."""
    return _joined(parts, say("、"))


def sentence(row: Refused | Mend) -> str:
    """The sentence on what is wrong and how to mend it, in the viewer's language; values of the file stay as they are."""
    return "" if row.sentence is None or row.places is None else say(row.sentence, **row.places)


@overload
def prose(sentences: Sequence[Markup]) -> Markup: ...
@overload
def prose(sentences: Sequence[str]) -> str: ...
def prose(sentences: Sequence[str]) -> str:
    """Sentences one after another; blank ones are left out. Chinese puts no space between them."""
    return _joined(list(filter(None, sentences)), "" if manner().language == SOURCE else " ")


def file_day(day: date) -> str:
    """111-11-25, for a file's name."""
    return written_day(day, pad=True).replace("/", "-")


def file_name(*parts: str) -> str:
    """A file name that Windows takes, from texts that may hold anything."""
    joined = "_".join(part for part in parts if part)
    joined = re.sub(r"^\.+", lambda dots: "_" * len(dots[0]), joined)  # a name that begins with one is hidden
    return "".join("_" if char in '\\/:*?"<>|' or ord(char) < 32 else char for char in joined)
