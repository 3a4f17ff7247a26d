"""The sample's training records: who learnt what and when. How files put it is in training_files."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np

from dashboard.sample.keelung.goals import AS_OF, GOALS, attained
from dashboard.sample.keelung.mess import (
    EPOCH,
    HOURS,
    NEVER,
    NO,
    TO_FOLLOW,
    UNSAID,
    YES,
    day_number,
)
from dashboard.sample.keelung.people import FORMAL, SUBSTITUTE, People, rank_within
from dashboard.sample.keelung.schools import Flags, Floats, Ints, World, deal

Span: TypeAlias = tuple[date, date, float]

# When courses are held (from, to, weight): breaks, terms, and the rush after the letter of 7 October.
WORKSHOPS: tuple[Span, ...] = (
    (date(2019, 9, 1), date(2021, 12, 31), 0.26),
    (date(2022, 1, 17), date(2022, 2, 10), 0.09),
    (date(2022, 2, 11), date(2022, 6, 30), 0.15),
    (date(2022, 7, 1), date(2022, 8, 26), 0.22),
    (date(2022, 8, 27), date(2022, 9, 9), 0.08),
    (date(2022, 9, 10), date(2022, 10, 6), 0.05),
    (date(2022, 10, 7), AS_OF, 0.15),
)
YEAR: tuple[Span, ...] = (
    (date(2022, 1, 3), date(2022, 2, 10), 0.10),
    (date(2022, 2, 11), date(2022, 6, 30), 0.28),
    (date(2022, 7, 1), date(2022, 8, 26), 0.14),
    (date(2022, 8, 27), date(2022, 9, 9), 0.14),
    (date(2022, 9, 10), date(2022, 10, 6), 0.08),
    (date(2022, 10, 7), AS_OF, 0.26),
)
LONG_AGO: tuple[Span, ...] = ((date(2020, 9, 1), date(2021, 12, 31), 1.0),)
TRAINING_WEEK = (1.0, 1.0, 4.0, 1.0, 1.3, 0.8, 0.1)  # Wednesday afternoons are for further training
SCHOOL_WEEK = (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)
LEAD_DAYS = ((2022, 9, 21), (2022, 10, 5), (2022, 10, 19), (2022, 11, 2), (2022, 11, 16))
TOO_EARLY, TOO_LATE = (2022, 8, 30), (2022, 11, 24)


@dataclass(frozen=True)
class Course:
    """A course as the catalogue names it; its category is blank where it serves none of the aims."""

    name: str
    category: str = ""


COURSES = (
    Course("數位學習工作坊(一)", "A1"),
    Course("111年度數位學習工作坊（一）", "A1"),
    Course("數位學習工作坊(二)", "A2"),
    Course("111年度數位學習工作坊（二）", "A2"),
    Course("資通安全通識教育訓練", "資安"),
    Course("資訊安全素養研習", "資安"),
    Course("社交工程防護與資安案例", "資安"),
    Course("個人資料保護與資訊安全", "資安"),
    Course("數位素養與網路禮儀", "數位素養"),
    Course("教師數位素養增能研習", "數位素養"),
    Course("媒體識讀與數位素養", "數位素養"),
    Course("資訊組長增能研習", "資訊組長"),
    Course("國小資訊組長增能工作坊", "資訊組長"),
    Course("資通安全專業職能訓練", "資安"),  # professional hours: they never count as general ones
    Course("雙語教學共備社群"),
    Course("性別平等教育知能研習"),
    Course("特殊教育知能研習"),
    Course("素養導向評量設計"),
    Course("閱讀理解策略教學"),
    Course("環境教育戶外研習"),
    Course("親師溝通與班級經營"),
    Course("學生輔導知能研習"),
    Course("本土語言教學增能"),
    Course("交通安全教育研習"),
    Course("運算思維與程式教育"),
    Course("數學領域備課工作坊"),
    Course("戶外教育安全管理"),
    Course("校園急救與CPR訓練"),
    Course("Maker課程設計實作"),
    Course("STEAM跨域課程共備"),
)
SESSIONS = ("", "上午場", "下午場", *(f"第{n}單元" for n in range(1, 10)))

UNITS = 3  # SESSIONS from here on are the units of an online course
THREE_HOURS = HOURS.index(3.0)
INFOSEC_DONE = (
    (3.0,), (1.0, 1.0, 1.0), (1.5, 1.5), (1.0, 2.0), (1 / 3,) * 9, (2.0, 2.0), (6.0,), (0.5, 0.5, 2.0)
)  # fmt: skip
INFOSEC_DONE_SHARES = (36, 20, 12, 14, 2, 7, 3, 6)
INFOSEC_UNDONE: tuple[tuple[float, ...], ...] = ((), (1.0,), (2.0,), (1.5,), (1.0, 1.0), (0.5, 2.0))
INFOSEC_UNDONE_SHARES = (34, 20, 18, 8, 14, 6)

NOTHING, ONLY_A1, A2_UNCERTIFIED, A2_SPOILT = range(4)
UNDONE_SHARES = (30, 42, 18, 10)
OTHERS_A1 = (0.0, 0.55, 0.12, 0.05, 0.4)  # by employment; formal teachers are the aim itself
OTHERS_A2 = (0.0, 0.7, 0.5, 0.5, 0.6)  # of those who have A1


@dataclass(frozen=True)
class Records:
    """Training records as numbers; `must_fail` marks those whose loss the goals have reckoned with."""

    person: Ints
    course: Ints
    day: Ints
    session: Ints
    hours: Ints
    certified: Ints
    must_fail: Flags


def records(
    person: Ints,
    course: Ints | int,
    day: Ints,
    *,
    hours: Ints | int,
    session: Ints | int = 0,
    certified: Ints | int = YES,
    must_fail: Flags | bool = False,
) -> Records:
    """One record a person; an attribute that is the same for all may have one value."""
    shape = len(person)
    return Records(
        person,
        np.broadcast_to(course, shape),
        day,
        np.broadcast_to(session, shape),
        np.broadcast_to(hours, shape),
        np.broadcast_to(certified, shape),
        np.broadcast_to(must_fail, shape),
    )


def sample_days(
    rng: np.random.Generator, count: int, season: Sequence[Span], week: Sequence[float] = TRAINING_WEEK
) -> Ints:
    """Days of a season, in its rhythm and the week's."""
    days: list[int] = []
    weights: list[float] = []
    for start, end, weight in season:
        span = [start + timedelta(n) for n in range((end - start).days + 1)]
        by_day = [week[day.weekday()] for day in span]
        days += [day.toordinal() - EPOCH for day in span]
        weights += [weight * share / sum(by_day) for share in by_day]
    chance: Floats = np.array(weights) / sum(weights)
    return np.array(days)[rng.choice(len(days), count, p=chance)]


def of_category(category: str) -> Ints:
    """The catalogue's courses of this category, save professional ones."""
    return np.array(
        [n for n, course in enumerate(COURSES) if course.category == category and "專業" not in course.name]
    )


def pick(rng: np.random.Generator, options: Ints, count: int) -> Ints:
    """Each with the same chance."""
    return options[rng.integers(0, len(options), count)]


def training(world: World, folk: People, rows_each: float) -> Records:
    """All records of all people: those that decide an aim, and everything else that teachers attend."""
    rng = world.stream("training")
    parts = [
        *_workshops(world, folk, rng),
        *_infosec(world, folk, rng),
        *_literacy(world, folk, rng),
        *_leads(world, folk, rng),
    ]
    decisive = sum(len(part.person) for part in parts)
    parts.append(_everything_else(folk, round(world.teachers.sum() * rows_each) - decisive, rng))
    everything = _stack(parts)
    return take(everything, np.flatnonzero(~_unheard(world, folk, everything, rng)))


def _stack(parts: Sequence[Records]) -> Records:
    names = [field.name for field in fields(Records)]
    return Records(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def take(rows: Records, places: Ints) -> Records:
    """The records at these positions."""
    return Records(*(getattr(rows, field.name)[places] for field in fields(Records)))


def _unheard(world: World, folk: People, rows: Records, rng: np.random.Generator) -> Flags:
    """A school that sent no roster sent no training either: only traces of it are in the city's export."""
    silent = world.is_special("no_roster")[folk.school[rows.person]]
    return silent & (rng.random(len(rows.person)) < 0.9)


def _done(world: World, school: Ints, goal: str, required: Ints, rng: np.random.Generator) -> Flags:
    """Who of these people has reached the goal: at each school as many as it is to have."""
    return rank_within(school, rng) < attained(GOALS[goal], required, world.quality, rng)[school]


def _head_count(world: World, school: Ints) -> Ints:
    return np.bincount(school, minlength=len(world.schools))


def _workshops(world: World, folk: People, rng: np.random.Generator) -> list[Records]:
    """A1 and A2. Who lacks one may have been there without a certificate, or their row is misspelt."""
    formal = folk.current & (folk.employment == FORMAL)
    aimed = np.flatnonzero(formal)
    school = folk.school[aimed]
    done = _done(world, school, "a1a2", _head_count(world, school), rng)
    lacks = np.full(len(folk.school), NEVER)
    lacks[aimed[~done]] = deal(rng, int((~done).sum()), UNDONE_SHARES)
    chance = rng.random((2, len(folk.school)))
    has_first = np.where(formal, lacks != NOTHING, chance[0] < np.array(OTHERS_A1)[folk.employment])
    has_second = np.where(formal, lacks != ONLY_A1, chance[1] < np.array(OTHERS_A2)[folk.employment])
    has_second &= has_first
    days = np.sort(sample_days(rng, 2 * len(folk.school), WORKSHOPS).reshape(2, -1), axis=0)
    first, second = np.flatnonzero(has_first), np.flatnonzero(has_second)
    unsigned = rng.choice([NO, UNSAID, TO_FOLLOW], len(second))
    return [
        records(
            first,
            pick(rng, of_category("A1"), len(first)),
            days[0, first],
            hours=THREE_HOURS,
            session=rng.integers(0, UNITS, len(first)),
        ),
        records(
            second,
            pick(rng, of_category("A2"), len(second)),
            days[1, second],
            hours=THREE_HOURS,
            session=rng.integers(0, UNITS, len(second)),
            certified=np.where(lacks[second] == A2_UNCERTIFIED, unsigned, YES),
            must_fail=lacks[second] == A2_SPOILT,
        ),
    ]


def _infosec(world: World, folk: People, rng: np.random.Generator) -> list[Records]:
    """Three hours in one go, in pieces, or not yet; last year's hours and professional ones do not help."""
    staff = np.flatnonzero(folk.current)
    school = folk.school[staff]
    done = _done(world, school, "infosec", _head_count(world, school), rng)
    late = np.flatnonzero(~done & (rng.random(len(staff)) < 0.10))
    professional = np.flatnonzero(~done & (rng.random(len(staff)) < 0.05))
    special = next(n for n, course in enumerate(COURSES) if "專業職能" in course.name)
    return [
        _in_pieces(staff[done], INFOSEC_DONE, INFOSEC_DONE_SHARES, rng),
        _in_pieces(staff[~done], INFOSEC_UNDONE, INFOSEC_UNDONE_SHARES, rng),
        records(
            staff[late],
            pick(rng, of_category("資安"), len(late)),
            sample_days(rng, len(late), LONG_AGO),
            hours=THREE_HOURS,
        ),
        records(
            staff[professional],
            special,
            sample_days(rng, len(professional), YEAR),
            hours=HOURS.index(6.0),
        ),
    ]


def _in_pieces(
    person: Ints, patterns: Sequence[tuple[float, ...]], shares: Sequence[float], rng: np.random.Generator
) -> Records:
    """Each person's hours as a pattern lays them out; no two pieces look like one course entered twice."""
    pattern = deal(rng, len(person), shares)
    pieces = np.array([len(pattern) for pattern in patterns])[pattern]
    layout = np.zeros((len(patterns), max(map(len, patterns))), dtype=np.int64)
    for row, values in enumerate(patterns):
        layout[row, : len(values)] = [HOURS.index(value) for value in values]
    order = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    courses = of_category("資安")
    start = np.repeat(rng.integers(0, len(courses), len(person)), pieces)
    alone = np.repeat(pieces, pieces) == 1
    return records(
        np.repeat(person, pieces),
        courses[(start + order) % len(courses)],
        sample_days(rng, int(pieces.sum()), YEAR),
        hours=layout[np.repeat(pattern, pieces), order],
        session=np.where(alone, 0, UNITS + order),
        certified=np.where(rng.random(len(order)) < 0.9, YES, UNSAID),
    )


def _literacy(world: World, folk: People, rng: np.random.Generator) -> list[Records]:
    teachers = np.flatnonzero(folk.current & (folk.employment <= SUBSTITUTE))
    school = folk.school[teachers]
    done = teachers[_done(world, school, "digital_literacy", -(-_head_count(world, school) // 10), rng)]
    before = teachers[rng.random(len(teachers)) < 0.06]
    courses = of_category("數位素養")
    return [
        records(
            who,
            pick(rng, courses, len(who)),
            sample_days(rng, len(who), season),
            hours=rng.integers(HOURS.index(2.0), THREE_HOURS + 1, len(who)),
        )
        for who, season in ((done, YEAR), (before, LONG_AGO))
    ]


def _leads(world: World, folk: People, rng: np.random.Generator) -> list[Records]:
    """The IT leads' course; some went to the one before the window, some after the deadline."""
    leads = np.flatnonzero(folk.lead)
    school = folk.school[leads]
    done = _done(world, school, "it_lead", _head_count(world, school), rng)
    missed = np.flatnonzero(~done)
    outside = np.array([NEVER, day_number(*TOO_EARLY), day_number(*TOO_LATE)])
    inside = np.array([day_number(*day) for day in LEAD_DAYS])
    day = pick(rng, inside, len(leads))
    day[missed] = outside[deal(rng, len(missed), (4, 3, 3))]
    there = np.flatnonzero(day != NEVER)
    return [
        records(
            leads[there],
            pick(rng, of_category("資訊組長"), len(there)),
            day[there],
            hours=HOURS.index(6.0),
        )
    ]


def _everything_else(folk: People, count: int, rng: np.random.Generator) -> Records:
    """What teachers attend besides; nothing is measured by it."""
    count = max(0, count)
    other = of_category("")
    return records(
        rng.integers(0, len(folk.school), count),
        pick(rng, other, count),
        sample_days(rng, count, (*YEAR, (date(2021, 8, 1), date(2021, 12, 31), 0.15))),
        hours=pick(rng, np.array([2, 3, 4, 4, 5, 5, 6]), count),
        session=np.where(rng.random(count) < 0.8, 0, rng.integers(0, UNITS, count)),
        certified=rng.choice([YES, YES, YES, UNSAID], count),
        must_fail=False,
    )
