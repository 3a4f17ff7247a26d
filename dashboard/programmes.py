"""A programme: what is measured, of whom, in which window, and what must be reached.

One file in `programmes/` is one programme. A definition is checked whole when it is loaded, and each fault is one
sentence for the person who edits it. Nothing here computes a figure.
"""

import datetime as dt
import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "programmes"
KPI_QUERIES = ROOT / "queries" / "kpis"


class DefinitionError(Exception):
    """A definition cannot be used; `faults` are sentences, one per fault."""

    def __init__(self, path: Path, faults: Iterable[str]) -> None:
        self.path, self.faults = path, tuple(faults)
        super().__init__("\n".join(f"{path.name}：{fault}" for fault in self.faults))


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _is_share(text: str) -> str:
    if not 0 < Fraction(text) <= 1:
        raise ValueError("比例須大於 0 且不超過 1")
    return text


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

    share: Annotated[str, Field(pattern=r"^\d+/[1-9]\d*$"), AfterValidator(_is_share)]
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
    """A category of courses and how a course's name tells that it belongs to it."""

    category: str
    contains: tuple[str, ...]
    never: tuple[str, ...] = ()


class Period(_Model):
    """A stretch of time for which figures are given."""

    id: str
    label: Text
    start: dt.date
    end: dt.date


class Kpi(_Model):
    """An indicator's parameters; `queries/kpis/<id>.sql` says who or what counts."""

    label: Text
    short: Text
    rule: Text
    clause: str
    unit: Text
    table: str
    base: Literal["staff", "classes"] | None = None
    empty_base: Literal["exempt", "no_data"] = "exempt"
    employment: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    parameters: Mapping[str, int] = {}
    require: Literal["all", "none"] | Annotated[int, Field(gt=0)] | Share
    window: Window | None = None
    pace_start: dt.date | None = None
    deadline: dt.date | None = None
    exempt: tuple[str, ...] = ()


class Programme(_Model):
    """A programme's whole definition. With no `groups`, 學校名冊 decides schools, groups and roles."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Text
    source: Text
    city: str
    districts: tuple[str, ...]
    roster_is_whole_city: bool = False
    roles: Mapping[Literal["lead", "partner"], str]
    groups: tuple[Group, ...]
    codes: Mapping[str, str] = {}
    aliases: Mapping[str, str] = {}
    employment: Mapping[str, tuple[str, ...]]
    courses: tuple[Course, ...]
    periods: Annotated[tuple[Period, ...], Field(min_length=1)]
    kpis: Annotated[Mapping[str, Kpi], Field(min_length=1)]
    sample: bool = False
    as_of: dt.date | None = None

    @property
    def schools(self) -> tuple[str, ...]:
        """The schools that the definition expects, in its order; none where 學校名冊 decides."""
        return tuple(school for group in self.groups for school in group.schools)

    @property
    def fingerprint(self) -> str:
        """The hash of all that the definition says, whatever its layout and comments."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()


def find(data: Path, ids: Iterable[str] = ()) -> list[Path]:
    """The definition files of `ids`; without any, those in the data folder, else all that the product ships.

    A definition in the data folder goes before a shipped one of the same id.
    """
    own = {path.stem: path for path in sorted(data.glob("*.toml"))} if data.is_dir() else {}
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


def load(path: Path, tables: Iterable[str]) -> Programme:
    """The definition in `path`, checked against the tables there are.

    Raises:
        DefinitionError: with a sentence for every fault.
    """
    raw = _merged(path)
    try:
        programme = Programme.model_validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        raise DefinitionError(path, [_sentence(fault) for fault in error.errors()]) from error
    if faults := [*_faults(programme, set(tables)), *_wrong_name(programme, path)]:
        raise DefinitionError(path, faults)
    return programme


def _merged(path: Path) -> dict[str, Any]:
    """The file's keys over those of the definition that it `extends`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DefinitionError(path, ["找不到這個定義檔。"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(path, [f"不是正確的 TOML：{error}"]) from error
    base = raw.pop("extends", None)
    if base is None:
        return raw
    parent = FOLDER / f"{base}.toml"
    if not parent.is_file():
        raise DefinitionError(path, [f"extends 指的「{base}」不存在：programmes/ 裡沒有 {base}.toml。"])
    return {**_merged(parent), **raw, **({"codes": {}, "aliases": {}} if raw.get("groups") == [] else {})}


def _sentence(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    match fault["type"]:
        case "extra_forbidden":
            return f"不認得的鍵「{place}」，請檢查拼字或刪除。"
        case "missing":
            return f"缺少「{place}」。"
        case _:
            return f"「{place}」的值「{fault['input']}」不對：{fault['msg']}"


def _wrong_name(programme: Programme, path: Path) -> list[str]:
    if programme.id == path.stem:
        return []
    return [f"id「{programme.id}」與檔名不同；檔名須是 {programme.id}.toml。"]


def _faults(programme: Programme, tables: set[str]) -> list[str]:
    faults = [
        *(f"學校「{name}」出現在兩個分組。" for name, n in Counter(programme.schools).items() if n > 1),
        *(f"分組「{n}」出現兩次。" for n, c in Counter(g.name for g in programme.groups).items() if c > 1),
        *(f"學校代碼「{c}」給了兩所學校。" for c, n in Counter(programme.codes.values()).items() if n > 1),
        *(f"periods「{p.id}」的結束日 {p.end} 早於開始日 {p.start}。" for p in programme.periods if p.end < p.start),
    ]
    known = set(programme.schools)
    for key, names in (("codes", programme.codes), ("aliases", programme.aliases.values())):
        faults += [f"{key} 裡的「{name}」不在任何分組。" for name in names if name not in known]
    for kpi_id, kpi in programme.kpis.items():
        faults += [f"kpis.{kpi_id}：{fault}" for fault in _kpi_faults(kpi_id, kpi, programme, tables)]
    return faults


def _kpi_faults(kpi_id: str, kpi: Kpi, programme: Programme, tables: set[str]) -> list[str]:
    faults = []
    if not (KPI_QUERIES / f"{kpi_id}.sql").is_file():
        faults.append(f"找不到 queries/kpis/{kpi_id}.sql。")
    if kpi.table not in tables:
        faults.append(f"table「{kpi.table}」不是資料表；sources/ 裡有：{'、'.join(sorted(tables))}。")
    faults += [f"身分「{word}」不在 employment。" for word in kpi.employment if word not in programme.employment]
    categories = {course.category for course in programme.courses}
    faults += [f"課程類別「{word}」不在 courses。" for word in kpi.categories if word not in categories]
    if programme.groups:
        faults += [f"exempt 的「{name}」不在任何分組。" for name in kpi.exempt if name not in programme.schools]
    if kpi.base is None and (kpi.require == "all" or isinstance(kpi.require, Share)):
        faults.append("require 是比例或 all 時，須有 base。")
    return faults + _date_faults(kpi)


def _date_faults(kpi: Kpi) -> list[str]:
    faults = []
    if kpi.window and kpi.window.end < kpi.window.start:
        faults.append(f"window 的結束日 {kpi.window.end} 早於開始日 {kpi.window.start}。")
    start = kpi.pace_start or (kpi.window and kpi.window.start)
    if kpi.deadline and start and kpi.deadline <= start:
        faults.append(f"期限 {kpi.deadline} 早於開始日 {start}。")
    if kpi.require != "none" and (kpi.deadline is None or start is None):
        faults.append("有應達數就須有 deadline，以及 window 或 pace_start。")
    return faults
