"""The sample's schools: the 41 of the letter with their facts, or an invented nation of any size.

Invented schools have codes that no real school has (the ministry's third digit, the kind of school, is never
0 as here) and names from common characters; one may by chance be called like a real one.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dashboard.paths import PROGRAMMES
from dashboard.sample.files import Cells, SizeError, cells

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Special = Literal["", "no_roster", "blank_classes", "only_substitutes", "no_it_lead"]

KEELUNG = PROGRAMMES / "keelung-schools.csv"
KEELUNG_SPECIAL: dict[str, Special] = {
    "瑪陵國小": "no_roster",
    "港西國小": "blank_classes",
    "私立二信小學": "only_substitutes",
    "復興國小": "no_it_lead",
}
KEELUNG_ALIASES = {"私立二信小學": "二信高中附設國小", "私立聖心小學": "輔大聖心高中附設國小"}
NATION_SPECIAL: tuple[tuple[Special, float], ...] = (
    ("no_roster", 0.01),
    ("blank_classes", 0.008),
    ("only_substitutes", 0.005),
    ("no_it_lead", 0.01),
)
COUNTIES = {  # about how many schools to a thousand
    "新北市": 95, "宜蘭縣": 25, "桃園市": 62, "新竹縣": 30, "苗栗縣": 37, "臺中市": 80, "彰化縣": 59,
    "南投縣": 45, "雲林縣": 50, "嘉義縣": 40, "臺南市": 70, "高雄市": 82, "屏東縣": 53, "臺東縣": 28,
    "花蓮縣": 34, "澎湖縣": 13, "基隆市": 14, "新竹市": 12, "嘉義市": 7, "臺北市": 50, "金門縣": 7,
    "連江縣": 3,
}  # fmt: skip
FIRST = "文新大東西南北光明安和平仁義信忠孝德福興華永吉三龍鳳竹石水溪海山林豐豪成長富建復育英崇樂嘉瑞秀"
LAST = "蘭湖山林埔澳崙坑寮港濱堵田園溪水泉石門橋安和平義光明華興隆豐美榮正化成樂社坪崎潭洲原德"
MOST_SCHOOLS = 10_000
MOST_TEACHERS = 2_000_000
TEACHERS_PER_SCHOOL = 35
TEACHERS_PER_CLASS = 1.95

# What is typed for what is heard; no invented name has the wrong character, so no slip hits another school.
HEARD = "澳崙堵濱碇暖榮隆聖瑪潭港坪蘭湖德信義仁正興和八西尚成東忠復美山華洞樂"
TYPED = "奧侖賭賓錠煖嶸龍勝馬譚崗評藍胡得欣誼人政星合巴席上城冬中覆每珊樺動勒"
HOMOPHONES = dict(zip(HEARD, TYPED, strict=True))


@dataclass(frozen=True)
class School:
    """One school; `forms` are the ways in which people write its name, the definition's own first."""

    code: str
    name: str
    district: str
    group: str
    lead: bool
    classes: int
    teachers: int
    special: Special
    forms: tuple[str, ...]
    misspelt: str


@dataclass(frozen=True)
class World:
    """The schools, and what is asked about each of them as arrays."""

    schools: tuple[School, ...]
    national: bool
    seed: int
    group: Ints
    teachers: Ints
    classes: Ints
    quality: Floats

    def is_special(self, special: Special) -> Flags:
        """Which schools have this peculiarity."""
        return np.array([school.special == special for school in self.schools])

    def names(self, form: Ints) -> Cells:
        """Each school's name in the form it uses here."""
        return cells([school.forms[f] for school, f in zip(self.schools, form.tolist(), strict=True)])

    def misspelt(self) -> Cells:
        """Each school's name as somebody types it who only heard it."""
        return cells([school.misspelt for school in self.schools])

    def stream(self, purpose: str) -> np.random.Generator:
        """Random numbers of their own for each purpose: what one part draws changes nothing elsewhere."""
        return np.random.default_rng([self.seed, *purpose.encode()])


def world(schools: int | None, teachers: int | None, seed: int) -> World:
    """The 41 schools when no number (or 41) is asked for, else a nation of that size."""
    for value, most, what in ((schools, MOST_SCHOOLS, "學校數"), (teachers, MOST_TEACHERS, "教師數")):
        if value is not None and not 1 <= value <= most:
            raise SizeError(f"{what}須為 1 到 {most:,}，而不是 {value:,}。")
    if seed < 0:
        raise SizeError(f"亂數種子須為 0 以上的整數，而不是 {seed}。")
    facts = _keelung_rows()
    national = schools is not None and schools != len(facts)
    count = schools if schools is not None and national else len(facts)
    if teachers is not None and teachers < count:
        raise SizeError(f"教師數（{teachers:,}）不可少於學校數（{count:,}）：每校至少 1 人。")
    sample = (
        _nation(count, teachers or count * TEACHERS_PER_SCHOOL, seed)
        if national
        else _keelung(facts, teachers)
    )
    groups = {name: n for n, name in enumerate(dict.fromkeys(school.group for school in sample))}
    group = np.array([groups[school.group] for school in sample])
    return World(
        schools=tuple(sample),
        national=national,
        seed=seed,
        group=group,
        teachers=np.array([school.teachers for school in sample]),
        classes=np.array([school.classes for school in sample]),
        quality=_quality(sample, group, seed),
    )


def deal(rng: np.random.Generator, count: int, shares: Sequence[float]) -> Ints:
    """Kinds 0, 1, ... in exactly these shares, shuffled: chance would leave some out of a small sample."""
    bounds = np.cumsum(shares) / sum(shares) * count
    return rng.permutation(np.asarray(np.searchsorted(bounds, np.arange(count) + 0.5)))


def apportion(total: int, weights: Floats) -> Ints:
    """Whole numbers of at least 1 that add up to the total, in proportion to the weights."""
    exact = weights / weights.sum() * (total - len(weights))
    parts: Ints = np.floor(exact).astype(np.int64) + 1
    parts[np.argsort(parts - exact, kind="stable")[: total - parts.sum()]] += 1
    return parts


def _quality(schools: Sequence[School], group: Ints, seed: int) -> Floats:
    """How well a school does: its group's spirit, its own, and the lead's head start."""
    rng = np.random.default_rng([seed, 1])
    spirit = np.resize([0.7, 0.3, -0.6, 0.1, -0.4], group.max() + 1)
    lead = np.array([school.lead for school in schools])
    return spirit[group] + 0.9 * lead + rng.normal(0, 0.8, len(schools))


def _misspelt(stem: str) -> str:
    """The name as somebody types it who hears it: 深奧 for 深澳. Never another school's."""
    for right, wrong in HOMOPHONES.items():
        if right in stem:
            return stem.replace(right, wrong) + "國小"
    return stem[:-1] + "○國小"


def _keelung_rows() -> list[dict[str, str]]:
    with KEELUNG.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _keelung(rows: Sequence[dict[str, str]], teachers: int | None) -> list[School]:
    """The 41 real schools; another number of teachers is spread like the real one."""
    real = np.array([int(row["teachers"]) for row in rows])
    sizes = real if teachers is None else apportion(teachers, real.astype(float))
    return [_keelung_school(row, int(size)) for row, size in zip(rows, sizes, strict=True)]


def _keelung_school(row: dict[str, str], teachers: int) -> School:
    name, district = row["school_name"], row["district"]
    stem = name.removeprefix("私立").removesuffix("國小").removesuffix("小學")
    public = (
        name,
        f"基隆市{district}{stem}國民小學",
        stem,
        f"基隆市立{stem}國小",
        f"{district}{stem}國小",
        f"基隆市 {stem}國小",
    )
    alias = KEELUNG_ALIASES.get(name, "")
    private = (name, f"基隆市私立{stem}國民小學", alias, name, alias, f"{stem}小學")
    return School(
        code=row["moe_code"],
        name=name,
        district=district,
        group=row["group"],
        lead=row["role"] == "lead",
        classes=int(row["classes"]),
        teachers=teachers,
        special=KEELUNG_SPECIAL.get(name, ""),
        forms=private if alias else public,
        misspelt=_misspelt(stem),
    )


def _nation(count: int, teachers: int, seed: int) -> list[School]:
    """Counties as groups with one lead each; a small nation has fewer, so that no lead is alone."""
    rng = np.random.default_rng([seed, 2])
    weights = np.array(list(COUNTIES.values()), dtype=float)
    chosen = np.sort(np.argsort(-weights, kind="stable")[: max(1, min(len(weights), count // 2))])
    per_county = apportion(count, weights[chosen])
    county = np.repeat(chosen, per_county)
    stems = np.array([first + last for first in FIRST for last in LAST if first != last])
    names = np.concatenate([rng.choice(stems, size, replace=False) for size in per_county])
    ordinal = np.concatenate([np.arange(1, size + 1) for size in per_county])
    sizes = apportion(teachers, rng.lognormal(0, 0.75, count) + 0.25)
    special = _nation_special(ordinal, rng)
    labels = list(COUNTIES)
    return [
        _nation_school(labels[c], f"{c + 1:02d}{n:04d}", name, n == 1, int(size), kind)
        for c, n, name, size, kind in zip(county, ordinal, names, sizes, special, strict=True)
    ]


def _nation_special(ordinal: Ints, rng: np.random.Generator) -> list[Special]:
    """Peculiar schools, at least one of each kind where there is room, never a lead."""
    partners = rng.permutation(np.flatnonzero(ordinal > 1))
    special: list[Special] = [""] * len(ordinal)
    start = 0
    for kind, share in NATION_SPECIAL:
        stop = start + (max(1, round(share * len(ordinal))) if len(partners) >= 8 else 0)
        for place in partners[start:stop]:
            special[place] = kind
        start = stop
    return special


def _nation_school(county: str, code: str, stem: str, lead: bool, teachers: int, special: Special) -> School:
    whole = county + stem
    return School(
        code=code,
        name=f"{whole}國小",
        district="",
        group=county,
        lead=lead,
        classes=max(1, round(teachers / TEACHERS_PER_CLASS)),
        teachers=teachers,
        special=special,
        forms=(
            f"{whole}國小",
            f"{whole}國民小學",
            whole,
            f"{county} {stem}國小",
            f"{county}　{stem}國民小學",
            f"{whole}國小",
        ),
        misspelt=county + _misspelt(stem),
    )
