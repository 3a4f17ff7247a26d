"""What is added is written in one place: each kind of addition is made in a copy of the product, and must work there."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cases.copies import ROOT, copied, run

DAY = "2026-06-30"
DEFINITION = "data/my-city.toml"
CATALOGUE = "dashboard/language/locale/en.po"
DATA = {
    "學校名冊.csv": "學校名稱,組別,角色,班級數\n甲國小,第一組,重點學校,12\n乙國小,第一組,夥伴學校,6\n",
    "教職員名冊.csv": "學校名稱,教師編號,姓名,身分別,到職日\n"
    "甲國小,T1,王一,正式教師,114/08/01\n甲國小,T2,李二,正式教師,114/08/01\n乙國小,T3,林三,正式教師,114/08/01\n",
    "研習紀錄.csv": "教師編號,課程名稱,研習日期,時數,研習證明\n"
    "T1,A1數位學習工作坊(一),115/05/05,3,是\nT1,A2數位學習工作坊(二),115/05/06,6,是\n",
}
CONTRACT = """
label = { zh-TW = "聯絡電話", en = "Contacts" }
names = ["聯絡電話", "contacts"]
key = ["school"]

[columns.school]
headers = ["學校名稱"]
type = "school"
required = true

[columns.phone]
headers = ["分機"]
type = "phone"
required = true
note = "學校的電話。"
"""
REASON = """
[[reasons]]
id = "bad_phone"
label = "電話不對"
sentences = [{ text = "{header}「{value}」不是電話；請填例如 02-24221111。" }]
"""
TYPE = """
    ColumnType(
        "phone",
        label="電話",
        guide="區碼與號碼，中間可有 -。",
        example="02-24221111",
        read=readers.plain("{m}.name", bad_phone="not {m}.blank and not regexp_full_match({m}.name, '0[0-9-]+')"),
        map=TEXTS,
    ),
"""
OPENED = """
import json, sys
from streamlit.testing.v1 import AppTest

texts = {}
for page in sys.argv[2:]:
    app = AppTest.from_file("dashboard/app.py", default_timeout=60)
    for name, value in json.loads(sys.argv[1]).items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception, page
    texts[page] = " ".join(element.proto.body for element in app.get("html"))
    assert "這個畫面讀不出來" not in texts[page], page
print(json.dumps(texts))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product with a programme of two schools."""
    folder = copied(tmp_path_factory.mktemp("additions"))
    kpi(folder, "new-programme", "my-city")
    for name, text in DATA.items():
        (folder / "data" / name).write_text(text, encoding="utf-8")
    return folder


def kpi(place: Path, *words: str) -> str:
    return run(place, sys.executable, "-m", "dashboard.cli", *words)


def results(place: Path, kpi_id: str) -> dict[str, dict[str, str]]:
    """The rows of the schools, and of the city by a blank, on the day."""
    printed = kpi(place, "results", "--kpi", kpi_id, "--as-of", DAY, "--format", "csv")
    rows = csv.DictReader(io.StringIO(printed))
    return {row["school"]: row for row in rows if row["level"] != "group"}


def opened(place: Path, *pages: str, **query: str) -> dict[str, str]:
    """The HTML of some pages, by their names."""
    texts: dict[str, str] = json.loads(
        run(place, sys.executable, "-c", OPENED, json.dumps({"on": DAY, **query}), *pages)
    )
    return texts


def files_of(place: Path) -> dict[str, str]:
    """The hash of each file that somebody writes, by its path."""
    return {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in place.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.suffix in (".py", ".sql", ".toml", ".po")
    }


@contextmanager
def touching(place: Path, *names: str) -> Iterator[None]:
    """An addition changes these files and no other."""
    before = files_of(place)
    yield
    after = files_of(place)
    assert {name for name, content in after.items() if before.get(name) != content} == set(names)


def put(place: Path, name: str, text: str, *, before: str = "") -> None:
    """Add text to a file, which may be new: at its end, or before the only place where it says something."""
    path = place / name
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    assert not before or there.count(before) == 1, (name, before)
    path.write_text(there.replace(before, text + before) if before else there + text, encoding="utf-8")


def translate(place: Path, texts: dict[str, str]) -> None:
    put(
        place,
        CATALOGUE,
        "".join(f'\nmsgid "{chinese}"\nmsgstr "{english}"\n' for chinese, english in texts.items()),
    )


def test_an_indicator_is_its_query_and_what_a_programme_asks_of_it(place: Path) -> None:
    with touching(place, "queries/kpis/certified.sql", DEFINITION):
        put(
            place,
            "queries/kpis/certified.sql",
            "-- 有研習證明的教師 (人)\n-- A teacher counts from the first certificate of a category.\n\n"
            "select\n    periods.period,\n    spells.school_id,\n    spells.staff_id as unit_id,\n"
            "    spells.name as unit_label,\n    spells.since,\n    spells.until,\n"
            "    (\n        select min(date) from training\n        where certified and person_id = spells.person_id\n"
            "    ) as attained_on,\n    1 as amount,\n    spells.name as person\n\n"
            "from base_of($kpi) as spells\n\ncross join periods_of($kpi) as periods\n",
        )
        put(
            place,
            DEFINITION,
            '\n[kpis]\ncertified = { label = { zh-TW = "研習證明", en = "Certificates" }, short = { zh-TW = "證明", en = "Certified" },'
            ' rule = { zh-TW = "有證明的教師。", en = "Teachers with a certificate." }, clause = "一", unit = { zh-TW = "人", en = "people" },'
            ' table = "training", periods = ["115"], base = "staff", employment = ["formal"], require = "all" }\n',
            before="\n[kpis.a1a2]",
        )
        kpi(place, "check")
        kpi(place, "build")
    assert [results(place, "certified")[name]["counted"] for name in ("甲國小", "乙國小", "")] == [
        "1",
        "0",
        "1",
    ]
    (page,) = opened(place, "4_indicator", kpi="certified").values()
    assert "研習證明" in page and "甲國小" in page


def test_a_table_is_its_contract_and_its_name_in_the_programmes_that_read_it(place: Path) -> None:
    with touching(place, "sources/clubs.toml", DEFINITION):
        put(
            place,
            "sources/clubs.toml",
            'label = { zh-TW = "社團紀錄", en = "Clubs" }\nnames = ["社團紀錄", "clubs"]\nkey = ["school", "date"]\n\n'
            '[columns.school]\nheaders = ["學校名稱"]\ntype = "school"\nrequired = true\nnote = "全名、簡稱都可以。"\n\n'
            '[columns.date]\nheaders = ["日期"]\ntype = "date"\nrequired = true\nnote = "例如 115/03/02。"\n',
        )
        put(place, DEFINITION, '"clubs", ', before='"public_lessons"] #')
        (place / "data" / "社團紀錄.csv").write_text(
            "學校名稱,日期\n甲國小,115/03/02\n甲,115/03/02\n丙,115/03/02\n", encoding="utf-8"
        )
        assert "社團紀錄 讀入 3 = 採用 1 + 重複 1 + 退回 1" in " ".join(kpi(place, "build").split())
        kpi(place, "template", "forms")
    assert (place / "forms" / "社團紀錄.xlsx").is_file()
    assert "社團紀錄" in opened(place, "6_data")["6_data"]


def test_a_page_is_a_file_and_an_english_text_an_entry_of_the_catalogue(place: Path) -> None:
    kpi(place, "build")
    with touching(place, "pages/10_clubs.py"):
        put(
            place,
            "pages/10_clubs.py",
            '"""社團一覽\n\nHow many schools there are.\n"""\n\nfrom dashboard import ui\n\nview = ui.read_view()\n'
            "schools = ui.ask(view, ui.rows.School)\n\n"
            'ui.head(view, ui.say("社團一覽"), ui.say("共有 {n} 校可以參加", n=len(schools)))\n',
        )
        assert "共有 2 校可以參加" in opened(place, "10_clubs")["10_clubs"]
    with touching(place, CATALOGUE):
        translate(place, {"社團一覽": "List of clubs", "共有 {n} 校可以參加": "{n} schools may take part"})
        page = opened(place, "10_clubs", lang="en")["10_clubs"]
    assert "List of clubs" in page and "2 schools may take part" in page


def test_a_status_is_a_line_of_the_table_and_when_it_holds(place: Path) -> None:
    table, rule = "dashboard/language/words.py", "queries/models/4_results.sql"
    kpi(place, "build")
    judged = results(place, "a1a2")[""]["schools_judged"]
    with touching(place, table, rule, CATALOGUE):
        put(
            place,
            table,
            '    "idle": Status("◌", later("未動"), later("一個都還沒有"), "behind", 3, is_judged=True, is_owed=True),\n',
            before='    "behind": Status(\n',
        )
        put(
            place,
            rule,
            "    select *, 'idle' as status, since as begins, least(until, behind_from, overdue_from) as ends\n    from turns\n"
            "    where unjudged is null and not reached and counted = 0\n\n    union all by name\n\n",
            before="    select *, 'on_track' as status",
        )
        path = place / rule
        text = path.read_text(encoding="utf-8")
        first, rest = text.split("select *, 'on_track' as status")
        path.write_text(
            f"{first}select *, 'on_track' as status"
            + rest.replace("not reached\n", "not reached and counted > 0\n", 1),
            encoding="utf-8",
        )
        translate(place, {"未動": "Idle", "一個都還沒有": "nothing yet"})
        kpi(place, "build")
    rows = results(place, "a1a2")
    assert [rows[name]["status"] for name in ("甲國小", "乙國小")] == ["on_track", "idle"]
    assert rows[""]["schools_judged"] == judged
    pages = opened(
        place, "1_overview", "2_group", "3_school", "4_indicator", "5_reminders", "9_help", kpi="a1a2"
    )
    assert [page for page, text in pages.items() if "◌" not in text] == []
    assert not any(re.search(r'class="[^"]*\bidle\b', text) for text in pages.values()), (
        "it has another's colours"
    )
    assert "未動" in pages["9_help"] and "一個都還沒有" in pages["9_help"]
    assert "Idle" in opened(place, "9_help", lang="en")["9_help"]
    for format in ("xlsx", "html", "pptx"):
        kpi(place, "export", format, "--output", f"figures.{format}", "--as-of", DAY)
    assert "未動" in (place / "figures.html").read_text(encoding="utf-8")


def test_a_reason_and_a_type_of_column_are_an_entry_each(place: Path) -> None:
    with touching(place, "queries/reasons.toml"):
        put(place, "queries/reasons.toml", REASON)
    with touching(place, "dashboard/definitions/column_types.py"):
        put(place, "dashboard/definitions/column_types.py", TYPE, before=")\nTYPES")
    put(place, "sources/contacts.toml", CONTRACT)
    put(place, DEFINITION, '"contacts", ', before='"public_lessons"] #')
    rows = "學校名稱,分機\n甲國小,02-24221111\n乙國小,分機二\n"
    (place / "data" / "聯絡電話.csv").write_text(rows, encoding="utf-8")
    assert "定義沒有問題" in kpi(place, "check")
    assert "聯絡電話 讀入 2 = 採用 1 + 重複 0 + 退回 1" in " ".join(kpi(place, "build").split())
    rejects = csv.DictReader(io.StringIO(kpi(place, "rejects", "--format", "csv")))
    (reject,) = [one for one in rejects if one["reason"] == "bad_phone"]
    assert (reject["line"], reject["message"]) == ("3", "分機「分機二」不是電話；請填例如 02-24221111。")
    assert "電話不對" in opened(place, "6_data")["6_data"]

    kpi(place, "template", "templates_of_ours")
    guide = load_workbook(place / "templates_of_ours" / "聯絡電話.xlsx")["填寫說明"]
    assert ("分機", "必填", "學校的電話。", "02-24221111") in [row[:4] for row in guide.values]
    for name in ("__init__.py", "dictionary.py"):
        (place / "tests").mkdir(exist_ok=True)
        shutil.copy(ROOT / "tests" / name, place / "tests" / name)
    (place / "docs").mkdir(exist_ok=True)
    run(place, sys.executable, "-m", "tests.dictionary")
    dictionary = (place / "docs" / "data-dictionary.md").read_text("utf-8")
    assert "| 電話 | 區碼與號碼，中間可有 -。 | 02-24221111 |" in dictionary
    assert "| 分機 | `phone` | 電話 | 必填 | 學校的電話。 | 02-24221111 |" in dictionary
