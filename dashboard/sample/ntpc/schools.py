"""The sample's schools: twenty-four invented ones, their people, and who of them takes part with which class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from dashboard.sample.words import GIVEN, SURNAMES

DISTRICTS = (
    ("板橋區", "溪畔國小 書香國小 晴光國中"), ("三重區", "日新里國小 曙光國小"), ("中和區", "楓樹林國小 長青國中"),
    ("淡水區", "潮音國小 望海國小 海風國中"), ("汐止區", "松風國小 泉源里國小"), ("瑞芳區", "雲水國小 石溪國小 嶺頂國中"),
    ("三峽區", "鹿角溪國小 茶山國小"), ("坪林區", "茶香國小 翠谷國中小"), ("平溪區", "天星國小"),
    ("貢寮區", "潮境國小 灣岬國中"), ("石碇區", "湖心國小 遠山國小"),
)  # fmt: skip
FIRST = 0  # the school that met everything
NOBODY, NO_TARGETS, NO_BUDGET, UNSPENT, OVER_GRANT, OVER_CAPITAL = 20, 17, 22, 5, 3, 8
PBL_UNKNOWN, NOT_PBL = 11, (2, 6, 10, 14, 18, 21)


@dataclass(frozen=True)
class Person:
    """Somebody on a school's roster."""

    id: str
    name: str
    employment: str


@dataclass(frozen=True)
class School:
    """A school, its people, and who of them teaches which classes in which semester."""

    place: int
    name: str
    district: str
    quality: float
    people: tuple[Person, ...]
    pairs: dict[str, tuple[tuple[Person, int, int], ...]]

    @property
    def teachers(self) -> tuple[Person, ...]:
        """The school's full-time and substitute teachers."""
        return tuple(person for person in self.people if person.employment in ("專任教師", "代理教師"))


@dataclass(frozen=True)
class Draw:
    """Chance, a stream of its own for each table, so that a change in one leaves the others alone."""

    rng: np.random.Generator

    def hits(self, chance: float) -> bool:
        """True with the probability `chance`, 0 to 1."""
        return bool(self.rng.random() < chance)

    def upto(self, most: float) -> int:
        """A whole number from 0 to `most`."""
        return int(self.rng.integers(0, int(most) + 1))

    def of(self, choices: Sequence[Any]) -> Any:
        """One of `choices`."""
        return choices[int(self.rng.integers(len(choices)))]

    def day(self, first: date, last: date) -> date:
        """A day from `first` to `last`."""
        return first + timedelta(days=self.upto((last - first).days))


def schools_of(draw: Draw) -> list[School]:
    """Every school of the sample with its people, in the order of its districts."""
    places = [(name, district) for district, names in DISTRICTS for name in names.split()]
    return [_school(n, name, district, draw) for n, (name, district) in enumerate(places)]


def _school(n: int, name: str, district: str, draw: Draw) -> School:
    quality = 1.0 if n == FIRST else float(draw.rng.beta(3, 1.6))
    kinds = [
        "校長",
        *["專任教師"] * (7 + draw.upto(22)),
        *["代理教師"] * (1 + draw.upto(3)),
        "職員",
        "代課教師",
    ]
    names: set[str] = set()
    while len(names) < len(kinds):
        names.add(draw.of(SURNAMES) + draw.of(GIVEN) + draw.of(GIVEN))
    people = tuple(
        Person(f"T{n:02}{i:03}", name, kind)
        for i, (name, kind) in enumerate(zip(sorted(names), kinds, strict=True))
    )
    return School(n, name, district, quality, people, _pairs(n, name, people, draw))


def _pairs(n: int, name: str, people: Sequence[Person], draw: Draw) -> dict[str, Any]:
    """Who takes part with which class: somebody new in autumn, and some classes go on."""
    if n == NOBODY:
        return {"111-2": (), "112-1": ()}
    grades = range(7, 10) if "國中" in name and "國中小" not in name else range(3, 7)
    own = [person for person in people if person.employment == "專任教師"]
    many = 2 + draw.upto(3)
    rooms = [(draw.of(grades), 1 + draw.upto(3)) for _ in range(many + 1)]
    rooms[1] = (rooms[0][0], rooms[0][1] + 1)
    spring = tuple((own[i], *rooms[i]) for i in range(many))
    autumn = tuple((own[i + draw.upto(1)], *rooms[i]) for i in range(many))
    return {"111-2": spring, "112-1": autumn}
