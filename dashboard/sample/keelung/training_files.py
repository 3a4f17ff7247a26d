"""Whose file holds a training record, how it puts it, and what goes wrong."""

from dataclasses import dataclass

import numpy as np

from dashboard.sample.files import Cells, Table, cells
from dashboard.sample.keelung.mess import (
    HOUR_TEXTS,
    ISO,
    NEVER,
    TRAINING_FAULTS,
    YES_NO_TEXTS,
    choose_faults,
    date_texts,
    spoil,
)
from dashboard.sample.keelung.people import People, habits, without_ids
from dashboard.sample.keelung.schools import Flags, Ints, World, deal
from dashboard.sample.keelung.training import COURSES, SESSIONS, Records, of_category, take

OWN_FILE, CITY_FILE, BOTH_FILES = range(3)


@dataclass(frozen=True)
class Scale:
    """What differs between a city, whose export repeats much of the schools' files, and a nation."""

    rows_each: float  # per teacher
    channels: tuple[float, float, float]
    silent_schools: float  # share of the schools that keep no file of their own
    faulty: float  # share of the rows


CITY = Scale(rows_each=7.2, channels=(0.78, 0.12, 0.10), silent_schools=0.08, faulty=0.006)
NATION = Scale(rows_each=15.0, channels=(0.94, 0.03, 0.03), silent_schools=0.02, faulty=0.005)


@dataclass(frozen=True)
class Filed:
    """The records with the file of each and what is wrong with it there."""

    rows: Records
    school: Ints  # whose file
    channel: Ints
    fault: Ints


def filed(world: World, folk: People, rows: Records, scale: Scale) -> Filed:
    """Rows go wrong among those on which no goal rests, so that the state stays what the goals say."""
    rng = world.stream("filed")
    school = folk.school[rows.person]
    other = np.isin(rows.course, of_category("")) | rows.must_fail
    rank = np.where(rows.must_fail, 0.0, rng.random(len(other)))
    candidates = np.flatnonzero(other & ~world.is_special("no_roster")[school])
    count = max(round(len(other) * scale.faulty), int(rows.must_fail.sum()))
    candidates = candidates[np.argsort(rank[candidates], kind="stable")][:count]
    fault = choose_faults(rng, candidates, count, len(other), len(TRAINING_FAULTS))
    silent = deal(rng, len(world.schools), (scale.silent_schools, 1 - scale.silent_schools)) == 0
    silent |= world.is_special("no_roster")
    channel = rng.choice(3, len(other), p=scale.channels)
    channel[fault != NEVER] = OWN_FILE
    channel[silent[school]] = CITY_FILE
    return Filed(rows, school, channel, fault)


@dataclass(frozen=True)
class Habits:
    """How each school writes its records."""

    date: Ints
    name: Ints
    hours: Ints
    yes_no: Ints
    without_ids: Flags
    without_categories: Flags
    by_code: Flags  # the school's code is written instead of its name


def training_habits(world: World) -> Habits:
    """Dealt out, so that each habit occurs."""
    return Habits(
        date=habits(world, "date", 11),
        name=habits(world, "name", 6),
        hours=habits(world, "hours", 4),
        yes_no=habits(world, "yes_no", 5),
        without_ids=without_ids(world),
        without_categories=habits(world, "categories", 5) < 2,
        by_code=habits(world, "code", 10) == 0,
    )


def own_table(
    world: World, folk: People, files: Filed, habit: Habits, places: Ints, rng: np.random.Generator
) -> Table:
    """A school's (or county's) own file."""
    rows, school = take(files.rows, places), files.school[places]
    names = np.where(habit.by_code, "", world.names(habit.name)).astype(object)
    codes = [
        (item.code.lstrip("0") if n % 2 else item.code) if coded else ""
        for n, (item, coded) in enumerate(zip(world.schools, habit.by_code.tolist(), strict=True))
    ]
    courses, categories = _catalogue()
    unusual = rng.random(len(places)) < 0.015
    date_form = np.where(unusual, rng.integers(0, 11, len(places)), habit.date[school])
    table = {
        "學校名稱": names[school],
        "教師編號": np.where(habit.without_ids[school], "", folk.ids[rows.person]).astype(object),
        "姓名": folk.names[rows.person],
        "課程名稱": courses[rows.course],
        "課程類別": np.where(habit.without_categories[school], "", categories[rows.course]).astype(object),
        "研習日期": date_texts(rows.day, date_form),
        "場次": cells(SESSIONS)[rows.session],
        "時數": HOUR_TEXTS[np.where(unusual, 1, habit.hours[school]), rows.hours],
        "研習證明": YES_NO_TEXTS[habit.yes_no[school], rows.certified],
    }
    if habit.by_code[np.unique(school)].any():
        table = {"學校代碼": cells(codes)[school], **table}
    spoil(table, files.fault[places], TRAINING_FAULTS, world.misspelt()[school], rng)
    return table


def city_table(world: World, folk: People, files: Filed, places: Ints, rng: np.random.Generator) -> Table:
    """The training system's export: tidy, with codes and ISO dates, and much that schools wrote down too."""
    rows, school = take(files.rows, places), files.school[places]
    courses, categories = _catalogue()
    table = {
        "學校代碼": cells([item.code for item in world.schools])[school],
        "學校名稱": cells([item.forms[1] for item in world.schools])[school],
        "教師編號": folk.ids[rows.person],
        "姓名": folk.names[rows.person],
        "課程代碼": cells([f"C{3_380_000 + 17 * n}" for n in range(len(COURSES))])[rows.course],
        "課程名稱": courses[rows.course],
        "課程類別": categories[rows.course],
        "研習日期": date_texts(rows.day, ISO),
        "場次": cells(SESSIONS)[rows.session],
        "時數": HOUR_TEXTS[3, rows.hours],
        "研習證明": YES_NO_TEXTS[2, rows.certified],
    }
    spoil(table, files.fault[places], TRAINING_FAULTS, world.misspelt()[school], rng)
    return table


def _catalogue() -> tuple[Cells, Cells]:
    return cells([course.name for course in COURSES]), cells([course.category for course in COURSES])
