"""How people write things down: dates, hours, classes, and the ways in which a row goes wrong.

Distinct values are turned into text and looked up, so that millions of rows cost no Python step each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from dashboard.sample.files import Cells, Table, cells, grid
from dashboard.sample.keelung.goals import AS_OF
from dashboard.sample.keelung.schools import Flags, Ints, World
from dashboard.sample.words import DATE_FORMS, DIGITS, FULL_WIDTH

NEVER = -1
EPOCH = date(1970, 1, 1).toordinal()
TODAY = AS_OF.toordinal() - EPOCH

CLASS_NAMES = "忠孝仁愛信義和平"
ISO = 0
STAMP_FORMS: tuple[Callable[[date, int], str], ...] = (
    lambda day, s: f"{day.year}/{day.month}/{day.day} {_half(s)} {_twelve(s)}",
    lambda day, s: f"{day.month}/{day.day}/{day.year} {s // 3600}:{s // 60 % 60:02d}:{s % 60:02d}",
    lambda day, s: f"{day.year}/{day.month:02d}/{day.day:02d} {_twelve(s)} {_half(s)} GMT+8",
    lambda day, s: f"{day.year}/{day.month}/{day.day} {s // 3600}:{s // 60 % 60:02d}:{s % 60:02d}",
)

HOURS = (1 / 3, 0.5, 1.0, 1.5, 2.0, 3.0, 6.0)
HOUR_TEXTS = grid(
    ("20分鐘", "0.5", "1", "1.5", "2", "3", "6"),
    ("20分鐘", "30分鐘", "1小時", "90分鐘", "2小時", "3小時", "6小時"),
    ("20分鐘", "０.５", "１", "１.５", "２", "３", "６"),
    ("20分鐘", "0.50", "1.00", "1.50", "2.00", "3.00", "6.00"),
)

YES, NO, UNSAID, TO_FOLLOW = range(4)
YES_NO_TEXTS = grid(
    ("是", "否", "", "待補"),
    ("V", "", "", "待補"),
    ("Y", "N", "", "待補"),
    ("有", "無", "", "補發中"),
    ("1", "0", "", "待補"),
)


@dataclass(frozen=True)
class Fault:
    """One way in which a row goes wrong: what its cells hold instead. The reason is for the reader."""

    reason: str
    cells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


MISSPELT = "<misspelt>"  # the row's school, as somebody types it who only heard the name
BAD_DATES = ("111/13/05", "111/02/30", "上週三", "111年9月31日")
FAR_DATES = ("2122/10/05", "211/10/05", "2122-09-14")

# An outcome follows from all of a row: a name without its id is looked up at the school, an id is not.
TRAINING_FAULTS = (
    Fault("bad_date", {"研習日期": BAD_DATES}),
    Fault("bad_number", {"時數": ("半天", "整天", "一個下午")}),
    Fault("unknown_school", {"學校名稱": (MISSPELT,), "學校代碼": ("",), "教師編號": ("",)}),
    Fault("unknown_person", {"教師編號": ("X990001", "X990002", "X990003")}),
    Fault("unknown_person", {"教師編號": ("",), "姓名": ("外聘講師", "實習生甲", "志工媽媽")}),
    Fault("out_of_range", {"研習日期": FAR_DATES}),
    Fault("missing_value", {"研習日期": ("",)}),
    Fault("ambiguous_person", {"姓名": ("路人甲", "同上")}),
    Fault("out_of_range", {"時數": ("0", "300")}),
    Fault("missing_value", {"課程名稱": ("",)}),
    Fault("missing_value", {"教師編號": ("",), "姓名": ("",)}),
    Fault("missing_value", {"時數": ("",)}),
)
STAFF_FAULTS = (
    Fault("bad_choice", {"身分別": ("實習老師", "志工")}),
    Fault("bad_date", {"到職日": ("111/13/01", "開學日")}),
    Fault("missing_value", {"教師編號": ("",)}),
    Fault("out_of_range", {"離職日": ("75/08/01",)}),
    Fault("bad_date", {"離職日": ("待確認", "111/06/31")}),
    Fault("missing_value", {"到職日": ("",)}),
)
LESSON_FAULTS = (
    Fault("unknown_school", {"學校名稱": (MISSPELT,)}),
    Fault("bad_date", {"授課日期": BAD_DATES}),
    Fault("bad_choice", {"數位學習模式": ("部分", "不確定")}),
    Fault("out_of_range", {"授課日期": FAR_DATES}),
    Fault("missing_value", {"授課教師": ("",)}),
    Fault("warning", {"邀請日期": ("開學前", "下週")}),
    Fault("warning", {"四學模式": ("不清楚", "待確認")}),
)
OBSERVATION_FAULTS = (
    Fault("unknown_school", {"觀課學校": (MISSPELT,)}),
    Fault("bad_date", {"觀課日期": BAD_DATES}),
    Fault("missing_value", {"觀課教師": ("",)}),
    Fault("out_of_range", {"觀課日期": FAR_DATES}),
    Fault("missing_value", {"主辦學校": ("",)}),
)
SURVEY_FAULTS = (
    Fault("bad_choice", {"年級": ("五",), "班級": ("602",)}),
    Fault("bad_choice", {"測驗別": ("期中", "第二次")}),
    Fault("missing_value", {"班級": ("",)}),
    Fault("unknown_school", {"學校名稱": (MISSPELT,)}),
)
ACHIEVEMENT_FAULTS = (
    Fault("unknown_school", {"學校名稱": (MISSPELT,)}),
    Fault("bad_choice", {"評量方式": ("其他", "月考")}),
    Fault("warning", {"前測平均": ("缺考", "未施測")}),
    Fault("bad_choice", {"年級": ("六",), "班級": ("502",)}),
    Fault("warning", {"人數": ("全班",)}),
)
COACHING_FAULTS = (
    Fault("unknown_school", {"學校名稱": (MISSPELT,)}),
    Fault("bad_date", {"輔導日期": BAD_DATES}),
    Fault("missing_value", {"輔導日期": ("",)}),
)


def _half(second: int) -> str:
    return "上午" if second < 43_200 else "下午"


def _twelve(second: int) -> str:
    return f"{(second // 3600 - 1) % 12 + 1}:{second // 60 % 60:02d}:{second % 60:02d}"


def day_number(year: int, month: int, day: int) -> int:
    """Days are counted from 1970, as numpy does."""
    return date(year, month, day).toordinal() - EPOCH


def as_dates(days: Ints) -> Cells:
    """Real dates, for a worksheet; blank where there is none."""
    return cells([date.fromordinal(day + EPOCH) if day != NEVER else "" for day in days.tolist()])


def date_texts(days: Ints, forms: Ints | int) -> Cells:
    """Each day in its row's form; blank where there is none."""
    distinct, place = np.unique(days * len(DATE_FORMS) + forms, return_inverse=True)
    texts = [_date_text(*divmod(code, len(DATE_FORMS))) for code in distinct.tolist()]
    return cells(texts)[place]


def _date_text(day: int, form: int) -> str:
    return "" if day == NEVER else DATE_FORMS[form](date.fromordinal(day + EPOCH))


def stamps(days: Ints, seconds: Ints, form: int) -> Cells:
    """The time stamps of a form; few are alike, so here each row is written by itself."""
    write = STAMP_FORMS[form]
    dates = {day: date.fromordinal(day + EPOCH) for day in np.unique(days).tolist()}
    return cells([write(dates[d], s) for d, s in zip(days.tolist(), seconds.tolist(), strict=True)])


def grade_texts(grades: Ints, forms: Ints) -> Cells:
    """五, 5, 五年級, ５年級: the grades as pupils and teachers write them."""
    kinds: Sequence[Callable[[int], str]] = (
        lambda g: str(g),
        lambda g: DIGITS[g - 1],
        lambda g: f"{DIGITS[g - 1]}年級",
        lambda g: f"{g}年級",
        lambda g: f"{g}年級".translate(FULL_WIDTH),
    )
    table = cells([kind(grade) for kind in kinds for grade in range(1, 7)]).reshape(len(kinds), 6)
    return table[forms % len(kinds), grades - 1]


def class_texts(grades: Ints, numbers: Ints, forms: Ints, named: Flags) -> Cells:
    """2, 二班, 五年二班, 502, 5-2; or 忠, 忠班, 五年忠班 at a school that names its classes."""
    code = ((grades * 200 + numbers) * 6 + forms % 6) * 2 + named
    distinct, place = np.unique(code, return_inverse=True)
    return cells([_class_text(value) for value in distinct.tolist()])[place]


def _class_text(code: int) -> str:
    rest, named = divmod(code, 2)
    rest, form = divmod(rest, 6)
    grade, number = divmod(rest, 200)
    year = DIGITS[grade - 1]
    if named and number <= len(CLASS_NAMES):
        name = CLASS_NAMES[number - 1]
        return (name, f"{name}班", f"{year}年{name}班")[form % 3]
    chinese = f"{DIGITS[number - 1]}班" if number <= len(DIGITS) else f"{number}班"
    return (
        str(number),
        f"{number}班",
        chinese,
        f"{year}年{chinese}",
        f"{grade}{number:02d}",
        f"{grade}-{number}",
    )[form]


def choose_faults(rng: np.random.Generator, candidates: Ints, count: int, rows: int, kinds: int) -> Ints:
    """Which rows go wrong, and how (NEVER: not): the kinds in turn, so that a small sample has them all."""
    faults = np.full(rows, NEVER)
    chosen = rng.permutation(candidates)[:count]
    faults[chosen] = np.arange(len(chosen)) % kinds
    return faults


def spoil(
    table: Table, faults: Ints, kinds: Sequence[Fault], misspelt: Cells, rng: np.random.Generator
) -> None:
    """Puts the faults into the table's cells; columns that this file does not have stay away."""
    for number, kind in enumerate(kinds):
        rows = np.flatnonzero(faults == number)
        for header, values in kind.cells.items():
            if header in table and len(rows):
                wrong = misspelt[rows] if values == (MISSPELT,) else rng.choice(cells(values), len(rows))
                table[header][rows] = wrong


def with_faults(
    world: World, table: Table, kinds: tuple[Fault, ...], school: Ints, share: float, rng: np.random.Generator
) -> tuple[Table, Ints]:
    """Adds rows that went wrong, each before the right one: people send a form again when they notice.

    What only draws a warning is put into the rows themselves, for these are accepted. Returns the rows' schools too.
    """
    rows = len(school)
    misspelt = world.misspelt()[school]
    mild = [kind for kind in kinds if kind.reason == "warning"]
    grave = [kind for kind in kinds if kind.reason != "warning"]
    if mild:
        count = min(rows, max(len(mild), round(rows * share / 2)))
        spoil(table, choose_faults(rng, np.arange(rows), count, rows, len(mild)), mild, misspelt, rng)
    chosen = np.sort(rng.permutation(rows)[: max(len(grave), round(rows * share))])
    order = np.sort(np.r_[np.arange(rows), chosen])
    faults = choose_faults(rng, chosen + np.arange(len(chosen)), len(chosen), len(order), len(grave))
    longer = {header: column[order] for header, column in table.items()}
    spoil(longer, faults, grave, misspelt[order], rng)
    return longer, school[order]


def any_of(rng: np.random.Generator, texts: tuple[str, ...], count: int) -> Cells:
    """As many texts, each with the same chance."""
    return cells(texts)[rng.integers(0, len(texts), count)]


def with_blank_rows(table: Table, rng: np.random.Generator, count: int) -> Table:
    """Blank rows, as they remain where somebody cleared cells instead of deleting lines."""
    rows = len(next(iter(table.values())))
    places = rng.integers(0, rows + 1, count)
    return {header: np.insert(column, places, "") for header, column in table.items()}
