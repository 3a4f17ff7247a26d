"""Hostile text in every text of a definition and every column of every table: each page and each file shows it as text."""

from __future__ import annotations

import copy
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from dashboard import questions
from dashboard.definitions import deployment, programmes
from dashboard.definitions.programme import ROSTERS, Text
from dashboard.exports.cells import FORMULA_STARTS
from dashboard.language.texts import LANGUAGES
from dashboard.rows import KpiId, School
from dashboard.ui.data.figures import CHARTS
from dashboard.ui.indicator.figures import SHAPES
from tests.cases.sources import TABLES, City, header_of, put, rows_of
from tests.pages import PAGES, drawn, open_page
from tests.samples import KEELUNG, MEETINGS, NTPC, Place

REST = """"><img src=x onerror=alert(1)>&' [x](javascript:1) {{ 7*7 }} {0}"""
# What comes behind the link of a hostile text that was taken for a template; a text that is too long ends in "…".
EVALUATED = re.compile(r"\(javascript:1\)(?! ?\{\{ ?7\*7 ?\}\} ?\{0\})(?![^…]{0,20}…)")
SCHOOLS = {KEELUNG: "深澳國小", NTPC: "鹿角溪國小"}
# Of a definition's texts, those that are an id, an entry of a school, or SQL.
NO_TEXTS = ("id", "codes", "aliases", "queries")
NAME = re.compile("‹([^›]+)›")
# The files of a page that are opened: all that are a table or a letter in Chinese, else one of each table.
FILES = {"zh-TW": (".csv", ".xlsx", ".ods", ".docx")}
# What only recognises what a cell says or which school it is, and is in no list that a reader gets.
NOT_READ = re.compile(r"districts|columns\.|courses\.|items\.|kpis\.\w+\.exempt")
EXPORTS = ("xlsx", "ods", "html", "pptx")


def hostile(name: str) -> str:
    """A hostile text by whose name it is known again."""
    return f"=1+1‹{name}›{REST}"


# The texts that are soiled


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each text and each list of texts of a definition, with the keys that lead there."""
    if isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        yield path, value
    elif isinstance(value, Mapping | list):
        for key, one in value.items() if isinstance(value, Mapping) else enumerate(value):
            if key not in NO_TEXTS:
                yield from leaves(one, (*path, key))


def replaced(raw: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy of a definition's values with another value at a place."""
    new = copy.copy(raw)
    new[path[0]] = replaced(raw[path[0]], path[1:], value) if path[1:] else value
    return new


def soiled(programme: programmes.Programme) -> tuple[programmes.Programme, list[tuple[str, str]]]:
    """The definition with hostile text wherever it may have any, and (text, hostile text) of each.

    A list of words, of headers or of schools has one more; any other text gives way.
    """
    raw = programme.model_dump(mode="json", by_alias=True)
    for name, one in type(programme).model_fields.items():
        if Text in getattr(one.annotation, "__args__", ()):
            raw[name] = raw[name] or {"zh-TW": "甲", "en": "a"}
    texts = []
    for path, value in leaves(raw):
        own = hostile(".".join(map(str, path)))
        new = replaced(raw, path, own if isinstance(value, str) else [*value, own])
        try:
            programmes.of_values(new, TABLES, Path())
        except programmes.DefinitionError:
            continue
        texts.append((value if isinstance(value, str) else own, own))
        raw = new
    school = next((one for _, one in texts if "partners›" in one), hostile("schools.school"))
    raw["codes"] = {**raw["codes"], school: hostile("codes")}
    raw["aliases"] = {**raw["aliases"], hostile("aliases"): school}
    return programmes.of_values(raw, TABLES, Path()), texts


def soil_file(path: Path, table: str, columns: list[tuple[str, str]], school: str) -> None:
    """Hostile text in each column, in another row each: of the school, whose own row of 學校名冊 stays."""
    rows = rows_of(path)
    line, there = header_of(rows, TABLES[table])
    own = [row for row in rows[line + 1 :] if any(row)]
    own.sort(key=lambda row: (school not in row) != (table == "schools"))
    for name, header in columns:
        if name not in there:
            there[name] = len(rows[line])
            for row in rows[: line + 1] + own:
                row += [""] * (there[name] + 1 - len(row))
            rows[line][there[name]] = header
    for at, (name, _) in enumerate(columns):
        row = own[at % len(own)]
        row += [""] * (there[name] + 1 - len(row))
        row[there[name]] = hostile(f"{table}.{name}")
    put(path, rows)


def soil_data(city: City, texts: list[tuple[str, str]], school: str) -> set[str]:
    """Hostile text in every column of every table; the rosters say of the definition's texts what it now says."""
    names, now = set(), dict(texts)
    for table, files in city.files().items():
        if table in ROSTERS:
            for path in files:
                put(path, [[now.get(str(cell), cell) for cell in row] for row in rows_of(path)])
        own = city.programme.columns.get(table, {})
        columns = [(name, one.headers[0]) for name, one in own.items()]
        every = sorted(TABLES[table].columns.values(), key=lambda one: one.rejects)  # rows that stay go first
        columns += [(one.id, one.headers[0]) for one in every]
        soil_file(files[0], table, columns, school)
        names |= {f"{table}.{name}" for name, _ in columns}
    return names


@dataclass
class Soiled:
    """A programme whose texts are all hostile: its warehouse, and the names of its texts and of its tables' columns."""

    place: Place
    texts: set[str]
    columns: set[str]

    @property
    def asked(self) -> dict[str, str]:
        """What each page is asked to show."""
        return {"programme": self.place.programme, "on": str(self.place.on), "names": "1"}

    @property
    def school(self) -> School:
        """The school whose rows are hostile."""
        return questions.pick(questions.ask(self.place.view, School), SCHOOLS[self.place.programme])


@pytest.fixture(scope="module", params=SCHOOLS)
def city(
    request: pytest.FixtureRequest, both: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Soiled]:
    folder = tmp_path_factory.mktemp("hostile")
    whole = City.of(both / request.param, folder).copy(folder)
    whole.programme, texts = soiled(whole.programme)
    columns = soil_data(whole, texts, SCHOOLS[request.param])
    whole.build()
    (folder / "kpi.toml").write_text('warehouse = "warehouse"\n', "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(deployment.VARIABLE, str(folder / "kpi.toml"))
        place = Place(whole.place, folder, request.param, MEETINGS[request.param][0])
        yield Soiled(place, {text[5 : text.index("›")] for _, text in texts}, columns)


# What a page or a file says


class Elements(HTMLParser):
    """The texts of markup, and whatever in it would run."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        runs = [name for name, _ in attributes if name.startswith("on")]
        links = [value for _, value in attributes if re.match(r"\s*javascript:", value or "", re.IGNORECASE)]
        if tag == "img" or runs or links:
            self.wrong.append(str(self.get_starttag_text()))

    def handle_data(self, text: str) -> None:
        self.texts.append(text)


def text_of(markup: str) -> str:
    """The text of markup, in which there is nothing that would run."""
    parser = Elements()
    parser.feed(markup)
    parser.close()
    assert parser.wrong == []
    return "".join(parser.texts)


def of_figure(value: Any) -> Iterator[str]:
    """The texts of a figure that are drawn; what a mark carries for a click is not."""
    if isinstance(value, str):
        yield text_of(value)
    elif isinstance(value, Mapping | list):
        for key, one in value.items() if isinstance(value, Mapping) else enumerate(value):
            if key not in ("customdata", "meta"):
                yield from of_figure(one)


def of_page(app: Any) -> Iterator[str]:
    """The texts of a page: of its markup, its figures and the labels of its widgets."""
    assert not app.exception
    for markup in (*(one.proto.body for one in app.get("html")), *(one.value for one in app.markdown)):
        yield text_of(markup)
    for figure, said in drawn(app):
        yield from (*of_figure(figure), said)
    for one in app._tree:
        proto = getattr(one, "proto", None)
        for name in ("label", "help"):
            label = str(getattr(proto, name, ""))
            assert "](javascript:" not in label and "<img" not in label, label
        yield from map(str, getattr(proto, "options", ()))
        yield str(getattr(proto, "code_text", ""))


def of_file(name: str, content: bytes) -> Iterator[str]:
    """The texts of a file, and of the files in it; no cell of a table is a formula, nor is taken for one."""
    ending = name.rpartition(".")[2]
    if ending in TABLE_FILES:
        for value in TABLE_FILES[ending](content):
            if isinstance(value, str):
                assert not value.startswith(FORMULA_STARTS) or re.fullmatch(r"[-+][\d.,]+", value), value
                yield value
    elif zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for one in archive.namelist():
                yield from of_file(one, archive.read(one))
    elif ending in ("html", "xml"):
        yield text_of(content.decode())
    elif ending == "rels":
        assert b"javascript:" not in content


def of_csv(content: bytes) -> Iterator[Any]:
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        yield from row


def of_xlsx(content: bytes) -> Iterator[Any]:
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for row in sheet.rows:
            for cell in row:
                assert cell.data_type != "f", cell.value
                yield cell.value


def of_ods(content: bytes) -> Iterator[Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"formula" not in archive.read("content.xml")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for at in range(len(book.sheet_names)):
        for row in book.get_sheet_by_index(at).to_python():
            yield from row


TABLE_FILES = {"csv": of_csv, "xlsx": of_xlsx, "ods": of_ods}


def names_in(texts: Iterator[str]) -> set[str]:
    """The names of the hostile texts in these, none of which was taken for a template."""
    names = set()
    for text in texts:
        assert not (taken := EVALUATED.search(text)), text[taken.start() : taken.end() + 40]
        names |= set(NAME.findall(text))
    return names


def looks(city: Soiled) -> Iterator[tuple[str, dict[str, str]]]:
    """Each page in both languages with a group, a school and an indicator; the rows behind each indicator, and
    its figures in every shape; what was refused, by its kinds."""
    kpis = [row.kpi for row in questions.ask(city.place.view, KpiId)]
    chosen = {"group": city.school.group_name, "school": city.school.name, "kpi": kpis[0]}
    yield from ((page, {**chosen, "lang": lang}) for page in PAGES for lang in LANGUAGES)
    yield from (("indicator", {**chosen, "kpi": kpi}) for kpi in kpis[1:])
    for name, offered in SHAPES.items():
        yield from (("indicator", {**chosen, name: shape}) for shape in offered)
    yield from (("data", {"severity": severity}) for severity in ("rejected", "warning", "no_record"))
    yield from (("data", {"chart": chart}) for chart in CHARTS)


def files_of(app: Any, kinds: tuple[str, ...]) -> Iterator[str]:
    """The texts of the files of these kinds that a page offers."""
    offers = app.session_state["offers"].values() if "offers" in app.session_state else ()
    for _, offer in offers:
        if offer.name.endswith(kinds):
            yield from of_file(offer.name, offer.make())


# The tests


def test_hostile_text_is_text_on_every_page_and_in_every_file_of_it(city: Soiled) -> None:
    read: set[str] = set()
    for page, asked in looks(city):
        app = open_page(page, **city.asked, **asked)
        read |= names_in(of_page(app))
        read |= names_in(files_of(app, FILES.get(asked.get("lang", ""), (".csv",))))
    refused = set(NAME.findall(city.place.ask("rejects", "--all", "--format", "csv").out))
    assert {name for name in city.texts | refused if not NOT_READ.match(name)} - read == set()
    tables = {name.partition(".")[0] for name in city.columns}
    assert tables - {name.partition(".")[0] for name in read} == set()


@pytest.mark.parametrize("kind", EXPORTS)
def test_hostile_text_is_text_in_what_is_handed_out(city: Soiled, kind: str) -> None:
    read = names_in(of_file(f"out.{kind}", city.place.export(kind, "--as-of", city.place.on)))
    assert any(name.startswith("kpis.") for name in read)
