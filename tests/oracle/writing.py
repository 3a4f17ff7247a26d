"""How one value can be written in a cell: every form that the contract accepts, chosen at random.

A `Pen` knows where it writes (a CSV in some encoding, or a worksheet) and so which forms are possible there:
a real date or a serial number only in a worksheet, ✓ only where the encoding has it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import TypeVar

from tests.oracle.facts import RARE, CoachingRow, Host, LessonRow, StaffRow, TrainingRow

CellValue = str | int | float | bool | date | datetime | time | None
Cells = dict[str, CellValue]
Choice = TypeVar("Choice")

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
KANGXI_SMALL = "\u2f29"
"""Looks like 小 and is 小 after NFKC: what copying from some PDFs leaves behind."""
DIGITS = dict(enumerate("一二三四五六七八九", 1))
INVISIBLE = ("\u200b", "\u2060", "\ufeff", "\u00ad", "\u200e", "\ufe0f")
"""What copying from a page or a chat leaves behind, and nobody sees."""
WEEKDAYS = "一二三四五六日"
TITLES = ("老師", "教師", "主任", "組長", "先生", "小姐", "女士")
BETWEEN = (" ", "　", "‧", "·", "．", "・", ".")
"""What stands between the characters of a name."""
SEPARATORS = ("、", "、", "，", ",", "；", ";", "／", "/", "\n", "、 ")
"""What stands between the names of several persons."""


EMPLOYMENTS = {
    "formal": ("編制內正式專任教師", "正式教師", "專任教師", "專任教師(導師)", "正式教師（114.8 起）"),
    "substitute": ("代理教師", "代理教師(育嬰缺)", "代理教師（長期）"),
    "hourly": ("代課教師", "兼任教師", "代課教師(鐘點)"),
    "clerk": ("職員", "幹事", "護理師", "工友", "職員(約僱)"),
    "supervisor": ("校長", "主管", "校長(代理)"),
}
DUTY_FORMS = {"資訊組長": ("資訊組長", "教師兼資訊組長"), "資訊負責人": ("資訊負責人",)}

YES = ("是", "有", "Y", "V", "✓", "○", "1", "yes", "true")
NO = ("否", "無", "N", "✗", "0", "X", "no", "false")


@dataclass(frozen=True)
class Pen:
    rng: random.Random
    worksheet: bool
    encoding: str

    def pick(self, forms: Iterable[Choice]) -> Choice:
        """One of the forms that this place can hold."""
        possible = [form for form in forms if not isinstance(form, str) or self.can_hold(form)]
        return self.rng.choice(possible)

    def can_hold(self, text: str) -> bool:
        """Whether the text survives; rare characters do not count, they are written as user-defined ones."""
        try:
            text.translate({ord(character): "" for character in RARE}).encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True


# --- texts


def unseen(pen: Pen, text: str) -> str:
    """With an invisible character somewhere, where the encoding has one."""
    cut = pen.rng.randrange(len(text) + 1)
    return pen.pick((text, *(text[:cut] + mark + text[cut:] for mark in INVISIBLE)))


def kept_as_text(pen: Pen, text: str) -> str:
    """As a spreadsheet keeps a text that it must not change: ="T1" or 'T1."""
    plain = not text.startswith("=") and '"' not in text
    return pen.pick((f'="{text}"', f"'{text}")) if plain else text


def mussed(pen: Pen, value: CellValue) -> CellValue:
    """A text now and then with what nobody sees, or as a spreadsheet keeps it."""
    if not isinstance(value, str) or not value:
        return value
    chance = pen.rng.random()
    if chance < 0.03:
        return unseen(pen, value)
    return kept_as_text(pen, value) if chance < 0.05 else value


def person_cell(pen: Pen, name: str | None) -> str | None:
    """A name, now and then with blanks or dots within, or with a title behind."""
    if name is None or "?" in name or pen.rng.random() < 0.8:
        return name
    spaced = (name[0] + mark + name[1:] for mark in BETWEEN)
    return pen.pick((*spaced, *(name + title for title in TITLES), name[0] + " " + name[1:] + "老師"))


def persons_cell(pen: Pen, names: list[str]) -> CellValue:
    """The names of several persons in one cell."""
    texts = [person_cell(pen, name) or "" for name in names]
    return pen.pick(SEPARATORS).join(texts) + pen.pick(("", "", "", "、"))


# --- schools


def elsewhere_cells(pen: Pen, host: Host) -> Cells:
    """A host that is no school of ours: its county before its name, in the cell beside it, or both."""
    if host.county is None:
        return {"host": host.name, "host_county": None}
    forms = ((host.county + host.name, ""), (host.name, host.county), (host.county + host.name, host.county))
    name, county = pen.rng.choice(forms)
    return {"host": name, "host_county": county}


def miswritten(pen: Pen, name: str, blanks: tuple[str, ...]) -> str:
    """A school's name now and then with a look-alike character or a blank within."""
    if pen.rng.random() < 0.05:
        name = pen.pick((name, name.replace("小", KANGXI_SMALL)))
    if pen.rng.random() < 0.1:
        cut = pen.rng.randrange(1, len(name))
        name = name[:cut] + pen.pick(blanks) + name[cut:]
    return name


# --- dates


def date_cell(pen: Pen, day: date) -> CellValue:
    """A calendar day as text, or in a worksheet also as a real date, a serial or a bare number."""
    texts = [
        f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day:%Y/%m/%d}",
        f"{day.year}.{day.month}.{day.day}", f"{day:%Y%m%d}", f"{day:%Y-%m-%d}T15:21:45", *_roc_forms(day),
    ]  # fmt: skip
    chance = pen.rng.random()
    if chance < 0.1:
        texts = _moment_forms(datetime(day.year, day.month, day.day, 15, 21, 45))
    elif chance < 0.25:
        texts = [_with_more(pen, text, day) for text in texts if not text.isdigit() and "T" not in text]
    if pen.worksheet and pen.rng.random() < 0.5:
        roc = (day.year - 1911) * 10000 + day.month * 100 + day.day
        first, last = datetime.combine(day, time.min), datetime.combine(day, time(23, 58, 59))
        nearly = first - timedelta(seconds=pen.rng.randint(1, 59))
        return pen.pick(
            (day, first, nearly, last, serial(day), serial(day) + 0.625, int(f"{day:%Y%m%d}"), roc)
        )
    return pen.pick(texts)


def _roc_forms(day: date) -> list[str]:
    year, month, number = day.year - 1911, day.month, day.day
    return [
        f"{year}/{month:02}/{number:02}", f"{year}/{month}/{number}", f"{year}-{month}-{number}",
        f"{year}.{month:02}.{number:02}", f"{year}{month:02}{number:02}", f"{year}年{month}月{number}日",
        f"民國{year}年{month}月{number}日",
    ]  # fmt: skip


def _with_more(pen: Pen, text: str, day: date) -> str:
    """What people add to a day: its weekday, a time, or a dot."""
    weekday = WEEKDAYS[day.weekday()]
    more = (
        f"({weekday})", f"（{weekday}）", f" ({weekday})", f" 星期{weekday}", f"(星期{weekday})", f" 週{weekday}", ".",
        " 上午9時", "上午9時", " 下午2時30分", f"({weekday}) 14:30", f"({weekday})上午9:00", f"({weekday}).",
    )  # fmt: skip
    return text + pen.pick(more)


def serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


def moment_cell(pen: Pen, moment: datetime, exact: bool) -> CellValue:
    """A form's timestamp; where only the day matters it may stand without a time."""
    if not exact and pen.rng.random() < 0.2:
        return date_cell(pen, moment.date())
    if pen.worksheet and pen.rng.random() < 0.3:
        return moment
    return pen.pick(_moment_forms(moment))


def _moment_forms(moment: datetime) -> list[str]:
    """The forms' timestamps; 12 o'clock hours are 12 in the twelve-hour clock too."""
    half = "下午" if moment.hour >= 12 else "上午"
    clock = f"{moment.hour % 12 or 12}:{moment:%M:%S}"
    return [
        f"{moment.year}/{moment.month}/{moment.day} {half} {clock}",
        f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M:%S}",
        f"{moment:%Y/%m/%d} {clock} {half} GMT+8",
        f"{moment.month}/{moment.day}/{moment.year} {moment.hour}:{moment:%M:%S}",
        f"{moment:%Y-%m-%dT%H:%M:%S}",
        *_instants(moment),
    ]


def _instants(moment: datetime) -> list[str]:
    """The same moment of Taiwan as other clocks tell it."""
    utc, tokyo = moment - timedelta(hours=8), moment + timedelta(hours=1)
    return [
        f"{utc:%Y-%m-%dT%H:%M:%S}Z",
        f"{utc:%Y-%m-%dT%H:%M:%S}.000Z",
        f"{moment:%Y-%m-%dT%H:%M:%S}+08:00",
        f"{tokyo:%Y-%m-%d %H:%M:%S}+0900",
    ]


def day_before(day: date) -> str:
    return f"{day - timedelta(days=1):%Y-%m-%d}"


# --- numbers, choices, classes


def hours_cell(pen: Pen, hours: Fraction) -> CellValue:
    """Hours as a decimal where they have one, otherwise in minutes: 20 minutes are no decimal."""
    minutes = hours * 60
    forms: list[CellValue] = []
    if minutes.denominator == 1:
        forms += [f"{minutes}分鐘", f"{minutes}分鐘".translate(FULL_WIDTH)]
        forms += _clock_hours(pen, *divmod(int(minutes), 60))
    if (hours * 100).denominator == 1:
        plain = f"{float(hours):g}"
        forms += [plain, plain, f"{plain}小時", plain.translate(FULL_WIDTH), f"{float(hours):.2f}"]
        if pen.worksheet:
            forms += [float(hours), float(hours)]
    return pen.pick(forms)


def _clock_hours(pen: Pen, hours: int, minutes: int) -> list[CellValue]:
    """Hours as a time: in a text or a cell with a clock's, or in words."""
    forms: list[CellValue] = [f"{hours}:{minutes:02}", f"{hours}:{minutes:02}:00"]
    if hours:
        forms.append(f"{hours}小時{minutes}分" if minutes else f"{hours}小時整")
    if hours in DIGITS and not minutes:
        forms.append(f"{DIGITS[hours]}小時")
    if pen.worksheet and hours < 24:
        forms.append(time(hours, minutes))
    return forms


def category_cell(pen: Pen, category: str | None) -> str | None:
    """A category, now and then listed twice, by a word that means it too, or as a form lists answers."""
    if category not in ("A1", "A2", "B1", "5G", "資安", "數位素養", "資訊組長") or pen.rng.random() < 0.8:
        return category
    forms = [f"{category};", f"{category}、{category}", f"{category}, {category}", f"{category}/其他"]
    return pen.pick([*forms, "資通安全", "資訊安全；資安"] if category == "資安" else forms)


def count_cell(pen: Pen, count: int | None, unit: str) -> CellValue:
    if count is None:
        return None
    forms: list[CellValue] = [str(count), f"{count}{unit}", str(count).translate(FULL_WIDTH)]
    return pen.pick([*forms, count] if pen.worksheet else forms)


def yes_no_cell(pen: Pen, value: bool | None) -> CellValue:
    if value is None:
        return None
    forms: list[CellValue] = list(YES if value else NO)
    return pen.pick([*forms, value, int(value)] if pen.worksheet else forms)


def number_or_text(pen: Pen, text: str | None) -> CellValue:
    """What Excel makes of digits: a number, now and then."""
    if text and text.isdigit() and pen.worksheet and pen.rng.random() < 0.6:
        return int(text)
    return text


def grade_cell(pen: Pen, grade: int) -> CellValue:
    forms: list[CellValue] = [
        DIGITS[grade], str(grade), f"{grade}年級", f"{DIGITS[grade]}年級",
        f"{grade}年級".translate(FULL_WIDTH),
    ]  # fmt: skip
    return pen.pick([*forms, grade] if pen.worksheet else forms)


def class_cell(pen: Pen, class_: tuple[int, str] | None, beside_grade: bool) -> CellValue:
    """A class; without a grade column beside it, only the forms that say the grade as well."""
    if class_ is None:
        return None
    grade, name = class_
    if not name.isdigit():
        forms: list[CellValue] = [f"{DIGITS[grade]}年{name}班"]
        return pen.pick([*forms, name, f"{name}班"] if beside_grade else forms)
    number = int(name)
    forms = [f"{grade}{number:02}", f"{grade}-{number}"]
    if pen.worksheet:
        forms.append(grade * 100 + number)
    if number < 10:
        forms.append(f"{DIGITS[grade]}年{DIGITS[number]}班")
    if beside_grade:
        forms.append(f"{number}班")
        forms += [name, DIGITS[number], f"{DIGITS[number]}班"] if number < 10 else []
    return pen.pick(forms)


# --- rows


def staff_cells(pen: Pen, row: StaffRow) -> Cells:
    return {
        "staff_id": number_or_text(pen, row.staff_id),
        "name": row.name[0] + pen.pick((*[""] * 20, *BETWEEN)) + row.name[1:],
        "employment": pen.pick(EMPLOYMENTS[row.employment]),
        "duty": pen.pick(DUTY_FORMS.get(row.duty or "", (row.duty,))),
        "start_date": date_cell(pen, row.start),
        "end_date": date_cell(pen, row.end) if row.end else None,
    }


def training_cells(pen: Pen, row: TrainingRow) -> Cells:
    name = person_cell(pen, row.name)
    if name and row.staff_id and pen.encoding == "utf-8" and pen.rng.random() < 0.02:
        name = (row.name or "")[:-1] + "〓"
    return {
        "staff_id": number_or_text(pen, row.staff_id),
        "name": name,
        "course": row.course,
        "category": category_cell(pen, row.category),
        "date": date_cell(pen, row.held_on),
        "session": row.session,
        "hours": hours_cell(pen, row.hours),
        "certified": yes_no_cell(pen, row.certified),
    }


def lesson_cells(pen: Pen, row: LessonRow) -> Cells:
    four = row.four_learning
    return {
        "staff_id": number_or_text(pen, row.staff_id),
        "teacher": person_cell(pen, row.teacher),
        "date": date_cell(pen, row.taught_on),
        "digital": yes_no_cell(pen, row.digital),
        "four_learning": yes_no_cell(pen, four == "是") if four in ("是", "否") else four,
        "invited_on": date_cell(pen, row.invited_on) if row.invited_on else None,
        "subject": row.subject,
        "class": class_cell(pen, row.class_, beside_grade=False),
    }


def visit_cells(pen: Pen, row: CoachingRow) -> Cells:
    return {
        "date": date_cell(pen, row.visited_on),
        "adviser": person_cell(pen, row.adviser),
        "topic": row.topic,
    }
