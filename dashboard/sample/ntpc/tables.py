"""The rows of each table of the sample, as its schools write them: a school's quality says how many there are."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from dashboard.sample.ntpc.schools import (
    FIRST,
    NO_BUDGET,
    NO_TARGETS,
    NOT_PBL,
    OVER_CAPITAL,
    OVER_GRANT,
    PBL_UNKNOWN,
    UNSPENT,
    Draw,
    Person,
    School,
)
from dashboard.sample.words import DATE_FORMS, DIGITS, SUBJECTS, SURNAMES

AS_OF = date(2023, 11, 30)
SEMESTERS = {"111-2": (date(2023, 2, 13), date(2023, 6, 30)), "112-1": (date(2023, 8, 30), AS_OF)}
SEMESTER_TEXTS = {
    "111-2": ("111-2", "1112", "111學年度第2學期", "111學年度下學期"),
    "112-1": ("112-1", "1121", "112學年度第1學期", "112學年度第一學期"),
}
REMOTE = {"瑞芳區", "坪林區", "平溪區", "貢寮區", "石碇區"}
METHODS = ("單元學習成效", "單元學後補救教學成效", "短期學習扶助教學成效", "短期學習成效")
ACTIVITIES = ("5G智慧學習成果展", "數位學習博覽會", "自主學習論壇", "PBL 成果發表會")
HOSTS = ("新北市溪畔國小", "臺北市河堤國小", "潮音國小", "桃園市埤塘國小", "書香國小", "宜蘭縣平原國中")
ITEMS = (
    ("教師培訓數(全校教師完成A1、A2)", "人數"), ("教師培訓數-B1課程", "人數"), ("5G應用之教學與導入自主學習模式之培訓", "人數"),
    ("參與實施學生數", "人數"), ("教師數位教學與智慧學習應用課堂實施", "節數"), ("公開授課", "場次"), ("教材教案", "份數"),
    ("教育部委託計畫團隊入校輔導", "次"), ("其他", "場次"),
)  # fmt: skip

Row = tuple[Any, ...]


def _name(school: School, draw: Draw) -> str:
    """Mostly as the roster has it; some write the city and the district in front, some the long form."""
    long = school.name.replace("國中小", "國民中小學").replace("國小", "國民小學")
    return str(
        draw.of((school.name, school.name, f"新北市{school.district}{school.name}", f"新北市立{long}"))
    )


def _day(day: date, draw: Draw, school: School) -> str:
    """Every school has its habit, and now and then another."""
    form = school.place + (3 if draw.hits(0.3) else 0)
    return DATE_FORMS[form % len(DATE_FORMS)](day)


def _class(grade: int, room: int, draw: Draw) -> tuple[str, str]:
    forms = (
        (str(grade), str(room)),
        (DIGITS[grade - 1], f"{DIGITS[room - 1]}班"),
        (f"{grade}年級", f"{grade}{room:02}"),
    )
    return forms[draw.upto(2)]


def _roster(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        pbl = (
            ""
            if school.place == PBL_UNKNOWN
            else "否"
            if school.place in NOT_PBL
            else draw.of(("是", "V", "Y"))
        )
        remote = "是" if school.district in REMOTE else "否"
        yield school.name, f"{14601 + 7 * school.place:06}", school.district, "示範學校", pbl, remote


def _staff(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        for person in school.people:
            since = draw.day(date(2005, 8, 1), date(2022, 8, 1)).replace(month=8, day=1)
            left = draw.hits(0.02) and person.employment == "專任教師" and person is school.people[-4]
            until = _day(date(2023, 8, 1), draw, school) if left else ""
            yield (
                _name(school, draw),
                person.id,
                person.name,
                person.employment,
                _day(since, draw, school),
                until,
            )


def _training(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    """A1 and A2 of the whole school; B1 and 5G of who takes part."""
    for school in schools:
        taking_part = {person for pairs in school.pairs.values() for person, _, _ in pairs}
        chance = school.quality if school.place else 1.0
        for person in school.teachers:
            for course in ("A1數位學習工作坊(一)", "數位學習工作坊（A2）"):
                if draw.hits(chance**0.12):
                    yield _course(school, person, course, 3, date(2021, 9, 1), draw)
        for person in sorted(taking_part, key=lambda person: person.id):
            if draw.hits(chance**0.5):
                yield _course(school, person, "科技輔助自主學習工作坊（B1）", 12, date(2022, 7, 1), draw)
            if draw.hits(chance**0.7):
                for _ in range(2):
                    yield _course(
                        school,
                        person,
                        "5G應用之教學與導入自主學習模式培訓",
                        draw.of((0.5, 1)),
                        date(2023, 2, 1),
                        draw,
                    )


def _course(school: School, person: Person, course: str, hours: float, since: date, draw: Draw) -> Row:
    known = person.id if draw.hits(0.9) else ""
    day = _day(draw.day(since, AS_OF), draw, school)
    certified = "是" if school.place == FIRST or draw.hits(0.97) else "否"
    return _name(school, draw), known, person.name, course, day, hours, certified


def _participants(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        for semester, pairs in school.pairs.items():
            for person, grade, room in pairs:
                known = person.id if draw.hits(0.85) else ""
                text = draw.of(SEMESTER_TEXTS[semester])
                yield (
                    _name(school, draw), text, known, person.name, *_class(grade, room, draw), 18 + draw.upto(10),
                    draw.of(SUBJECTS),
                )  # fmt: skip


def _lessons(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    """Ten lessons a class and semester, more or fewer."""
    for school in schools:
        for semester, pairs in school.pairs.items():
            first, last = SEMESTERS[semester]
            for grade, room in sorted({(grade, room) for _, grade, room in pairs}):
                enough = draw.hits(school.quality**0.4) or school.place == FIRST
                for slot in range(10 + draw.upto(4) if enough else 4 + draw.upto(5)):
                    day = _day(draw.day(first, last), draw, school)
                    yield (
                        _name(school, draw),
                        day,
                        f"第{slot % 7 + 1}節",
                        draw.of(SUBJECTS),
                        *_class(grade, room, draw),
                        1,
                    )


def _plans(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        for semester, pairs in school.pairs.items():
            for person, grade, room in pairs:
                if not draw.hits(school.quality**0.6) and school.place != FIRST:
                    continue
                first, last = SEMESTERS[semester]
                text = draw.of((*SEMESTER_TEXTS[semester], ""))
                title = f"{draw.of(SUBJECTS)}自主學習教案"
                lessons = 2 + draw.upto(2) if school.place == FIRST or draw.hits(0.92) else 1
                day = _day(draw.day(first, last), draw, school)
                yield (
                    _name(school, draw),
                    day,
                    text,
                    person.id,
                    person.name,
                    *_class(grade, room, draw),
                    lessons,
                    title,
                )


def _events(least: int, semester_only: bool = True) -> Callable[[School, Draw], Iterator[date]]:
    """The days of something that happens `least` times a semester, or a year, at a school that does it all."""

    def days(school: School, draw: Draw) -> Iterator[date]:
        spans = list(SEMESTERS.values()) if semester_only else [(date(2023, 2, 13), AS_OF)]
        for first, last in spans:
            if school.place == FIRST or draw.hits(school.quality**0.6):
                for _ in range(least + draw.upto(1.4)):
                    yield draw.day(first, last)

    return days


def _promotion(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        for day in _events(1, False)(school, draw):
            yield _name(school, draw), _day(day, draw, school), draw.of(ACTIVITIES)


def _effects(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        room = _class(5, 1, draw)
        for day in _events(1)(school, draw):
            number = 1 + draw.upto(3)
            text = draw.of(("{m}", "{n}. {m}", "{n}、{m}")).format(n=number, m=METHODS[number - 1])
            yield _name(school, draw), text, _day(day, draw, school), *room
        for day in _events(1, False)(school, draw):
            yield _name(school, draw), "5. 長期學習扶助教學成效", _day(day, draw, school), "", ""


def _surveys(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        for number, day in enumerate(_events(1)(school, draw), 1):
            round_ = draw.of((str(number), f"第{DIGITS[number - 1]}次", ""))
            yield _name(school, draw), "自主學習量表", _day(day, draw, school), round_
        for day in _events(1)(school, draw) if school.place not in NOT_PBL else ():
            yield (
                _name(school, draw),
                draw.of(("5G關鍵能力意向量表", "5G 關鍵能力意向量表")),
                _day(day, draw, school),
                "",
            )


def _records(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        for day in _events(1)(school, draw):
            yield _name(school, draw), _day(day, draw, school), draw.of(school.teachers).name


def _public_lessons(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        for day in _events(1)(school, draw):
            person = draw.of(school.teachers)
            yield (
                _name(school, draw),
                person.id,
                person.name,
                _day(day, draw, school),
                draw.of(("是", "是", "否")),
            )


def _visits(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        for day in _events(1, False)(school, draw):
            host = draw.of(HOSTS)
            for person in school.teachers[: 1 + draw.upto(2)]:
                yield host, _day(day, draw, school), _name(school, draw), person.name


def _coaching(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        for day in _events(1)(school, draw):
            yield (
                _name(school, draw),
                _day(day, draw, school),
                f"{draw.of(SURNAMES)}輔導員",
                "自主學習教學設計",
            )


def _targets(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    """What a school set itself: near what it will reach, the better schools more surely."""
    for school in schools:
        if school.place == NO_TARGETS:
            continue
        classes = len({pair[1:] for pair in school.pairs["111-2"]})
        people = len(school.teachers)
        goals = (round(people * 0.7), 2, 2, classes * 18, classes * 12, 2, 4, 2, 1)
        for (item, unit), goal in zip(ITEMS, goals, strict=True):
            if item == "其他" and not draw.hits(0.4):
                continue
            next_year = draw.of((goal, goal // 2, ""))
            yield _name(school, draw), item, unit, draw.upto(goal), goal or "", next_year


def _budget(schools: Sequence[School], draw: Draw) -> Iterator[Row]:
    for school in schools:
        if school.place == NO_BUDGET:
            continue
        for year in (112, 113):
            capital = (
                120_000 if school.place == OVER_CAPITAL and year == 112 else 60_000 + 10_000 * draw.upto(4)
            )
            pay, work = 80_000 + 5_000 * draw.upto(8), 100_000 + 5_000 * draw.upto(10)
            work += 140_000 if school.place == OVER_GRANT else 0
            for kind, item, approved in (
                ("經常門", "人事費", pay), ("經常門", "業務費", work), ("資本門", "設備及投資", capital),
                ("經常門", "自籌款", 10_000 * draw.upto(3)),
            ):  # fmt: skip
                share = 0.5 + 0.45 * draw.rng.random() * school.quality
                spent = "" if year == 113 or school.place == UNSPENT else round(approved * share)
                money = draw.of((approved, f"{approved:,}", f"NT${approved:,}", f"{approved}元"))
                yield (
                    school.name,
                    draw.of((str(year), f"{year}年度", str(year + 1911))),
                    kind,
                    item,
                    money,
                    spent,
                )


TABLES: dict[str, tuple[tuple[str, ...], Callable[[Sequence[School], Draw], Iterator[Row]]]] = {
    "學校名冊": (("學校名稱", "學校代碼", "組別", "角色", "PBL", "偏遠"), _roster),
    "教職員名冊": (("學校名稱", "教師編號", "姓名", "身分別", "到職日", "離職日"), _staff),
    "研習紀錄": (("學校名稱", "教師編號", "姓名", "課程名稱", "研習日期", "時數", "研習證明"), _training),
    "參與名單": (("學校名稱", "學期", "教師編號", "姓名", "年級", "班級", "學生數", "領域"), _participants),
    "實施節數": (("學校名稱", "日期", "節次", "領域", "年級", "班級", "節數"), _lessons),
    "教材教案": (
        ("學校名稱", "繳交日期", "學期", "教師編號", "姓名", "年級", "班級", "節數", "名稱"),
        _plans,
    ),
    "推廣活動": (("學校名稱", "日期", "活動"), _promotion),
    "學習成效": (("學校名稱", "評量方式", "完成日期", "年級", "班級"), _effects),
    "量表施測": (("學校名稱", "量表", "施測日期", "次別"), _surveys),
    "觀課紀錄表": (("學校名稱", "日期", "教師"), _records),
    "公開授課": (("學校名稱", "教師編號", "授課教師", "授課日期", "數位學習模式"), _public_lessons),
    "觀課紀錄": (("主辦學校", "觀課日期", "觀課學校", "觀課教師"), _visits),
    "入校輔導": (("學校名稱", "輔導日期", "輔導人員", "主題"), _coaching),
    "量化目標": (("學校名稱", "項目", "單位", "現況值", "112年目標", "113年目標"), _targets),
    "經費": (("學校名稱", "年度", "經資門", "科目", "核定金額", "實支金額"), _budget),
}
