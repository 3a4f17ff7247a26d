"""The house rules that a machine can keep: who imports whom, where each library lives, how a query begins."""

import ast
import configparser
import re
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dashboard.ui.frame.page import sheets

ROOT = Path(__file__).parents[1]
MODULES = sorted([*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "pages").glob("*.py")])
QUERIES = sorted((ROOT / "queries").rglob("*.sql*"))

# Imports run one way; what is not named here imports nothing of ours.
MAY_IMPORT = {
    "pages": {"ui", "charts"},
    "app": {"ui"},
    "server": {"ui", "warehouse", "definitions", "exports"},
    "ui": {
        "access", "charts", "definitions", "exports", "language", "meetings", "questions", "readings", "reminders", "rows", "rules",
        "state",
        "warehouse",
    },
    "meetings": {"access", "charts", "exports", "language", "questions", "rows", "state", "warehouse"},
    "reminders": {"language", "questions", "rows"},
    "rules": {"language", "questions", "rows"},
    "questions": {"access", "language", "rows", "warehouse"},
    "readings": {"definitions", "rows", "sources", "warehouse"},
    "exports": {"access", "charts", "definitions", "language", "questions", "reminders", "rows", "rules"},
    "charts": {"language"},
    "language": {"rows"},
    "warehouse": {"apart", "definitions", "language", "rows", "sources"},
    "sources": {"definitions"},
    "reports": {"definitions", "sources", "warehouse"},
    "cli": {
        "access", "definitions", "exports", "meetings", "questions", "reports", "rows", "sample", "sources", "state", "warehouse",
    },
}  # fmt: skip
# Errors that the caller answers in another way than by ending a command.
CAUGHT = {"Ended", "EntryError", "Lost", "Refused", "SheetError", "Unchanged", "Unreadable"}
# What lies below everything.
GROUND = {"clock", "errors", "paths"}
# Each third-party library has one home.
HOMES = {
    "duckdb": {"warehouse"},
    "pyarrow": {"warehouse"},
    "filelock": {"warehouse"},
    "pypinyin": {"warehouse"},
    "python_calamine": {"sources"},
    "pydantic": {"definitions"},
    "gspread": {"sources"},
    "google": {"sources"},
    "requests": {"sources"},
    "tenacity": {"sources"},
    "urllib3": {"sources"},
    "plotly": {"charts"},
    "streamlit": {"app", "server", "ui", "charts", "pages"},
    "openpyxl": {"exports", "sample"},
    "docxtpl": {"exports"},
    "pptx": {"exports"},
    "pypdf": {"exports"},
    "sqlalchemy": {"state"},
    "alembic": {"state"},
    "jinja2": {"exports", "warehouse"},
    "markupsafe": {"language"},
    "cachetools": {"ui", "questions"},
    "numpy": {"sample", "warehouse"},
    "starlette": {"server"},
    "uvicorn": {"server"},
    "anyio": {"server"},
}
# A line of the picture of the house in docs/architecture.md, and one that goes on with whom a part may import.
PICTURE = re.compile(r"^[│ ] {2}(\w+) {2,}[^→\n]+?(?: +→ (.+))?$")
GOES_ON = re.compile(r"^│ {20,}([a-z, ]+)$")

# Where HTML is written by hand: the builders, the style sheets and scripts, and the slides, which are a document.
BY_HAND = ("dashboard/ui/base/", "dashboard/ui/frame/page.py", "dashboard/ui/meetings/presenting.py")
OF_BUILDERS = [
    path
    for path in MODULES
    if path.is_relative_to(ROOT / "dashboard" / "ui") or path.parent.name == "pages"
    if not path.relative_to(ROOT).as_posix().startswith(BY_HAND)
]


def part_of(path: Path) -> str:
    """The part of the house that a module is: a module or package of dashboard/, or `pages`."""
    inside = path.relative_to(ROOT).parts
    return "pages" if inside[0] == "pages" else inside[1].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "dashboard":
                yield from (f"dashboard.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_lies_below_it(path: Path):
    part = part_of(path)
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("dashboard.")} - {
        part,
        "__version__",
        *GROUND,
    }
    assert ours <= MAY_IMPORT.get(part, set())


def picture() -> dict[str, set[str]]:
    """What each part of the picture may import, from the top down."""
    (drawn,) = re.findall(
        r"^```text\n(.*?)^```", (ROOT / "docs" / "architecture.md").read_text("utf-8"), re.M | re.S
    )
    parts: dict[str, set[str]] = {}
    for line in drawn.splitlines():
        if match := PICTURE.match(line):
            part, listed = match[1], match[2] or ""
            assert part not in parts, part
            parts[part] = set()
        elif match := GOES_ON.match(line):
            listed = match[1]
        else:
            continue
        parts[part] |= {name.strip() for name in listed.split(",") if name.strip()}
    return parts


def test_the_picture_shows_every_part_and_whom_it_may_import():
    parts = picture()
    assert set(parts) == {part_of(path) for path in MODULES} - {"__init__"}
    assert {part: names for part, names in parts.items() if names} == MAY_IMPORT


def test_what_a_part_may_import_stands_below_it_in_the_picture():
    order = list(picture())
    upward = [(part, name) for part, names in picture().items() for name in names
              if order.index(name) <= order.index(part)]  # fmt: skip
    assert upward == []


def test_no_page_borrows_from_another_pages_room():
    """A room of ui/ is a page's own, but for `base` and `frame`; all arrows between rooms lead there."""
    arrows = set()
    for path in (ROOT / "dashboard" / "ui").glob("*/*.py"):
        rooms = {name.split(".")[2] for name in imports(path) if name.startswith("dashboard.ui.")}
        arrows |= {(path.parent.name, room) for room in rooms - {path.parent.name}}
    assert arrows and {room for _, room in arrows} == {"base", "frame"} and ("base", "frame") not in arrows
    assert len(arrows) <= 25


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_library_is_used_only_in_its_home(path: Path):
    used = {name.split(".")[0] for name in imports(path)} & set(HOMES)
    assert all(part_of(path) in HOMES[library] for library in used)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_name_says_what_it_holds(path: Path):
    """Not by what was done to it: whoever reads a line knows what it holds."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    private = {"told", "found", "seen", "shown", "made", "given", "stands"}
    # asyncio's; and the key of a contract, which bureaus write.
    of_others = {"connection_made", "stands"}
    assert not {name for name in names if private & set(name.split("_"))} - of_others


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function has, beside its docstring."""
    first = function.body[0]
    is_docstring = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_module_has_more_than_400_lines_and_no_function_more_than_40():
    long = set()
    for path in MODULES:
        text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        if text.count("\n") > 400:
            long.add(name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > 40:
                long.add(f"{name}::{node.name}")
    assert long == set()


def text_constants(path: Path) -> Iterator[str]:
    """The texts in a module's code, those of f-strings part by part, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def calls(path: Path) -> set[str]:
    """The names of the functions that a module calls, without those of what holds them."""
    called = (
        node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    )
    return {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called}


@pytest.mark.parametrize("path", OF_BUILDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_and_a_page_leave_elements_and_escaping_to_the_builders(path: Path):
    assert [text for text in text_constants(path) if re.search("</?[a-z]", text)] == []
    assert not calls(path) & {"escape", "Markup"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_markup_reaches_the_screen_in_one_way(path: Path):
    """But for the style sheet, the scripts and the slides."""
    others = {"screen.py", "page.py", "presenting.py"}
    assert path.name in others or not re.search(r"\bst\.html\(|unsafe_allow_html", path.read_text("utf-8"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_one_module_knows_where_the_tree_of_the_product_lies(path: Path):
    assert (path.name == "paths.py") or "(__file__).parents" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_error_that_ends_a_command_is_an_operators(path: Path):
    """What a public module raises for others is of one family, or is caught by whoever called it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Exception" for base in node.bases):
            assert node.name.startswith("_") or node.name in CAUGHT or path.name == "errors.py", node.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(path: Path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_query_begins_with_what_it_says(path: Path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("-- ")
    if path.parent.name in ("kpis", "checks"):
        assert re.search(r"[一-鿿]", first), "the label is Chinese"


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_query_is_lower_case(path: Path):
    code = re.sub(r"--.*|'[^']*'|\"[^\"]*\"|\$\w+", "", path.read_text(encoding="utf-8"))
    assert not re.findall(r"\b(SELECT|FROM|WHERE|JOIN|GROUP BY|ORDER BY)\b", code)


def test_a_shipped_indicator_gives_its_parts_last_where_a_build_looks_for_them():
    """To have each query planned for that would take too long."""
    gives, looked_for = set(), set()
    for path in (ROOT / "queries" / "kpis").glob("*.sql"):
        code = path.read_text(encoding="utf-8")
        gives |= {path.stem} if re.search(r"\b(amount_)?part\(", code) else set()
        looked_for |= {path.stem} if re.search(r"\bparts\s+from\b", code) else set()
    assert gives == looked_for == {"a1a2", "infosec", "lessons", "srl_survey", "targets", "training_5g"}


def test_what_two_indicators_share_is_a_step_of_both():
    """Of a dozen lines on; what is shorter is how a query is written."""
    runs: dict[tuple[str, ...], str] = {}
    for path in sorted((ROOT / "queries" / "kpis").glob("*.sql")):
        code = [
            line
            for line in path.read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("--")
        ]
        for at in range(len(code) - 11):
            other = runs.setdefault(tuple(code[at : at + 12]), path.name)
            assert other == path.name, (other, path.name, code[at])


def test_no_page_query_reads_a_table_of_rows_past_the_gate():
    gated = re.compile(r"\b(?:from|join)\s+(units|states|rejects|all_schools|staff|training|public_lessons|observations|"
                       r"srl_survey|achievement|coaching|staff_spells|results|row_days)\b")  # fmt: skip
    for path in (ROOT / "queries" / "pages").glob("*.sql"):
        code = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        steps = set(re.findall(r"(\w+) as \(", code))
        assert set(gated.findall(code)) <= steps, path.name


def test_pages_hold_no_rule_no_query_and_no_cache():
    for path in (ROOT / "pages").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"session_state|cache_data|cache_resource|\bselect\b.*\bfrom\b", text), path.name
        lines = [line for line in text.splitlines() if not line.startswith(("from ", "import "))]
        assert len(lines) <= 60, path.name


def test_no_label_holds_data():
    """A label is Markdown: what a file or a school is called could make a browser ask another host for a picture."""
    labelled = {"button", "popover", "radio", "spinner", "toast", "date_input", "file_uploader"}
    found = [
        call
        for path in MODULES
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and re.fullmatch(rf"st\.({'|'.join(labelled)})", ast.unparse(call.func))
    ]
    assert len(found) > 5
    for call in found:
        inner = [one for one in ast.walk(call.args[0]) if isinstance(one, ast.Call)]
        assert not any(one.keywords for one in inner), ast.unparse(call)
        assert not isinstance(call.args[0], ast.JoinedStr), ast.unparse(call)


def contents() -> dict[str, bytes]:
    """Every file of the repository, those too that are about to be in it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert listed
    return {name: (ROOT / name).read_bytes() for name in listed if (ROOT / name).is_file()}


def test_no_file_names_a_registry_or_a_path_of_a_machine():
    places = "|".join(
        (
            "(?<!--no-emit-)index" + "-url",
            "find" + "-links",
            "/sim" + "ple/",
            "(?<![a-z.])/(?:wo" + "rk|ro" + "ot)/",
        )
    )
    texts = contents()
    assert [name for name, text in texts.items() if re.search(places.encode(), text)] == []


def test_every_package_that_is_declared_is_locked_with_its_hashes_in_a_version_that_fits():
    """Whoever changes pyproject.toml runs `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        Requirement(one) for one in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    ]
    pins = re.split(r"^(?=\w)", (ROOT / "requirements.lock").read_text("utf-8"), flags=re.M)[1:]
    assert [pin for pin in pins if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", pin)] == []
    locked = {canonicalize_name(pin.partition("==")[0]): re.split(r"==|[ ;]", pin)[1] for pin in pins}
    names = [canonicalize_name(one.name) for one in wanted]
    fits = [name in locked and locked[name] in one.specifier for name, one in zip(names, wanted, strict=True)]
    assert [str(one) for one, does in zip(wanted, fits, strict=True) if not does] == []


def editor_settings() -> list[tuple[list[str], dict[str, str]]]:
    """The sections of .editorconfig, of which a later one prevails: the names that each is for, and what it sets."""
    parser = configparser.ConfigParser()
    parser.read_string("[first]\n" + (ROOT / ".editorconfig").read_text("utf-8"))
    sections = []
    for glob in parser.sections()[1:]:
        before, listed, after = re.fullmatch(r"([^{]*)(?:\{(.*)\})?(.*)", glob).groups(default="")
        sections.append(([f"{before}{one}{after}" for one in listed.split(",")], dict(parser[glob])))
    return sections


def test_every_text_file_is_as_an_editor_would_write_it():
    sections = editor_settings()
    faults = []
    for name, content in contents().items():
        if b"\0" in content:
            continue
        settings = {}
        for globs, own in sections:
            settings |= own if any(fnmatch(Path(name).name, glob) for glob in globs) else {}
        text = content.decode(settings["charset"])
        indents = "".join(re.findall(r"^[ \t]+", text, re.M))
        fits = {
            "charset": not text.startswith("\ufeff"),
            "end_of_line": "\r" not in text,
            "insert_final_newline": not text or text.endswith("\n"),
            "indent_style": ("\t" in indents) <= (settings["indent_style"] == "tab"),
            "trim_trailing_whitespace": not re.search(r"[ \t]$", text, re.M),
        }
        faults += [(name, rule) for rule, does in fits.items() if rule in settings and not does]
    assert faults == []


def test_an_editor_wraps_python_where_the_formatter_does():
    ((length,),) = [[own["max_line_length"]] for globs, own in editor_settings() if globs == ["*.py"]]
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]
    assert int(length) == ruff["line-length"]


def test_the_hooks_of_a_commit_are_the_commands_of_make_lint_and_fetch_nothing():
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.M)[1]
    commands = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe.splitlines()]
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert re.findall(r"^ +entry: (.+)$", hooks, re.M) == commands
    assert re.findall(r"repo: (.+)$", hooks, re.M) == ["local"]
    assert re.findall(r"language: (.+)$", hooks, re.M) == ["system"] * len(commands)


def test_no_test_module_is_imported():
    """What several tests need stands in a module of its own, or is a fixture of a conftest.py."""
    imported = re.compile(r"\bfrom tests[\w.]*\.test_\w+ import|\bfrom tests[\w.]* import [^\n]*\btest_\w+")
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert len(files) > 80
    assert [path.name for path in files if imported.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", sheets(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_style_sheet_has_a_rule_a_line(path: Path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    crowded = [line for line in text.splitlines() if line.count("{") > 1 and not line.startswith("@")]
    assert [line for line in crowded if not line.lstrip().startswith("@")] == []


def test_a_page_has_the_style_sheet_of_each_room_and_that_of_paper_last():
    names = [f"{path.parent.name}/{path.name}" for path in sheets()]
    assert set(names) == {
        f"{path.parent.name}/{path.name}" for path in (ROOT / "dashboard" / "ui").glob("*/*.css")
    }
    assert (names[0], names[-1]) == ("base/style.css", "frame/print.css")
