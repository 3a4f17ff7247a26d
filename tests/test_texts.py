"""What the product says, in each language: every text of the code is in the catalogue, and nothing else is."""

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from dashboard.language import texts

ROOT = Path(__file__).parents[1]
# Everything that speaks to a reader of either language; the other exports write Chinese files or messages of both.
MODULES = sorted(
    path
    for pattern in (
        "dashboard/ui/**/*.py",
        "dashboard/language/*.py",
        "dashboard/exports/slide*.py",
        "dashboard/exports/deck/__init__.py",
        "dashboard/exports/deck/charts.py",
        "dashboard/exports/workbook.py",
        "dashboard/exports/report.py",
        "dashboard/exports/pack.py",
        "dashboard/reminders.py",
        "dashboard/questions.py",
        "dashboard/rules.py",
        "dashboard/meetings.py",
        "pages/*.py",
    )
    for path in ROOT.glob(pattern)
)
HAN = re.compile(r"[一-鿿]")
LANGUAGES = [language for language in texts.LANGUAGES if language != texts.SOURCE]
# Texts of the rows that pages show are written while a snapshot is built, by these.
BUILT = [
    ROOT / "dashboard" / "access.py",
    ROOT / "dashboard" / "definitions" / "column_types.py",
    ROOT / "queries" / "reasons.toml",
    *sorted((ROOT / "queries" / "kpis").glob("*.sql")),
    *sorted((ROOT / "dashboard" / "warehouse").rglob("*.py")),
    *sorted((ROOT / "programmes").glob("*.toml")),
]
# The name of a language in itself, and the marks of sums, which only Chinese has.
OWN = {"中文", "元", "萬", "億"}


def spoken(path: Path) -> set[str]:
    """The texts that a module says or marks."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None))
        in ("say", "say_markup", "later")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def titles() -> set[str]:
    pages = (ROOT / "pages").glob("[0-9]*_*.py")
    return {str(ast.get_docstring(ast.parse(path.read_text("utf-8")))).splitlines()[0] for path in pages}


def catalogue(language: str) -> dict[str, Message]:
    with (texts.LOCALE / f"{language}.po").open("rb") as file:
        found = read_po(file, locale=language)
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in found
        if message.id
    }


def said() -> set[str]:
    return titles().union(*(spoken(path) for path in MODULES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_code_is_translated(language):
    found = catalogue(language)
    missing = [text for text in said() if text not in found or not all(_strings(found[text]))]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_over(language):
    built = "".join(path.read_text("utf-8") for path in BUILT)
    left = [
        text
        for text in set(catalogue(language)) - said()
        if f'"{text}"' not in built and f"'{text}'" not in built
    ]
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_text_and_no_markup_of_its_own(language):
    for text, message in catalogue(language).items():
        for string_ in _strings(message):
            assert _places(string_) <= _places(text) and _places(text) - _places(string_) <= {"n"}, text
            assert not HAN.search(string_), text
            assert set(re.findall(r"[<>\"]", string_)) <= set(re.findall(r"[<>\"]", text)), text


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_says_chinese_past_the_catalogue(path):
    tree = ast.parse(path.read_text("utf-8"))
    allowed = {id(node.args[0]) for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args}
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and isinstance(node.body[0], ast.Expr)
    }
    known = spoken(path)
    past = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and HAN.search(node.value)
        and node.value not in OWN
        and id(node) not in docstrings
        and not (id(node) in allowed and node.value in known)
    ]
    assert past == []


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
