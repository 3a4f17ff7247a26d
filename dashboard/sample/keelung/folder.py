"""Lays the sample out as a folder: which file holds what, and in which program's manner."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dashboard.sample.files import Dialect, SampleError, Table, cells, write_csv, write_xlsx
from dashboard.sample.keelung import classroom, lessons, training, training_files
from dashboard.sample.keelung.mess import with_blank_rows
from dashboard.sample.keelung.people import (
    BIG5_QUESTION_MARKS,
    BIG5_TABS,
    BIG5_USER_DEFINED,
    FILE_KINDS,
    UTF8_TITLED,
    WORKBOOK,
    People,
    Spells,
    habits,
    people,
    roster,
    spells,
)
from dashboard.sample.keelung.schools import Ints, World, world
from dashboard.sample.words import FULL_WIDTH

CITY_DEFINITION = """\
# The programme of the letter on made-up data; the day is the sample's own.
extends = "keelung-111"
sample = true
as_of = 2022-11-25
"""
NATION_DEFINITION = """\
# An invented nation: without groups of its own, 學校名冊 says which schools there are.
extends = "keelung-111"
id = "nation-sample"
sample = true
as_of = 2022-11-25
city = ""
districts = []
groups = []
[title]
zh-TW = "全國示範資料"
en = "National sample"
"""
FORM = Dialect(encoding="utf-8", newline="\n")
BLANK_LINES = 3
LARGEST_WORKBOOK = 20_000  # rows; a larger one takes longer to write than everything else


def write(folder: Path, *, schools: int | None = None, teachers: int | None = None, seed: int = 1) -> None:
    """Writes the sample and its definition into a new or empty folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SampleError(f"{folder} 已經有資料，示範資料不會覆蓋它：請改指定新的或空的資料夾。")
    sample = world(schools, teachers, seed)
    folder.mkdir(parents=True, exist_ok=True)
    folk = people(sample)
    _definition(folder, sample)
    _schools(folder, sample)
    _rosters(folder, sample, folk, spells(sample, folk))
    _training(folder, sample, folk)
    _forms(folder, sample, folk)


def _definition(folder: Path, sample: World) -> None:
    name, text = ("nation-sample", NATION_DEFINITION) if sample.national else ("keelung-111", CITY_DEFINITION)
    (folder / f"{name}.toml").write_bytes(text.encode())


def _schools(folder: Path, sample: World) -> None:
    """學校名冊, with a title above the header and class counts as people type them."""
    blank = sample.is_special("blank_classes")
    rows = [
        (
            school.name,
            school.code,
            school.group,
            "重點學校" if school.lead else "夥伴學校",
            "" if blank[n] else _class_count(n, school.classes),
            school.district,
        )
        for n, school in enumerate(sample.schools)
    ]
    if not sample.national:
        rows.append(("新北市金龍國小", "", "自主學習組", "夥伴學校", 24, ""))
        rows.append((sample.schools[16].name, sample.schools[16].code, "STEAM跨域教學組", "夥伴學校", 23, ""))
    headers = ("學校名稱", "學校代碼", "組別", "角色", "班級數", "行政區")
    table = {header: cells(column) for header, column in zip(headers, zip(*rows, strict=True), strict=True)}
    year = "班級數為 113 學年度" if not sample.national else "虛構資料"
    write_xlsx(folder / "學校名冊.xlsx", table, "學校名冊", (f"數位學習精進方案參與學校一覽表（{year}）",))


def _class_count(place: int, classes: int) -> int | str:
    """Mostly a number; here and there a text."""
    texts = {4: f"{classes}班", 7: str(classes).translate(FULL_WIDTH), 10: str(classes)}
    return texts.get(place % 12, classes)


def _parts(sample: World) -> tuple[list[str], Ints]:
    """Who keeps a school's files: the school itself, or in a nation its county."""
    if not sample.national:
        return [school.name for school in sample.schools], np.arange(len(sample.schools))
    return list(dict.fromkeys(school.group for school in sample.schools)), sample.group


def _split(part: Ints, number: int) -> Iterator[tuple[int, Ints]]:
    """The rows of each part that has any, in their order."""
    order = np.argsort(part, kind="stable")
    bounds = np.searchsorted(part[order], np.arange(number + 1))
    for n in range(number):
        if bounds[n] < bounds[n + 1]:
            yield n, order[bounds[n] : bounds[n + 1]]


def _manner(sample: World, names: list[str], what: str) -> list[tuple[int, Dialect]]:
    """Each owner's program and how it writes."""
    kinds = habits(sample, "file", FILE_KINDS, len(names)).tolist()
    return [(kind, _dialect(kind, f"{name}　{what}")) for kind, name in zip(kinds, names, strict=True)]


def _dialect(kind: int, title: str) -> Dialect:
    if kind == BIG5_QUESTION_MARKS:
        return Dialect(encoding="cp950", errors="replace", title=(title,))
    if kind == BIG5_USER_DEFINED:
        return Dialect(encoding="cp950", errors="user-defined")
    if kind == BIG5_TABS:
        return Dialect(encoding="cp950", errors="replace", separator="\t")
    if kind == UTF8_TITLED:
        return Dialect(title=(title, "製表日期：111年11月24日", ""), trailing_column=True)
    return Dialect(newline="\n" if kind % 2 else "\r\n")


def _rosters(folder: Path, sample: World, folk: People, posts: Spells) -> None:
    """教職員名冊: a file an owner, some as workbooks."""
    rng = sample.stream("rosters")
    names, owner = _parts(sample)
    manner = _manner(sample, names, "111學年度教職員名冊")
    form = habits(sample, "roster", 11)
    order = np.lexsort((folk.employment[posts.person], posts.school))
    order = order[~sample.is_special("no_roster")[posts.school[order]]]
    for n, places in _split(owner[posts.school[order]], len(names)):
        kind, dialect = manner[n]
        table = roster(sample, folk, posts, order[places], form, rng)
        table = with_blank_rows(table, rng, BLANK_LINES * (n % 2))
        stem = f"教職員名冊_{names[n]}"
        if kind == WORKBOOK and len(places) <= LARGEST_WORKBOOK // 10:
            write_xlsx(folder / f"{stem}.xlsx", table, "工作表1", dialect.title)
        else:
            write_csv(folder / f"{stem}.csv", table, dialect)


def _training(folder: Path, sample: World, folk: People) -> None:
    """研習紀錄: a file an owner, and the training system's export, which repeats a part of them."""
    rng = sample.stream("training files")
    scale = training_files.NATION if sample.national else training_files.CITY
    files = training_files.filed(sample, folk, training.training(sample, folk, scale.rows_each), scale)
    habit = training_files.training_habits(sample)
    names, owner = _parts(sample)
    manner = _manner(sample, names, "研習紀錄")
    own = np.flatnonzero(files.channel != training_files.CITY_FILE)
    own = own[np.lexsort((files.rows.day[own], files.school[own]))]
    for n, places in _split(owner[files.school[own]], len(names)):
        table = training_files.own_table(sample, folk, files, habit, own[places], rng)
        table = with_blank_rows(_rearranged(table, n), rng, BLANK_LINES * (n % 3 == 0))
        write_csv(folder / f"研習紀錄_{names[n]}.csv", table, manner[n][1])
    city = np.flatnonzero(files.channel != training_files.OWN_FILE)
    city = city[np.argsort(files.rows.day[city], kind="stable")]
    table = training_files.city_table(sample, folk, files, city, rng)
    write_csv(folder / "研習紀錄_教師進修系統匯出.csv", table, FORM)


def _rearranged(table: Table, n: int) -> Table:
    """No two offices agree on the order of columns; some count their rows."""
    headers = list(table)
    if n % 4 == 1:
        headers = [*headers[3:], *headers[:3]]
    arranged = {header: table[header] for header in headers}
    rows = len(table["姓名"])
    return {"序號": np.arange(1, rows + 1).astype(object), **arranged} if n % 5 == 2 else arranged


def _forms(folder: Path, sample: World, folk: People) -> None:
    """What comes from forms and from the office's own sheets."""
    held = lessons.lessons(sample, folk)
    write_csv(folder / "公開授課_表單回應.csv", lessons.lesson_table(sample, folk, held), FORM)
    _sheet(folder, "觀課紀錄", lessons.observation_table(sample, folk, held), sample)
    for method, table in classroom.achievement(sample).items():
        write_csv(folder / f"學力觀察_{method}.csv", table, FORM)
    _sheet(folder, "入校輔導", classroom.coaching_table(sample), sample)
    for phase, answers in classroom.surveys(sample).items():
        _survey(folder, sample, phase, answers)


def _sheet(folder: Path, name: str, table: Table, sample: World) -> None:
    """A workbook, unless the nation makes it too large."""
    if sample.national and len(next(iter(table.values()))) > LARGEST_WORKBOOK // 10:
        write_csv(folder / f"{name}.csv", table, Dialect())
    else:
        write_xlsx(folder / f"{name}.xlsx", table, name, (f"{name}（示範資料）",))


def _survey(folder: Path, sample: World, phase: str, answers: classroom.Answers) -> None:
    """One export of the form for a city, one for each county of a nation."""
    if not sample.national:
        write_csv(folder / f"自主學習量表_{phase}.csv", answers.table, FORM)
        return
    names, owner = _parts(sample)
    for n, places in _split(owner[answers.school], len(names)):
        part = {header: column[places] for header, column in answers.table.items()}
        write_csv(folder / f"自主學習量表_{phase}_{names[n]}.csv", part, FORM)
