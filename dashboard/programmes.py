"""A programme: what is measured, of whom, in which window, and what must be reached.

One file in `programmes/` is one programme. A definition is checked whole when it is loaded, and each fault is one
sentence for the person who edits it. Nothing here computes a figure.
"""

import datetime as dt
import hashlib
import json
import os
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from dashboard.errors import OperatorError
from dashboard.paths import PROGRAMMES, QUERIES
from dashboard.schema import sentence, twice

FOLDER = PROGRAMMES
KPI_QUERIES = QUERIES / "kpis"
VALUE_QUERIES = QUERIES / "values"
ROSTERS = ("schools", "staff")


class DefinitionError(OperatorError):
    """A definition cannot be used; `faults` are sentences, one per fault."""

    def __init__(self, path: Path, faults: Iterable[str]) -> None:
        """`path` is the definition's file; `faults` are sentences."""
        self.path, self.faults = path, tuple(faults)
        super().__init__("\n".join(f"{path.name}：{fault}" for fault in self.faults))

    def __reduce__(self) -> tuple[type, tuple[Path, tuple[str, ...]]]:
        """Pickle the path and the faults, from which the message is made."""
        return type(self), (self.path, self.faults)  # it may come from another process


class ColumnOfChoices(Protocol):
    """What a definition is checked against in a column of `sources/`."""

    @property
    def choices(self) -> Mapping[str, str]:
        """The word of each value of a `choice` column."""
        ...

    @property
    def headers(self) -> tuple[str, ...]:
        """The header texts, the label first."""
        ...


class TableOfColumns(Protocol):
    """What a definition is checked against in a table of `sources/`; with its own columns it has no more than `most`."""

    @property
    def columns(self) -> Mapping[str, ColumnOfChoices]:
        """The columns by id."""
        ...

    @property
    def most(self) -> int:
        """How many columns the table may have, a programme's own among them."""
        ...


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


_FORMS = ("as a word", "as a number", "as a share", "by period")


def _form(requirement: Any) -> str:
    """Which of its forms a requirement is meant to be, so that only that form's faults are reported."""
    word, number, share, by_period = _FORMS
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
    Annotated[Literal["all", "none"], Tag(_FORMS[0])]
    | Annotated[int, Field(gt=0), Tag(_FORMS[1])]
    | Annotated[Share, Tag(_FORMS[2])]
    | Annotated[Mapping[str, Annotated[int, Field(gt=0)]], Tag(_FORMS[3])],
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


def find(data: Path, ids: Iterable[str] = ()) -> list[Path]:
    """The definition files of `ids`; without any, those in the data folder, else all that the product ships.

    A definition in the data folder goes before a shipped one of the same id.
    """
    own = {path.stem: path for path in sorted(data.glob("*.toml"))} if os.path.isdir(data) else {}
    shipped = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
    wanted = tuple(ids)
    if not wanted:
        return list((own or shipped).values())
    known = shipped | own
    for name in wanted:
        if name not in known:
            there = "、".join(known)
            raise DefinitionError(FOLDER / f"{name}.toml", [f"找不到這個計畫的定義檔。現有：{there}。"])
    return [known[name] for name in wanted]


def load(path: Path, tables: Mapping[str, TableOfColumns]) -> Programme:
    """The definition in `path`, checked against the tables there are.

    Raises:
        DefinitionError: with a sentence for every fault.
    """
    return of_values(_values(path, path.parent / "queries"), tables, path, named=True)


def load_former(
    path: Path, tables: Mapping[str, TableOfColumns], queries: Callable[[str], Path]
) -> Programme:
    """A definition as it once was, in a file of any name; with no queries beside it, those in `queries` of its id.

    Raises:
        DefinitionError: with a sentence for every fault.
    """
    beside = path.parent / "queries"
    place = beside if beside.is_dir() else queries(str(_merged(path).get("id")))
    return of_values(_values(path, place), tables, path)


def of_values(
    raw: Mapping[str, Any], tables: Mapping[str, TableOfColumns], path: Path, *, named: bool = False
) -> Programme:
    """The definition of these values, its queries among them; `path` is where its faults are, `named` after its id.

    Raises:
        DefinitionError: with a sentence for every fault.
    """
    try:
        programme = Programme.model_validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        raise DefinitionError(path, [sentence(fault, _FORMS) for fault in error.errors()]) from error
    if faults := [*_faults(programme, tables), *(_wrong_name(programme, path) if named else ())]:
        raise DefinitionError(path, faults)
    return programme


def _values(path: Path, queries: Path) -> dict[str, Any]:
    raw = _merged(path)
    if "queries" in raw:
        raise DefinitionError(path, ["不認得的鍵「queries」，請檢查拼字或刪除。"])
    return {**raw, "queries": _own_queries(queries)}


def _own_queries(folder: Path) -> dict[str, str]:
    try:
        return {path.stem: path.read_text(encoding="utf-8-sig") for path in sorted(folder.glob("*.sql"))}
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(folder, [f"裡面的 SQL 讀不進來：{error}"]) from error


def _merged(path: Path, extended: tuple[Path, ...] = ()) -> dict[str, Any]:
    """The file's keys over those of the definition that it `extends`."""
    raw = _raw(path)
    base = raw.pop("extends", None)
    if base is None:
        return raw
    parent = FOLDER / f"{base}.toml"
    if not parent.is_file():
        raise DefinitionError(path, [f"extends 指的「{base}」不存在：programmes/ 裡沒有 {base}.toml。"])
    if parent in (path, *extended):
        raise DefinitionError(path, [f"extends 指的「{base}」又以它為本，繞了一圈。"])
    own_schools: dict[str, Any] = {"codes": {}, "aliases": {}} if raw.get("groups") == [] else {}
    return {**_merged(parent, (path, *extended)), **raw, **own_schools}


def _raw(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise DefinitionError(path, ["找不到這個定義檔。"]) from None
    except OSError as error:
        raise DefinitionError(path, [f"讀不到這個定義檔：{error.strerror}。請檢查讀取權限。"]) from error
    except UnicodeDecodeError as error:
        raise DefinitionError(path, ["不是 UTF-8 編碼。請另存成 UTF-8。"]) from error
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(path, [f"不是正確的 TOML：{error}"]) from error


def _wrong_name(programme: Programme, path: Path) -> list[str]:
    if programme.id == path.stem:
        return []
    return [f"id「{programme.id}」與檔名不同；檔名須是 {programme.id}.toml。"]


def _faults(programme: Programme, tables: Mapping[str, TableOfColumns]) -> list[str]:
    groups, periods, roles = programme.groups, programme.periods, programme.roles
    employments = [word for words in programme.employment.values() for word in words]
    items = [word for words in programme.items.values() for word in words]
    faults = [
        *(f"學校「{names}」出現兩次；一校只能在一組一次。" for names in _same_schools(programme)),
        *(f"分組「{name}」出現兩次。" for name in twice(group.name for group in groups)),
        *(f"學校代碼「{code}」給了兩所學校。" for code in twice(programme.codes.values())),
        *(f"employment 的「{word}」出現兩次；一個詞只能是一種身分。" for word in twice(employments)),
        *(f"items 的「{word}」出現兩次；一個詞只能是一個項目。" for word in twice(items)),
        *(f"缺少「roles.{role}」。" for role in ("lead", "partner") if groups and role not in roles),
        *(f"roles 的「{word}」出現兩次。" for word in twice(roles.values())),
        *(f"periods「{period}」出現兩次。" for period in twice(p.id for p in periods)),
        *(f"periods「{p.id}」的結束日 {p.end} 早於開始日 {p.start}。" for p in periods if p.end < p.start),
        *_table_faults(programme, tables),
    ]
    if not roles:
        faults.append("roles 至少要有一種角色。")
    known = set(programme.schools)
    for key, names in (("codes", programme.codes), ("aliases", programme.aliases.values())):
        faults += [f"{key} 裡的「{name}」不在任何分組。" for name in names if groups and name not in known]
    for kpi_id, kpi in programme.kpis.items():
        own_faults = [*_kpi_faults(kpi_id, kpi, programme), *_word_faults(kpi, tables)]
        faults += [f"kpis.{kpi_id}：{fault}" for fault in own_faults]
    return faults


def _table_faults(programme: Programme, tables: Mapping[str, TableOfColumns]) -> list[str]:
    named = programme.tables
    there = "、".join(sorted(tables))
    return [
        *(f"tables 的「{name}」不是資料表；sources/ 裡有：{there}。" for name in named if name not in tables),
        *(f"tables 的「{name}」出現兩次。" for name in twice(named)),
        *(f"tables 缺少名冊「{name}」。" for name in ROSTERS if name not in named),
        *(f"columns 的「{name}」不在 tables。" for name in programme.columns if name not in named),
        *(
            f"quiet_after_days 的「{name}」不在 tables。"
            for name in programme.quiet_after_days
            if name not in named
        ),
        *(
            fault
            for name, own in programme.columns.items()
            if name in tables
            for fault in _column_faults(name, own, tables[name])
        ),
    ]


def _column_faults(name: str, own: Mapping[str, Column], table: TableOfColumns) -> list[str]:
    """Columns of a programme's own that the table has no room for, or that it has already."""
    faults = [
        f"「columns.{name}.{column}」已是 sources/{name}.toml 的欄位，請換一個名稱。"
        for column in own
        if column in table.columns
    ]
    theirs = {_header(header) for column in table.columns.values() for header in column.headers}
    ours = [_header(header) for column in own.values() for header in dict.fromkeys(column.headers)]
    faults += [
        f"columns.{name} 的欄名「{header}」已有別的欄位使用，請換一個。"
        for header in dict.fromkeys([*(one for one in ours if one in theirs), *twice(ours)])
    ]
    if (many := len(table.columns) + len(own)) > table.most:
        faults.append(
            f"columns.{name}：連同 sources/{name}.toml 共 {many} 欄，最多 {table.most} 欄；請刪去用不到的。"
        )
    return faults


def _header(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _same_schools(programme: Programme) -> list[str]:
    """Schools that are listed twice, under one name or two: names are compared without city, district and 國小 behind."""
    around = re.compile(rf"^(?:{'|'.join(map(re.escape, programme.places))})+|(?:國民小學|國小|小學)$")
    by_stem: dict[str, list[str]] = {}
    for name in programme.schools:
        by_stem.setdefault(around.sub("", name), []).append(name)
    return ["」「".join(dict.fromkeys(names)) for names in by_stem.values() if len(names) > 1]


def _kpi_faults(kpi_id: str, kpi: Kpi, programme: Programme) -> list[str]:
    faults = _query_faults(kpi_id, kpi, programme)
    if kpi.table not in programme.tables:
        faults.append(f"table「{kpi.table}」不在 tables；tables 有：{'、'.join(sorted(programme.tables))}。")
    if kpi.base_table not in (None, *programme.tables):
        there = "、".join(sorted(programme.tables))
        faults.append(f"base_table「{kpi.base_table}」不在 tables；tables 有：{there}。")
    if kpi.base_table and kpi.base != "units":
        faults.append('base_table 只在 base = "units" 時有意義，請刪除。')
    faults += [
        f"身分「{word}」不在 employment。" for word in kpi.employment if word not in programme.employment
    ]
    categories = {course.category for course in programme.courses}
    faults += [f"課程類別「{word}」不在 courses。" for word in kpi.categories if word not in categories]
    if programme.groups:
        faults += [
            f"exempt 的「{name}」不在任何分組。" for name in kpi.exempt if name not in programme.schools
        ]
    column = programme.columns.get("schools", {}).get(kpi.only_where or "")
    if kpi.only_where and (column is None or column.type != "yes_no"):
        faults.append(f"only_where 的「{kpi.only_where}」不是 columns.schools 裡的是否欄。")
    return (
        faults
        + _period_faults(kpi, programme)
        + _requirement_faults(kpi, programme)
        + _date_faults(kpi, programme.periods_of(kpi))
    )


def _query_faults(kpi_id: str, kpi: Kpi, programme: Programme) -> list[str]:
    query = programme.query_of(kpi_id)
    if query is None:
        return [f"找不到 queries/kpis/{kpi.query or kpi_id}.sql。"]
    text = query + (programme.values_of(kpi_id) or "")
    asked = {name: kind for kind, name in re.findall(r"(parameter|words)_of\(\$kpi, '(\w+)'\)", text)}
    wrong = [
        name
        for name, value in kpi.parameters.items()
        if name in asked and isinstance(value, int) != (asked[name] == "parameter")
    ]
    return [
        *(f"「parameters.{name}」須是{_KINDS[asked[name]]}。" for name in wrong),
        *(f"缺少「parameters.{name}」。" for name in sorted(asked.keys() - kpi.parameters.keys())),
        *(
            f"不認得的鍵「parameters.{name}」，請檢查拼字或刪除。"
            for name in kpi.parameters
            if name not in asked
        ),
    ]


def _word_faults(kpi: Kpi, tables: Mapping[str, TableOfColumns]) -> list[str]:
    """Words that a parameter picks out of its table's choices, misspelt: nothing would ever count."""
    columns = tables[kpi.table].columns.values() if kpi.table in tables else ()
    choices = {value for column in columns for value in column.choices}
    return [
        f"「parameters.{name}」的「{word}」不在資料表 {kpi.table} 的選項：{'、'.join(sorted(choices))}。"
        for name, value in kpi.parameters.items()
        if choices and not isinstance(value, int)
        for word in ((value,) if isinstance(value, str) else value)
        if word not in choices
    ]


_KINDS = {"parameter": "整數", "words": "文字或文字的清單"}


def _period_faults(kpi: Kpi, programme: Programme) -> list[str]:
    known = {word for period in programme.periods for word in (period.id, period.kind)}
    there = "、".join(period.id for period in programme.periods)
    return [
        f"periods 的「{word}」不是期間，也不是有期間的種類；期間有：{there}。"
        for word in kpi.periods
        if word not in known
    ]


def _requirement_faults(kpi: Kpi, programme: Programme) -> list[str]:
    faults = []
    if (kpi.require is None) == (kpi.ceiling is None):
        faults.append("require 與 ceiling 須有一個，也只能有一個。")
    if kpi.base is None and (kpi.require == "all" or isinstance(kpi.require, Share)):
        faults.append("require 是比例或 all 時，須有 base。")
    if isinstance(kpi.require, Mapping):
        periods = programme.periods_of(kpi)
        used = {word for period in periods for word in (period.id, period.kind)}
        faults += [f"require 的「{word}」不在 periods。" for word in kpi.require if word not in used]
        faults += [
            f"require 沒有說期間「{p.id}」應達多少。"
            for p in periods
            if not {p.id, p.kind} & kpi.require.keys()
        ]
    return faults


def _date_faults(kpi: Kpi, periods: Sequence[Period]) -> list[str]:
    faults = []
    if kpi.window and kpi.window.end < kpi.window.start:
        faults.append(f"window 的結束日 {kpi.window.end} 早於開始日 {kpi.window.start}。")
    start = kpi.pace_start or (kpi.window and kpi.window.start)
    if kpi.deadline and start and kpi.deadline <= start:
        faults.append(f"期限 {kpi.deadline} 不晚於開始日 {start}。")
    faults = faults or _outside_periods(kpi, periods)
    is_complete = kpi.deadline is not None and (start is not None or not kpi.pace)
    if not kpi.periods and kpi.require not in ("none", None) and not is_complete:
        faults.append("有應達數就須有 deadline，以及 window 或 pace_start。")
    return faults


def _outside_periods(kpi: Kpi, periods: Sequence[Period]) -> list[str]:
    """Days that were not moved with the periods: of another year nothing would count, or all be overdue at once."""
    if not periods or any(period.end < period.start for period in periods):
        return []  # reported of the period
    named, window, faults = "、".join(period.id for period in periods), kpi.window, []
    if window and not any(p.start <= window.end and window.start <= p.end for p in periods):
        faults.append(f"window {window.start} 至 {window.end} 與期間 {named} 沒有重疊。")
    if kpi.deadline and kpi.deadline < min(period.start for period in periods):
        faults.append(f"期限 {kpi.deadline} 早於期間 {named} 的第一天。")
    return faults
