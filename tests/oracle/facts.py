"""What a row of a table that programmes share says: a *statement*, typed and exact, with the person that is meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

BEFORE_EVERYTHING = date(1930, 1, 1)
RARE = "堃喆犇煊峯"
"""Characters of real names that CP950 cannot hold: there they can only be user-defined characters."""
SURNAMES = "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈"
GIVEN = "怡君雅婷志明淑芬家豪俊傑美玲宗翰冠宇佩珊建宏麗華文彥子涵承恩品妍柏翔欣穎國棟秀英惠如"


@dataclass(frozen=True)
class StaffRow:
    school: str
    staff_id: str
    name: str
    employment: str
    duty: str | None
    start: date
    end: date | None


@dataclass(frozen=True)
class TrainingRow:
    person: str
    """The 教師編號 of whoever is meant, however the row refers to them."""
    staff_id: str | None
    school: str | None
    name: str | None
    course: str
    category: str | None
    """The cell of 課程類別, as typed."""
    kind: str | None
    """What the course is by the rules: A1, A2, infosec, digital_literacy, it_lead or nothing."""
    held_on: date
    session: str | None
    hours: Fraction
    certified: bool | None


@dataclass(frozen=True)
class LessonRow:
    school: str
    staff_id: str | None
    teacher: str
    taught_on: date
    digital: bool
    four_learning: str | None
    invited_on: date | None
    subject: str | None
    class_: tuple[int, str] | None


@dataclass(frozen=True)
class Host:
    """Who held an open lesson: a school of ours, or one elsewhere told apart by county and name."""

    name: str
    county: str | None = None
    ours: bool = False


@dataclass(frozen=True)
class ObservationRow:
    event_id: str | None
    host: Host
    held_on: date
    school: str
    staff_id: str | None
    teacher: str


@dataclass(frozen=True)
class CoachingRow:
    school: str
    visited_on: date
    adviser: str | None
    topic: str | None


def is_rare(name: str) -> bool:
    return any(character in RARE for character in name)
