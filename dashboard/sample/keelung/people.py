"""The sample's people, all made up: who works where and since when, and the rosters that say so."""

from dataclasses import dataclass

import numpy as np

from dashboard.sample.files import USER_DEFINED, Cells, Table, cells, grid
from dashboard.sample.keelung.mess import NEVER, STAFF_FAULTS, choose_faults, date_texts, day_number, spoil
from dashboard.sample.keelung.schools import Flags, Ints, World, deal
from dashboard.sample.words import GIVEN, SURNAMES

RARE = "".join(USER_DEFINED)

FORMAL, SUBSTITUTE, HOURLY, CLERK, PRINCIPAL = range(5)
SUBSTITUTE_SHARE, HOURLY_SHARE = 0.11, 0.04
LEAVER_SHARE, MOVER_SHARE, RETURNING_SHARE, NEWCOMER_SHARE = 0.025, 0.025, 0.4, 0.002
HOMONYM_SHARE = 0.08  # of the schools
TEACHERS_WITH_TWO_LEADS = 60

# What program a school keeps its files with.
BIG5_QUESTION_MARKS, BIG5_USER_DEFINED, BIG5_TABS, WORKBOOK, UTF8_TITLED = range(5)
FILE_KINDS, RARE_KINDS = 9, 4

EMPLOYMENT_TEXTS = grid(
    ("編制內正式專任教師", "代理教師", "代課教師", "職員", "校長"),
    ("正式教師", "代理教師（懸缺）", "兼任教師", "幹事", "校長"),
    ("專任教師", "代理教師(育嬰留停缺)", "代課教師", "護理師", "主管"),
    ("專任教師", "代理教師", "兼任教師", "工友", "校長"),
)
DUTIES = ("導師", "科任教師", "教務主任", "學務主任", "總務主任", "輔導主任", "教學組長", "訓育組長", "")
DUTY_SHARES = (58, 20, 3, 3, 2, 2, 3, 3, 6)


@dataclass(frozen=True)
class People:
    """Everyone who is or was on a roster. Those employed come first, school by school, kind by kind."""

    school: Ints
    employment: Ints
    current: Flags
    coming: Flags
    lead: Flags
    ids: Cells
    names: Cells
    duties: Cells
    first: Ints  # per school: where its people begin
    teachers: Ints  # per school: how many of them, from there on, give lessons


@dataclass(frozen=True)
class Spells:
    """The rosters' lines: a person at a school from a day until before another."""

    person: Ints
    school: Ints
    since: Ints
    until: Ints
    fault: Ints


def rank_within(groups: Ints, rng: np.random.Generator, later: Flags | None = None) -> Ints:
    """A random order within each group, from 0; those marked `later` come after the others."""
    chance = rng.random(len(groups))
    order = np.lexsort((chance if later is None else chance + later, groups))
    ordered = groups[order]
    starts = (
        np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(groups) else np.array([], dtype=int)
    )
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(starts, np.diff(np.r_[starts, len(groups)]))
    return ranks


def people(world: World) -> People:
    """The schools' teachers, a principal and some staff each, and those who left or will come."""
    rng = world.stream("people")
    counts = _head_counts(world)
    sizes = counts.sum(axis=1)
    schools = len(world.schools)
    school = np.repeat(np.arange(schools), sizes)
    employment = np.repeat(np.tile(np.arange(5), schools), counts.ravel())
    left = rng.choice(len(school), max(6, round(len(school) * LEAVER_SHARE)))
    coming = rng.choice(len(school), max(2, round(len(school) * NEWCOMER_SHARE)))
    current = np.r_[np.ones(len(school), dtype=bool), np.zeros(len(left) + len(coming), dtype=bool)]
    school = np.r_[school, school[left], school[coming]]
    employment = np.r_[employment, employment[left], np.full(len(coming), SUBSTITUTE)]
    first = np.r_[0, np.cumsum(sizes)[:-1]]
    lead = _leads(world, school, employment, current, rng)
    letter = "N" if world.national else "K"
    return People(
        school=school,
        employment=employment,
        current=current,
        coming=np.arange(len(school)) >= len(school) - len(coming),
        lead=lead,
        ids=cells([f"{letter}{number:06d}" for number in rng.permutation(len(school)) + 1]),
        names=_names(world, school, first, rng),
        duties=_duties(world, school, employment, lead, rng),
        first=first,
        teachers=counts[:, FORMAL] + counts[:, SUBSTITUTE],
    )


def _head_counts(world: World) -> Ints:
    """Per school: formal, substitute, hourly, clerks, principal."""
    teachers = world.teachers
    hourly = np.floor(teachers * HOURLY_SHARE + 0.3).astype(np.int64)
    substitute = np.floor(teachers * SUBSTITUTE_SHARE + 0.5).astype(np.int64)
    substitute = np.where(world.is_special("only_substitutes"), teachers - hourly, substitute)
    formal = teachers - hourly - substitute
    clerks = 1 + teachers // 20
    return np.stack([formal, substitute, hourly, clerks, np.ones_like(teachers)], axis=1)


def _leads(world: World, school: Ints, employment: Ints, current: Flags, rng: np.random.Generator) -> Flags:
    """One teacher a school looks after its computers, two at a large one."""
    wanted = 1 + (world.teachers >= TEACHERS_WITH_TWO_LEADS)
    wanted[world.is_special("no_it_lead")] = 0
    eligible = np.flatnonzero(current & (employment <= SUBSTITUTE))
    seniority = rank_within(school[eligible] * 2 + employment[eligible], rng)
    only_substitutes = world.is_special("only_substitutes")[school[eligible]]
    fit = (employment[eligible] == FORMAL) | only_substitutes
    lead = np.zeros(len(school), dtype=bool)
    lead[eligible[fit & (seniority < wanted[school[eligible]])]] = True
    return lead


def _names(world: World, school: Ints, first: Ints, rng: np.random.Generator) -> Cells:
    """Names that differ within a school, save for two people of one name at a few schools.

    Where files are in Big5 somebody has a character that it cannot spell.
    """
    surnames = len(SURNAMES)
    weights = 1 / (np.arange(surnames) + 4)
    code = np.zeros(len(school), dtype=np.int64)
    again = np.arange(len(school))
    while len(again):
        surname = rng.choice(surnames, len(again), p=weights / weights.sum())
        second = rng.integers(0, len(GIVEN), len(again))
        third = (second + rng.integers(1, len(GIVEN), len(again))) % len(GIVEN)
        code[again] = (surname * len(GIVEN) + second) * len(GIVEN) + third
        _, unique = np.unique(school * 10**7 + code, return_index=True)
        again = np.setdiff1d(np.arange(len(school)), unique)
    two_of_a_name = deal(rng, len(world.schools), [HOMONYM_SHARE, 1 - HOMONYM_SHARE]) == 0
    two_of_a_name[np.argmax(world.teachers * without_ids(world))] = True
    homonyms = first[two_of_a_name]
    code[homonyms + 1] = code[homonyms]
    second, third = code // len(GIVEN) % len(GIVEN), code % len(GIVEN)
    rare = first[habits(world, "file", FILE_KINDS) < RARE_KINDS] + 2
    letters = cells(list(GIVEN + RARE))
    second[rare] = rng.integers(len(GIVEN), len(letters), len(rare))
    names: Cells = cells(list(SURNAMES))[code // len(GIVEN) ** 2] + letters[second] + letters[third]
    return names


def _duties(world: World, school: Ints, employment: Ints, lead: Flags, rng: np.random.Generator) -> Cells:
    shares = np.array(DUTY_SHARES) / sum(DUTY_SHARES)
    duties = cells(DUTIES)[rng.choice(len(DUTIES), len(school), p=shares)]
    duties[(employment == HOURLY) | (employment == CLERK)] = ""
    duties[employment == PRINCIPAL] = "校長"
    small = world.teachers[school] < 16
    duties[lead] = "資訊組長"
    duties[lead & small] = "資訊負責人"
    return duties


def spells(world: World, folk: People) -> Spells:
    """Present posts; former ones of movers, leavers and returning substitutes; posts yet to start."""
    rng = world.stream("spells")
    everyone = np.arange(len(folk.school))
    since, until = _present(folk, rng)
    formal = folk.current & (folk.employment == FORMAL)
    movers = np.flatnonzero(formal & (rng.random(len(everyone)) < MOVER_SHARE))
    moved_on = np.where(rng.random(len(movers)) < 0.85, day_number(2022, 8, 1), day_number(2022, 2, 1))
    since[movers] = moved_on
    former = _former_school(world, folk.school[movers], rng)
    forgotten = rng.random(len(movers)) < 0.08  # the former school never noted that they left
    substitute = folk.current & (folk.employment == SUBSTITUTE)
    back = np.flatnonzero(substitute & (rng.random(len(everyone)) < RETURNING_SHARE))
    twice = rng.choice(everyone[folk.current], max(2, len(everyone) // 400), replace=False)
    person = np.r_[everyone, movers, back, twice]
    leaver = np.flatnonzero(~folk.current & ~folk.coming)
    return Spells(
        person=person,
        school=np.r_[folk.school, former, folk.school[back], folk.school[twice]],
        since=np.r_[
            since,
            _hired(rng, len(movers), 2012, 2020),
            np.full(len(back), day_number(2021, 8, 26)),
            since[twice],
        ],
        until=np.r_[
            until,
            np.where(forgotten, NEVER, moved_on),
            np.full(len(back), day_number(2022, 7, 1)),
            until[twice],
        ],
        fault=choose_faults(rng, leaver, max(7, len(leaver) // 10), len(person), len(STAFF_FAULTS)),
    )


def _hired(rng: np.random.Generator, count: int, earliest: int, latest: int) -> Ints:
    """Teachers begin on the first of August."""
    firsts = np.array([day_number(year, 8, 1) for year in range(earliest, latest + 1)])
    return firsts[rng.integers(0, len(firsts), count)]


def _present(folk: People, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Since when each holds the present or last post, and until when if that is known."""
    count = len(folk.school)
    temporary = (folk.employment == SUBSTITUTE) | (folk.employment == HOURLY)
    this_autumn = day_number(2022, 8, 25) + rng.integers(0, 8, count)
    since = np.where(temporary, this_autumn, _hired(rng, count, 1992, 2021))
    until = np.where(temporary & (rng.random(count) < 0.7), day_number(2023, 7, 1), NEVER)
    gone = np.flatnonzero(~folk.current)
    ends = np.array([day_number(2022, month, 1) for month in (2, 8, 8, 11)])
    since[gone] = _hired(rng, len(gone), 1988, 2020)
    until[gone] = ends[rng.integers(0, len(ends), len(gone))]
    since[folk.coming], until[folk.coming] = day_number(2022, 12, 1), NEVER
    return since, until


def _former_school(world: World, present: Ints, rng: np.random.Generator) -> Ints:
    """Another school nearby: of the same county, or anywhere in the city."""
    if len(world.schools) == 1:
        return present
    if not world.national:
        return (present + rng.integers(1, len(world.schools), len(present))) % len(world.schools)
    size = np.bincount(world.group)
    first = np.r_[0, np.cumsum(size)[:-1]]
    start, length = first[world.group[present]], size[world.group[present]]
    step = rng.integers(1, np.maximum(length, 2))
    former: Ints = start + (present - start + step) % length
    return former


def roster(
    world: World, folk: People, posts: Spells, rows: Ints, form: Ints, rng: np.random.Generator
) -> Table:
    """The rosters' text for these lines; `form` is the school's habit."""
    person, school = posts.person[rows], posts.school[rows]
    habit = form[school]
    kind = np.where(folk.employment[person] == CLERK, person % 4, habit % len(EMPLOYMENT_TEXTS))
    date_form = np.where(rng.random(len(rows)) < 0.02, 5, habit)
    table = {
        "學校名稱": world.names(form % 2)[school],
        "教師編號": folk.ids[person].copy(),
        "姓名": folk.names[person].copy(),
        "身分別": EMPLOYMENT_TEXTS[kind, folk.employment[person]],
        "職務": folk.duties[person].copy(),
        "到職日": date_texts(posts.since[rows], date_form),
        "離職日": date_texts(posts.until[rows], date_form),
    }
    spoil(table, posts.fault[rows], STAFF_FAULTS, world.misspelt()[school], rng)
    return table


def habits(world: World, purpose: str, kinds: int, owners: int | None = None) -> Ints:
    """One habit a school (or another keeper of files), all kinds about equally often."""
    return deal(world.stream(purpose), owners or len(world.schools), [1] * kinds)


def without_ids(world: World) -> Flags:
    """The schools whose training records name people by their names alone."""
    return np.asarray(habits(world, "ids", 6) == 0)
