"""`docs/extending.md` does what it says: its blocks are run as they stand, in a copy of the product."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cases.copies import ROOT, command, copied, run

DOCUMENT = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
PAGES = """
from pathlib import Path
from streamlit.testing.v1 import AppTest

for page in sorted(Path("pages").glob("[0-9]*.py")):
    app = AppTest.from_file(str(Path("dashboard/app.py").resolve()), default_timeout=60).run()
    app.switch_page(f"../pages/{page.name}").run()
    assert not app.exception, page
    told = " ".join(" ".join(element.proto.body for element in app.get("html")).split())
    assert "這個畫面讀不出來" not in told, page
    print(page.stem, told, len(app.get("plotly_chart")), "figures")
"""


@dataclass(frozen=True)
class Block:
    """A fenced block: what it is, the file that it is to be (or to be the end of), its text, and its section."""

    kind: str
    file: str
    text: str
    section: str


def blocks() -> list[Block]:
    found = []
    for section in DOCUMENT.split("\n## ")[1:]:
        title = section.partition("\n")[0]
        for kind, file, text in re.findall(
            r"^```(\w+) ?(\S*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL
        ):
            found.append(Block(kind, file, text, title))
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product, which is the working folder too."""
    return copied(tmp_path_factory.mktemp("extending"))


@pytest.fixture(scope="module")
def printed(place: Path) -> dict[str, str]:
    """What each command of the document prints, once every block has been followed in its order."""
    told: dict[str, str] = {}
    for block in blocks():
        if block.kind == "sh":
            for line in block.text.splitlines():
                if line != "kpi serve":  # the pages are opened below
                    told[line] = command(place, line)
        else:
            path = place / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            path.write_text(f"{before}\n{block.text}" if before else block.text, encoding="utf-8")
    return told


def rows(printed: str) -> list[list[str]]:
    return [line.split() for line in printed.splitlines()[1:]]


def test_every_block_is_a_command_or_a_file() -> None:
    assert {block.kind for block in blocks()} == {"sh", "csv", "sql", "toml", "python"}
    for block in blocks():
        assert bool(block.file) == (block.kind != "sh")
        if block.kind == "sh":
            assert all(line.startswith("kpi ") for line in block.text.splitlines())


def test_a_first_dashboard_shows_what_the_document_says(printed: dict[str, str]) -> None:
    results = {row[5]: row[6:] for row in rows(printed["kpi results --level school --kpi a1a2"])}
    assert results["甲國小"][:2] == ["1", "2"]
    assert "exempt" in results["乙國小"]
    assert [row[4] for row in rows(printed["kpi units --kpi a1a2 --missing"])] == ["李二"]
    assert rows(printed["kpi rejects"]) == []


def test_the_indicator_of_the_document_counts_what_it_says(printed: dict[str, str]) -> None:
    told = printed["kpi results --kpi long_course --level school --as-of 2022-12-31"]
    (school,) = [row for row in rows(told) if row[5] == "甲國小"]
    assert school[6:11] == ["1", "2", "1", "0.500000", "met"]
    assert "my-city：4 項指標" in printed["kpi check"]


def test_the_table_of_the_document_is_read(place: Path, printed: dict[str, str]) -> None:
    definition = place / "data" / "my-city.toml"
    text = definition.read_text(encoding="utf-8")
    definition.write_text(text.replace('tables = [', 'tables = ["reading_logs", '), encoding="utf-8")  # fmt: skip
    (place / "data" / "閱讀紀錄.csv").write_text(
        "學校名稱,日期,書名\n甲國小,111/10/07,一\n甲,111/10/07,一\n丙,111/10/07,二\n", encoding="utf-8"
    )
    told = " ".join(command(place, "kpi build").split())
    assert "閱讀紀錄 讀入 3 = 採用 1 + 重複 1 + 退回 1" in told
    command(place, "kpi template more")
    assert (place / "more" / "閱讀紀錄.xlsx").is_file()


def test_every_page_runs_and_so_does_that_of_the_document(place: Path, printed: dict[str, str]) -> None:
    told = run(place, sys.executable, "-c", PAGES)
    (own,) = [line for line in told.splitlines() if line.startswith("9_schools")]
    assert "共 2 所學校" in own and "<li>甲國小</li>" in own
    (drawn,) = [line for line in told.splitlines() if line.startswith("10_classes")]
    assert "2 所學校填了班級數" in drawn and drawn.endswith(" 1 figures")
