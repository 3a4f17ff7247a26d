"""What the sample's classes do: the survey's two tests and the learning gains; and the coaches' visits."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.sample.files import Table, cells
from dashboard.sample.keelung.goals import AS_OF, GOALS, attained
from dashboard.sample.keelung.mess import (
    ACHIEVEMENT_FAULTS,
    CLASS_NAMES,
    COACHING_FAULTS,
    SURVEY_FAULTS,
    any_of,
    as_dates,
    class_texts,
    date_texts,
    grade_texts,
    stamps,
    with_faults,
)
from dashboard.sample.keelung.people import habits, rank_within
from dashboard.sample.keelung.schools import Flags, Ints, World
from dashboard.sample.keelung.training import SCHOOL_WEEK, Span, sample_days
from dashboard.sample.words import SUBJECTS

PRE_TESTS: tuple[Span, ...] = (
    (date(2022, 9, 5), date(2022, 9, 30), 0.50),
    (date(2022, 10, 1), date(2022, 10, 21), 0.40),
    (date(2022, 10, 22), date(2022, 11, 11), 0.10),
)
POST_TESTS: tuple[Span, ...] = ((date(2022, 11, 14), AS_OF, 1.0),)
MEASURED: tuple[Span, ...] = (
    (date(2022, 9, 26), date(2022, 10, 31), 0.3),
    (date(2022, 11, 1), AS_OF, 0.7),
)
VISITS: tuple[Span, ...] = (
    (date(2022, 3, 1), date(2022, 6, 24), 0.45),
    (date(2022, 9, 12), AS_OF, 0.55),
)
ADVISERS = ("輔導員甲", "輔導員乙", "輔導教授丙", "推動辦公室丁")
TOPICS = ("四學模式共備", "載具管理", "平臺操作", "公開授課觀課議課", "自主學習量表說明", "-行政訪視", "")
METHODS = ("單元學後補救教學成效", "短期學習成效")
QUESTIONS = ("我會訂定自己的學習目標", "我會檢查自己學會了沒有", "遇到困難時我會想辦法")
CLASS_SIZE, CLASS_SIZE_NATION = 21, 14
OLDER_GRADES = 3  # the measures are mostly taken from this grade up


@dataclass(frozen=True)
class Classes:
    """Every class of every school, and its place in the order in which a school has them take part."""

    school: Ints
    grade: Ints
    number: Ints
    rank: Ints


def _classes(world: World, rng: np.random.Generator) -> Classes:
    school = np.repeat(np.arange(len(world.schools)), world.classes)
    ordinal = np.arange(len(school)) - np.repeat(np.cumsum(world.classes) - world.classes, world.classes)
    grade = 1 + ordinal % 6
    return Classes(school, grade, 1 + ordinal // 6, rank_within(school, rng, later=grade < OLDER_GRADES))


def _named(world: World) -> Flags:
    """The schools that call their classes 忠, 孝, 仁 ... instead of counting them."""
    few_enough: Flags = world.classes <= 6 * len(CLASS_NAMES)
    named: Flags = few_enough & (habits(world, "class names", 4) == 0)
    return named


def _sixth(world: World) -> Ints:
    return -(-world.classes // 6)


@dataclass(frozen=True)
class Answers:
    """One table of a form with the school each row is of, so that it can be cut into files."""

    table: Table
    school: Ints


def surveys(world: World) -> dict[str, Answers]:
    """The two tests: most classes have taken the first, the second has only begun."""
    rng = world.stream("survey")
    rooms = _classes(world, rng)
    both = np.minimum(attained(GOALS["srl_survey"], _sixth(world), world.quality, rng), world.classes)
    eager = rng.uniform(0.75, 1.6, len(both)) * (world.quality > np.quantile(world.quality, 0.08))
    first = np.clip(np.rint(_sixth(world) * eager).astype(np.int64), both, world.classes)
    before = np.flatnonzero(rooms.rank < first[rooms.school])
    after = np.flatnonzero(rooms.rank < both[rooms.school])
    unfinished = before[rooms.rank[before] >= both[rooms.school[before]]]
    misheard = rng.permutation(unfinished)[: max(2, len(before) // 200)]
    return {
        "前測": _answers(world, rooms, before, misheard, "前測", rng),
        "後測": _answers(world, rooms, after, misheard[:0], "後測", rng),
    }


def _answers(
    world: World, rooms: Classes, chosen: Ints, misheard: Ints, phase: str, rng: np.random.Generator
) -> Answers:
    """A row a pupil, in the time of one lesson; the `misheard` classes misspell their school."""
    size = (CLASS_SIZE_NATION if world.national else CLASS_SIZE) + rng.integers(-5, 6, len(chosen))
    room = np.repeat(chosen, size)
    seat = np.arange(len(room)) - np.repeat(np.cumsum(size) - size, size) + 1
    begin = np.repeat(rng.integers(30_000, 52_000, len(chosen)), size)
    season = PRE_TESTS if phase == "前測" else POST_TESTS
    day = np.repeat(sample_days(rng, len(chosen), season, SCHOOL_WEEK), size)
    form = np.repeat(rng.integers(0, 6, len(chosen)), size)
    there = np.flatnonzero(rng.random(len(room)) < 0.95)
    rows = np.sort(np.r_[there, rng.permutation(there)[: len(there) // 90]])
    room, seat, day, form = room[rows], seat[rows], day[rows], form[rows]
    second = begin[rows] + rng.integers(60, 2_400, len(rows))
    order = np.lexsort((second, day))
    room, seat, day, form, second = room[order], seat[order], day[order], form[order], second[order]
    school, grade = rooms.school[room], rooms.grade[room]
    spelling = np.where(rng.random(len(rows)) < 0.15, rng.integers(0, 6, len(rows)), form)
    named = _named(world)[school]
    by_form = np.stack([world.names(np.full(len(world.schools), f)) for f in range(6)])
    table = {
        "時間戳記": stamps(day, second, 0 if phase == "前測" else 1),
        "學校名稱": np.where(np.isin(room, misheard), world.misspelt()[school], by_form[form, school]),
        "年級": grade_texts(grade, spelling),
        "班級": class_texts(grade, rooms.number[room], spelling, named),
        "座號": np.where(rng.random(len(rows)) < 0.98, seat, "").astype(object),
        "測驗別": np.full(len(rows), phase, dtype=object),
    }
    for number, question in enumerate(QUESTIONS, start=1):
        table[f"{number}.{question}"] = rng.integers(2, 6, len(rows)).astype(object)
    return Answers(*with_faults(world, table, SURVEY_FAULTS, school, 0.002, rng))


def achievement(world: World) -> dict[str, Table]:
    """The two forms about learning gains, a few classes each."""
    rng = world.stream("achievement")
    rooms = _classes(world, rng)
    number = np.minimum(attained(GOALS["achievement"], _sixth(world), world.quality, rng), world.classes)
    room = np.flatnonzero(rooms.rank < number[rooms.school])
    room = np.sort(np.r_[room, room[rng.random(len(room)) < 0.3]])
    method = rng.integers(0, 2, len(room))
    return {name: _gains(world, rooms, room[method == n], name, rng) for n, name in enumerate(METHODS)}


def _gains(world: World, rooms: Classes, room: Ints, method: str, rng: np.random.Generator) -> Table:
    room = rng.permutation(room)  # schools answer as they get round to it, not one after the other
    school, grade = rooms.school[room], rooms.grade[room]
    day = np.sort(sample_days(rng, len(room), MEASURED, SCHOOL_WEEK))
    before = rng.integers(480, 760, len(room)).tolist()
    spelling = rng.integers(0, 6, len(room))
    table = {
        "時間戳記": stamps(day, rng.integers(28_800, 61_000, len(room)), 2),
        "學校名稱": world.names(rng.integers(0, 6, len(world.schools)))[school],
        "年級": grade_texts(grade, spelling),
        "班級": class_texts(grade, rooms.number[room], spelling, _named(world)[school]),
        "評量方式": np.full(len(room), method, dtype=object),
        "領域": any_of(rng, SUBJECTS[:5], len(room)),
        "前測平均": cells([f"{tenths / 10:.1f}" for tenths in before]),
        "後測平均": cells([f"{tenths / 10 + 8.3:.1f}{'分' if tenths % 9 == 0 else ''}" for tenths in before]),
        "人數": cells([f"{n}人" if n % 7 == 0 else str(n) for n in rng.integers(12, 29, len(room)).tolist()]),
    }
    return with_faults(world, table, ACHIEVEMENT_FAULTS, school, 0.01, rng)[0]


def coaching_table(world: World) -> Table:
    """Visits of the coaches, kept on one sheet by the office."""
    rng = world.stream("coaching")
    school = np.repeat(np.arange(len(world.schools)), rng.poisson(1.9, len(world.schools)))
    day = sample_days(rng, len(school), VISITS, SCHOOL_WEEK)
    order = np.argsort(day, kind="stable")
    school, day = school[order], day[order]
    typed = rng.random(len(day)) < 0.6
    table = {
        "學校名稱": world.names(np.zeros(len(world.schools), dtype=np.int64))[school],
        "輔導日期": np.where(typed, as_dates(day), date_texts(day, 5)),
        "輔導人員": any_of(rng, ADVISERS, len(day)),
        "主題": any_of(rng, TOPICS, len(day)),
    }
    return with_faults(world, table, COACHING_FAULTS, school, 0.01, rng)[0]
