"""The documents are true: what they name exists, the picture of the house is the one that the house keeps, what is generated
is what its source gives, and the changelog knows no version that never was."""

import ast
import datetime as dt
import pkgutil
import re
import tomllib
from pathlib import Path

import pytest

import dashboard
from dashboard.definitions import contracts
from dashboard.definitions.column_types import TYPES
from tests import dictionary

ROOT = Path(__file__).parents[1]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
EVERY = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
PARTS = {path.name.removesuffix(".py") for path in (ROOT / "dashboard").iterdir()} - {
    "__init__",
    "__pycache__",
}
CODE = "\n".join(
    path.read_text("utf-8")
    for path in (
        *(ROOT / "dashboard").rglob("*.py"),
        *(ROOT / "dashboard" / "ui").rglob("*.[cj]s*"),
        *(ROOT / "queries").rglob("*.sql*"),
        *(ROOT / ".streamlit").glob("*.toml"),
        ROOT / "tests" / "test_house.py",
        ROOT / "Makefile",
    )
)
# A command is named with its arguments; of a table of one contract the code says only how it is called.
COMMAND = re.compile(r"(kpi|make) ([a-z-]+)( .*)?")
OF_A_TABLE = re.compile(r"(raw|typed|keyed|repeated)_(\w+)")


def names_of(document: Path) -> list[str]:
    """What a document names as code within its sentences."""
    return re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", document.read_text("utf-8"), flags=re.M | re.S)
    )


def defines(path: Path, name: str) -> bool:
    """Whether a file has a function, a class or a constant of a name."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return bool(re.search(rf"\b(?:const|function) {re.escape(name)}\b", text))
    return name in {getattr(node, "name", None) for node in ast.parse(text).body}


def resolves(name: str) -> bool:
    """Whether a module, or what it holds, can be had by its name."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError):
        return False
    return True


def exists(name: str) -> bool:
    """Whether there is what a document names: a file, what it defines, a module's member, a command, a word of the code."""
    if "::" in name:
        path, _, member = name.partition("::")
        return (ROOT / path).is_file() and defines(ROOT / path, member)
    if "/" in name:
        return (ROOT / name).exists()
    if command := COMMAND.fullmatch(name):
        return (f'"{command[2]}"' if command[1] == "kpi" else f"\n{command[2]}: ") in CODE
    first, *rest = name.split(".")
    if rest and first in PARTS:
        return resolves(f"dashboard.{name}")
    if rest and first in ("st", "streamlit"):
        return resolves(".".join(["streamlit", *rest]))
    if table := OF_A_TABLE.fullmatch(name):
        return f"{table[1]}_{{{{ table.id }}}}" in CODE and (ROOT / "sources" / f"{table[2]}.toml").is_file()
    return (ROOT / name).exists() or bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", CODE))


@pytest.mark.parametrize("document", [ARCHITECTURE, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_whatever_a_document_names_exists(document):
    names = names_of(document)
    assert len(names) > 20
    assert [name for name in dict.fromkeys(names) if not exists(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        "warehouse.build.staging.create_typing", "warehouse.stage.create_typed", "docs/architect.md", "st.htmls",
        "tests/test_docs.py::test_nothing", "kpi rebuilt", "make bread", "raw_nothing", "dashboard/ui/frame/follow.js::gone", "unitss",
    ],
)  # fmt: skip
def test_a_name_of_what_there_is_not_is_noticed(name):
    assert not exists(name)


@pytest.mark.parametrize("document", EVERY, ids=lambda path: path.name)
def test_whatever_a_document_links_to_is_there(document):
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_data_dictionary_is_the_one_that_the_contracts_give():
    assert dictionary.DOCUMENT.read_text("utf-8") == dictionary.text(), "run `make dictionary`"


def test_the_data_dictionary_explains_every_type_and_every_column_with_its_names():
    text = dictionary.text()
    assert all(f"| {kind.label} | {kind.guide} | {kind.example} |" in text for kind in TYPES.values())
    for table in contracts.load().values():
        section = text.partition(f"\n## {table.label['zh-TW']}\n")[2].partition("\n## ")[0]
        assert f"`sources/{table.id}.toml`" in section
        for column in table.columns.values():
            (line,) = [line for line in section.splitlines() if f"| `{column.id}` |" in line]
            assert ("| 必填 |" in line) == column.required
            assert all(word in line for word in (*column.headers, *column.choices.values())), column.id


def test_the_changelog_goes_by_version_and_day_and_the_product_is_of_one_version():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert headings[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", one) for one in headings[1:]]
    assert all(released), headings
    versions = [tuple(map(int, one.groups()[:3])) for one in released]
    days = [dt.date.fromisoformat(one[4]) for one in released]
    assert versions == sorted(set(versions), reverse=True) and days == sorted(days, reverse=True)
    own = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert own == dashboard.__version__ and tuple(map(int, own.split("."))) >= max(versions, default=(0,))
    kinds = re.findall(r"^### (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
