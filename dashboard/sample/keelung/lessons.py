"""The sample's public lessons, and who came to see them from other schools."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.sample.files import Table, cells
from dashboard.sample.keelung.goals import GOALS, attained
from dashboard.sample.keelung.mess import (
    LESSON_FAULTS,
    NEVER,
    OBSERVATION_FAULTS,
    TODAY,
    any_of,
    as_dates,
    class_texts,
    date_texts,
    stamps,
    with_faults,
)
from dashboard.sample.keelung.people import People, habits
from dashboard.sample.keelung.schools import Flags, Ints, World
from dashboard.sample.keelung.training import SCHOOL_WEEK, Span, sample_days
from dashboard.sample.words import SUBJECTS

LESSONS: tuple[Span, ...] = (
    (date(2022, 9, 5), date(2022, 10, 6), 0.22),
    (date(2022, 10, 7), date(2022, 11, 10), 0.48),
    (date(2022, 11, 11), date(2022, 11, 24), 0.30),
)
SPRING: tuple[Span, ...] = ((date(2022, 3, 14), date(2022, 6, 10), 1.0),)
FOUR_MODES = ("是", "否", "", "學生自學, 組內共學", "學生自學, 組內共學, 組間互學, 教師導學", "組間互學")
ELSEWHERE = (
    ("新北市信義國小", ""),
    ("汐止國小", "新北市"),
    ("民生國小", "臺北市"),
    ("銘傳國中", ""),
    ("金龍國小", "新北市"),
    ("八斗高中", "基隆市"),
)
ELSEWHERE_NATION = (("國立臺灣師大附中", ""), ("銘傳國中", ""), ("臺北市立大直高中", ""))


@dataclass(frozen=True)
class Lessons:
    """Public lessons as they were held."""

    school: Ints
    person: Ints
    day: Ints
    digital: Flags


def lessons(world: World, folk: People) -> Lessons:
    """Digital lessons by as many teachers as the goal says, others in the old way by anybody."""
    rng = world.stream("lessons")
    schools = len(world.schools)
    digital = attained(GOALS["public_lesson"], np.ones(schools, dtype=np.int64), world.quality, rng)
    digital = np.minimum(digital, folk.teachers)
    ordinary = np.minimum(rng.poisson(0.5, schools), folk.teachers - digital)
    number = digital + ordinary
    school = np.repeat(np.arange(schools), number)
    place = np.arange(len(school)) - np.repeat(np.cumsum(number) - number, number)
    start = np.repeat(rng.integers(0, np.maximum(folk.teachers, 1)), number)
    person = folk.first[school] + (start + place) % folk.teachers[school]
    return Lessons(
        school, person, sample_days(rng, len(school), LESSONS, SCHOOL_WEEK), place < digital[school]
    )


def lesson_table(world: World, folk: People, held: Lessons) -> Table:
    """The city's form: free text where a choice would have done, and one teacher who sent it twice."""
    rng = world.stream("lesson form")
    again = rng.permutation(len(held.day))[: max(1, len(held.day) // 40)]
    rows = np.r_[np.arange(len(held.day)), again]
    school, day = held.school[rows], held.day[rows]
    filled = np.minimum(day + rng.integers(0, 6, len(rows)), TODAY)
    grade, number = rng.integers(1, 7, len(held.day))[rows], rng.integers(1, 3, len(held.day))[rows]
    invited = np.where(rng.random(len(rows)) < 0.85, day - rng.integers(2, 20, len(rows)), NEVER)
    with_id = rng.random(len(world.schools))[school] < 0.5
    form = rng.integers(0, 6, len(world.schools))
    table = {
        "時間戳記": stamps(filled, rng.integers(28_800, 64_000, len(rows)), 3),
        "學校名稱": world.names(form)[school],
        "教師編號": np.where(with_id, folk.ids[held.person[rows]], "").astype(object),
        "授課教師": folk.names[held.person[rows]],
        "授課日期": date_texts(day, habits(world, "lesson date", 3)[school]),
        "領域": any_of(rng, SUBJECTS, len(rows)),
        "班級": class_texts(grade, number, 3 + rng.integers(0, 3, len(rows)), np.full(len(rows), False)),
        "數位學習模式": np.where(held.digital[rows], "是", "否").astype(object),
        "四學模式": any_of(rng, FOUR_MODES, len(rows)),
        "邀請日期": date_texts(invited, 2),
        "備註": np.full(len(rows), "", dtype=object),
    }
    order = np.argsort(filled, kind="stable")
    table = {header: column[order] for header, column in table.items()}
    return with_faults(world, table, LESSON_FAULTS, school[order], 0.02, rng)[0]


@dataclass(frozen=True)
class Events:
    """What others may come to see; a host below 0 is one of the places elsewhere."""

    host: Ints
    day: Ints


def _events(world: World, held: Lessons, rng: np.random.Generator) -> Events:
    """Most of the public lessons, some of last spring, and a few elsewhere."""
    open_lessons = np.flatnonzero(rng.random(len(held.day)) < 0.85)
    schools = len(world.schools)
    spring = rng.permutation(schools)[: max(1, schools // 6)]
    away = -1 - np.arange(max(6, schools // 20)) % len(ELSEWHERE_NATION if world.national else ELSEWHERE)
    return Events(
        host=np.r_[held.school[open_lessons], spring, away],
        day=np.r_[
            held.day[open_lessons],
            sample_days(rng, len(spring), SPRING, SCHOOL_WEEK),
            sample_days(rng, len(away), (*SPRING, *LESSONS), SCHOOL_WEEK),
        ],
    )


def observation_table(world: World, folk: People, held: Lessons) -> Table:
    """Who watched whom: a team at one event, single visitors at several, some at their own school's."""
    rng = world.stream("observations")
    events = _events(world, held, rng)
    event, person = _visits(world, folk, events, rng)
    order = np.argsort(events.day[event], kind="stable")
    event, person = event[order], person[order]
    school, host = folk.school[person], events.host[event]
    elsewhere = ELSEWHERE_NATION if world.national else ELSEWHERE
    away = elsewhere[::-1]  # so that host -1 is the last, as indices below 0 count
    form = rng.integers(0, 6, len(world.schools))
    with_id = rng.random(len(world.schools))[school] < 0.5
    days = events.day[event]
    typed = (rng.random(len(days)) < 0.7) & (not world.national)  # real dates need a worksheet
    names = np.r_[world.names(form), cells([name for name, _ in away])]
    counties = np.r_[np.full(len(world.schools), "", dtype=object), cells([county for _, county in away])]
    table = {
        "活動編號": cells([f"OBS-{number:04d}" for number in range(1, len(events.host) + 1)])[event],
        "主辦學校": names[host],
        "主辦縣市": counties[host],
        "觀課日期": np.where(typed, as_dates(days), date_texts(days, 1)),
        "觀課學校": world.names(rng.integers(0, 6, len(world.schools)))[school],
        "教師編號": np.where(with_id, folk.ids[person], "").astype(object),
        "觀課教師": folk.names[person],
    }
    return with_faults(world, table, OBSERVATION_FAULTS, school, 0.012, rng)[0]


def _visits(world: World, folk: People, events: Events, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pairs of event and visitor, school by school; groups mostly visit each other."""
    schools = len(world.schools)
    team = attained(GOALS["cross_observation"], np.full(schools, 2), world.quality, rng)
    team = np.minimum(team, folk.teachers)
    group = np.where(events.host >= 0, world.group[np.maximum(events.host, 0)], NEVER)
    near = [np.flatnonzero(group == number) for number in range(world.group.max() + 1)]
    far = np.flatnonzero(group == NEVER)
    pairs: list[tuple[int, int]] = []
    for school in range(schools):
        own = near[world.group[school]]
        others = own[events.host[own] != school]
        pool = np.r_[others, far] if rng.random() < 0.3 or not len(others) else others
        chosen = rng.permutation(pool)[: 1 + int(rng.integers(0, 3))]
        sizes = [int(team[school]), *(int(rng.integers(0, team[school] + 1)) for _ in chosen[1:])]
        if team[school] < 2 or rng.random() < 0.2:
            home = own[events.host[own] == school][:1]
            chosen, sizes = np.r_[chosen, home], [*sizes, *(3 for _ in home)]
        for event, size in zip(chosen.tolist(), sizes, strict=True):
            start = int(rng.integers(0, folk.teachers[school]))
            crowd = range(start, start + min(size, int(folk.teachers[school])))
            pairs += [(event, int(folk.first[school]) + n % int(folk.teachers[school])) for n in crowd]
    return np.array([event for event, _ in pairs]), np.array([person for _, person in pairs])
