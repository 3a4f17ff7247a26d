"""A programme: what is measured, of whom, in which window, and what must be reached. Nothing here computes a figure."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from dashboard.paths import QUERIES

KPI_QUERIES = QUERIES / "kpis"
VALUE_QUERIES = QUERIES / "values"
ROSTERS = ("schools", "staff")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _is_share(text: str) -> str:
    if not re.fullmatch(r"\d+/[1-9]\d*", text):
        raise ValueError('須是分數，例如 "1/10"')
    if not 0 < Fraction(text) <= 1:
        raise ValueError("比例須大於 0 且不超過 1")
    return text


def is_programme_id(text: str) -> str:
    """`text`, where it can be the id of a programme.

    Raises:
        ValueError: it cannot.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", text):
        raise ValueError("只能用小寫英文字母、數字與 -")
    return text


def _is_kpi_id(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise ValueError("只能用小寫英文字母、數字與 _")
    return text


def _is_parameter(value: Any) -> Any:
    words = value if isinstance(value, list | tuple) else [value]
    if isinstance(value, bool) or not (
        isinstance(value, int) or (words and all(isinstance(word, str) for word in words))
    ):
        raise ValueError('須是整數、文字，或文字的清單，例如 ["甲", "乙"]')
    return tuple(value) if isinstance(value, list) else value


FORMS = ("as a word", "as a number", "as a share", "by period")


def _form(requirement: Any) -> str:
    """Which of its forms a requirement is meant to be, so that only that form's faults are reported."""
    word, number, share, by_period = FORMS
    if isinstance(requirement, Share):
        return share
    if isinstance(requirement, Mapping):
        return share if {"share", "rounding"} & requirement.keys() else by_period
    return number if isinstance(requirement, int | float) and not isinstance(requirement, bool) else word


class Text(_Model):
    """The same words in each language of the interface."""

    zh: str = Field(alias="zh-TW")
    en: str


class Window(_Model):
    """The days whose evidence counts, both ends included."""

    start: dt.date
    end: dt.date


class Share(_Model):
    """A share of the base, as an exact fraction, and how its product is rounded to a whole number."""

    share: Annotated[str, AfterValidator(_is_share)]
    rounding: Literal["ceil", "floor", "round"] = "ceil"


class Group(_Model):
    """A group of schools and the school that leads it."""

    name: str
    lead: str
    partners: tuple[str, ...]

    @property
    def schools(self) -> tuple[str, ...]:
        """Lead first, then the partners in the order of the definition."""
        return (self.lead, *self.partners)


class Course(_Model):
    """A category of courses and how a course's name shows that it belongs to it."""

    category: str
    contains: tuple[str, ...]
    never: tuple[str, ...] = ()


class Column(_Model):
    """A column that only this programme has in a table of `sources/`."""

    headers: Annotated[tuple[str, ...], Field(min_length=1)]
    type: Literal["text", "yes_no", "date", "count", "number"]
    required: bool = False
    note: str = ""


class Period(_Model):
    """A stretch of time for which figures are reckoned; 學期 and 年度 in the tables name those of a semester and a year.

    closed: nobody is asked any more for what was not done in it.
    """

    id: str
    label: Text
    kind: Literal["year", "semester", "term"] = "term"
    start: dt.date
    end: dt.date
    closed: bool = False


Requirement = Annotated[
    Annotated[Literal["all", "none"], Tag(FORMS[0])]
    | Annotated[int, Field(gt=0), Tag(FORMS[1])]
    | Annotated[Share, Tag(FORMS[2])]
    | Annotated[Mapping[str, Annotated[int, Field(gt=0)]], Tag(FORMS[3])],
    Discriminator(_form),
]


class Kpi(_Model):
    """An indicator's parameters; its query says who or what counts.

    query: the SQL file's name, where it is not the indicator's own id.
    periods: ids or kinds of periods. Window, deadline and start of the pace are then the period's where not set,
        and before its first day the figures are `upcoming`.
    base: what is counted out of: the roster's people, 學校名冊's classes, or whatever units the query gives.
    base_table: which table has the units of a base, where it is not `table`.
    empty_base, no_units: what a school is whose base is 0, or of which the query gives nothing at all.
    require, ceiling: what counted must reach, or may not exceed. `require` may differ by id or kind of period.
    timeless: its units have no day, so they count on every day and are never `upcoming`.
    only_where: a yes/no column of 學校名冊; a school that says no is exempt, one that says nothing is `no_data`.
    """

    label: Text
    short: Text
    rule: Text
    clause: str
    unit: Text
    query: Annotated[str, AfterValidator(_is_kpi_id)] | None = None
    table: str
    periods: tuple[str, ...] = ()
    base: Literal["staff", "classes", "units"] | None = None
    base_table: str | None = None
    empty_base: Literal["exempt", "no_data"] = "exempt"
    no_units: Literal["zero", "no_data"] = "zero"
    employment: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    parameters: Mapping[str, Annotated[Any, AfterValidator(_is_parameter)]] = {}
    require: Requirement | None = None
    ceiling: Annotated[int, Field(gt=0)] | None = None
    window: Window | None = None
    pace: bool = True
    pace_start: dt.date | None = None
    deadline: dt.date | None = None
    timeless: bool = False
    exempt: tuple[str, ...] = ()
    only_where: str | None = None


class Programme(_Model):
    """A programme's whole definition. With no `groups`, 學校名冊 decides schools, groups and roles.

    tables: those of `sources/` that it reads; names of tables compete only among these.
    columns: columns of its own, by table.
    items: what a row of 量化目標 may be about, each with the words for it.
    quiet_after_days: by table, after how many days without a change pages mark it, until the last period ends.
    queries: the SQL of indicators of its own, from `queries/` beside the definition.
    contact: whom to ask, in a sentence.
    """

    id: Annotated[str, AfterValidator(is_programme_id)]
    title: Text
    source: Text
    city: str
    districts: tuple[str, ...]
    roster_is_whole_city: bool = False
    roles: Mapping[Literal["lead", "partner"], str]
    groups: tuple[Group, ...]
    codes: Mapping[str, str] = {}
    aliases: Mapping[str, str] = {}
    tables: tuple[str, ...]
    columns: Mapping[str, Mapping[Annotated[str, AfterValidator(_is_kpi_id)], Column]] = {}
    employment: Mapping[str, tuple[str, ...]]
    courses: tuple[Course, ...]
    items: Mapping[str, Annotated[tuple[str, ...], Field(min_length=1)]] = {}
    queries: Mapping[str, str] = {}
    periods: Annotated[tuple[Period, ...], Field(min_length=1)]
    kpis: Annotated[Mapping[Annotated[str, AfterValidator(_is_kpi_id)], Kpi], Field(min_length=1)]
    sample: bool = False
    as_of: dt.date | None = None
    contact: Text | None = None
    quiet_after_days: Mapping[str, Annotated[int, Field(ge=1)]] = {}

    @property
    def schools(self) -> tuple[str, ...]:
        """The schools that the definition expects, in its order; none where 學校名冊 decides."""
        return tuple(school for group in self.groups for school in group.schools)

    @property
    def places(self) -> tuple[str, ...]:
        """What may precede a school's name and is no part of it: the programme's own city and districts."""
        city = (f"{self.city}立", self.city) if self.city else ()
        return (*city, *(district for district in self.districts if district), "市立", "私立")

    def periods_of(self, kpi: Kpi) -> tuple[Period, ...]:
        """The periods for which an indicator is measured, in the definition's order."""
        return tuple(p for p in self.periods if not kpi.periods or {p.id, p.kind} & {*kpi.periods})

    def query_of(self, kpi_id: str) -> str | None:
        """The SQL of an indicator, its own before a shipped one; None where there is neither."""
        name = self.kpis[kpi_id].query or kpi_id
        shipped = KPI_QUERIES / f"{name}.sql"
        return self.queries.get(name) or (_with_steps(shipped) if shipped.is_file() else None)

    def values_of(self, kpi_id: str) -> str | None:
        """The SQL of the values that a shipped indicator's query rests on and pages show too, where it has such."""
        name = self.kpis[kpi_id].query or kpi_id
        shipped = VALUE_QUERIES / f"{name}.sql"
        if name in self.queries or not shipped.is_file():
            return None
        return shipped.read_text(encoding="utf-8")

    @property
    def fingerprint(self) -> str:
        """The hash of all that the definition says, whatever its layout and comments."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()


def _with_steps(path: Path) -> str:
    r"""A shipped query with the steps that it shares with others: a line `\ir <path>`, as psql has it, is that file's SQL."""

    def step(match: re.Match[str]) -> str:
        text = (path.parent / match[1]).read_text(encoding="utf-8")
        return re.sub(r"\A(--.*\n|\n)*", "", text)

    return re.sub(r"^\\ir (.+)\n", step, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
