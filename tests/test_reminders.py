"""催辦: what each school owes is what the results say, and what leaves the product is safe and of the scope alone."""

import dataclasses
import datetime as dt
import io
import re
from pathlib import Path
from types import SimpleNamespace

import docx
import openpyxl
import pytest

from dashboard import access, questions, reminders, warehouse
from dashboard.exports import letters, tables
from dashboard.language import texts
from dashboard.rows import School, SchoolReject, SchoolResult
from dashboard.ui.reminders import messages as page

EVERY = access.bureau(names=True)
DAY = dt.date(2022, 11, 25)
HOSTILE = '=1+1<w:p/>&"{{ 7 * 7 }}'


@pytest.fixture
def seen(sample_warehouse: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(questions, "_cached", questions._cached.__wrapped__)
    snapshot = warehouse.current(sample_warehouse, "keelung-111")

    def view(scope: access.Scope = EVERY) -> questions.View:
        return questions.unaddressed(snapshot, scope, DAY)

    return view


def wanted(**changes) -> reminders.Filter:
    usual = {"kpis": (), "groups": (), "statuses": reminders.DEFAULT, "names": False}
    return reminders.Filter(**(usual | changes))


def test_a_school_owes_what_the_results_say_it_does(seen):
    view = seen()
    columns, rows = warehouse.rows(
        view.snapshot, "kpi_results", view.scope, on=DAY, level="school", kpi=None, period=None
    )
    results = [dict(zip(columns, row, strict=True)) for row in rows]
    expected = {(row["school"], row["kpi"]) for row in results if row["status"] in reminders.DEFAULT}
    assert {
        (one.school, item.kpi.kpi) for one in reminders.owed(view, wanted()) for item in one.items
    } == expected
    late = {(row["school"], row["kpi"]) for row in results if row["status"] == "overdue"}
    found = reminders.owed(view, wanted(statuses=("overdue",)))
    assert {(one.school, item.kpi.kpi) for one in found for item in one.items} == late


def test_choices_narrow_to_the_groups_and_indicators(seen):
    found = reminders.owed(seen(), wanted(groups=("自主學習組",), kpis=("a1a2",)))
    assert {one.group for one in found} == {"自主學習組"}
    assert {item.kpi.kpi for one in found for item in one.items} == {"a1a2"}


def test_as_many_people_are_missing_as_the_gap_of_a_requirement_of_all(seen):
    for one in reminders.owed(seen(), wanted(kpis=("a1a2", "infosec"))):
        for item in one.items:
            if item.row.status != "no_data":
                assert len(item.missing) == item.row.gap


def test_names_are_there_only_where_they_are_asked_for(seen):
    """The address asks at once for whole names in the rows and for those who are missing."""
    every = reminders.owed(seen(), wanted())
    names = {name.partition("（")[0] for one in every for item in one.items for name in item.missing}
    assert names
    for listed in (False, True):
        view = seen(access.bureau(names=listed))
        found = reminders.owed(view, wanted())
        told = "".join(
            letters.message(Path("nowhere"), reminders.context(view, one, listed)) for one in found
        )
        told += "".join(str(row) for row in reminders.rows(view, found, listed))
        assert any(name in told for name in names) == listed


def test_a_scope_owes_for_its_own_schools_alone(seen):
    view = seen()
    two = tuple(row.school_id for row in questions.ask(view, School))[:2]
    mine = reminders.owed(seen(access.Scope("兩校", two)), wanted())
    every = {one.school for one in reminders.owed(view, wanted())}
    assert {one.school for one in mine} < every
    assert {one.school for one in mine} <= {
        row.name for row in questions.ask(seen(access.Scope("兩校", two)), School)
    }
    assert reminders.owed(seen(access.nobody()), wanted()) == []


def test_letters_hold_one_letter_a_school_and_take_texts_as_texts(seen):
    view = seen()
    found = reminders.owed(view, wanted())
    context = reminders.letters_context(view, found, True)
    context["letters"][0]["school"] = HOSTILE
    document = docx.Document(io.BytesIO(letters.letters(Path("nowhere"), context)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert text.count("受文者：") == len(found)
    assert HOSTILE in text
    for each in found[1:]:
        assert f"受文者：{each.school}\n" in text
    assert not re.search(r"{[{%]", text.replace(HOSTILE, ""))


def test_the_list_is_one_row_a_school_with_dates_as_dates(seen):
    view = seen()
    found = reminders.owed(view, wanted())
    made = tables.xlsx("催辦", reminders.HEADER, reminders.rows(view, found, True))
    header, *rows = openpyxl.load_workbook(io.BytesIO(made)).active.values
    assert header == reminders.HEADER and len(rows) == len(found)
    assert {row[2].date() for row in rows} == {DAY}


@pytest.mark.parametrize(
    "text",
    ["{{ nothing_of_the_kind }}", "{% for x in %}", "{{ school.__class__.__mro__[1].__subclasses__() }}"],
)
def test_a_template_that_asks_for_what_there_is_not_is_told(tmp_path: Path, text: str):
    (tmp_path / "message.txt").write_text(text, encoding="utf-8")
    with pytest.raises(letters.TemplateFault, match=r"message\.txt"):
        letters.message(tmp_path, {"school": "深澳國小"})


def test_a_bureaus_own_template_goes_before_the_shipped_one(tmp_path: Path):
    (tmp_path / "message.txt").write_text("致 {{ school }}", encoding="utf-8")
    assert letters.message(tmp_path, {"school": "深澳國小"}) == "致 深澳國小\n"
    (tmp_path / "letter.docx").write_bytes(b"PK no document")
    with pytest.raises(letters.TemplateFault, match=r"letter\.docx"):
        letters.check(tmp_path)


def test_what_goes_to_schools_is_the_same_chinese_whatever_the_language_of_the_page(seen):
    view = seen()
    choice = wanted(groups=("自主學習組",), names=True)

    def told() -> list[object]:
        found = reminders.in_chinese(view, choice)
        messages = [letters.message(Path("nowhere"), reminders.context(view, one, True)) for one in found]
        return [messages, reminders.header(), reminders.rows(view, found, True), reminders._common(view)]

    chinese = told()
    with texts.written(texts.Manner("en", "ce")):
        english_page = page.overview(view, reminders.owed(view, choice), lambda **_: "", None, True)
        assert told() == chinese
    assert "short" in english_page and "due 2022/12/31" in english_page
    assert "期限 111/12/31" in str(chinese) and "short" not in str(chinese)


def test_beside_each_gap_stands_how_it_moved_since_the_day_to_compare_with(seen):
    view = dataclasses.replace(seen(), versus=dt.date(2022, 10, 28))
    was = {
        (row.school_id, row.kpi): row
        for row in questions.ask(
            view, SchoolResult, on=view.versus, period="111", group_id=None, school_id=None
        )
    }
    items = [item for one in reminders.owed(view, wanted()) for item in one.items]
    assert all(item.then == was[item.row.school_id, item.row.kpi] for item in items)
    shown = page.overview(view, reminders.owed(view, wanted()), lambda **_: "", None, False)
    moved = [item for item in items if item.row.gap is not None and item.then.gap is not None]
    assert shown.count('class="chg"') == sum(item.row.status != "no_data" for item in moved)
    assert 'class="chg"' not in page.overview(
        seen(), reminders.owed(seen(), wanted()), lambda **_: "", None, False
    )


CEILING = SimpleNamespace(label="資本門上限", short="資本門", unit="元", require="ceiling", clause="柒")


def exceeded(**changes):
    facts = {
        "kpi": "capital",
        "level": "school",
        "period": "112",
        "status": "overdue",
        "flags": "",
        "counted": 120_000,
    }
    facts |= {"base": None, "required": 100_000, "gap": 0, "room": -20_000, "deadline": DAY, "days_left": -3}
    return reminders.Item(CEILING, SimpleNamespace(**(facts | changes)), None, "", (), None)


def test_an_exceeded_ceiling_says_by_how_much_and_has_no_deadline(seen):
    told = "目前 120,000／上限 100,000 元，超出 20,000 元，請調整"
    one = reminders.Owed("甲國小", "甲組", (exceeded(),))
    assert reminders.state(exceeded()) == told
    message = letters.message(Path("nowhere"), reminders.context(seen(), one, False))
    assert told in message and "期限" not in message and "還差" not in message
    shown = page.overview(seen(), [one], lambda **_: "", None, False)
    assert told in shown and "超出上限" in shown and "期限" not in shown
    assert reminders.rows(seen(), [one], False)[0][4:6] == [f"資本門上限：{told}", None]


def test_nothing_that_the_definition_or_a_file_says_becomes_markup(seen):
    hostile = "<img src=x>"
    kpi = SimpleNamespace(**vars(CEILING) | {"short": hostile, "unit": hostile})
    silent = dataclasses.replace(exceeded(status="no_data", room=None), to_send=hostile, missing=(hostile,))
    then = SimpleNamespace(gap=9)
    owing = dataclasses.replace(exceeded(status="behind", room=None, gap=5), kpi=kpi, then=then)
    one = reminders.Owed(hostile, hostile, (silent, owing, dataclasses.replace(exceeded(), kpi=kpi)))
    shown = page.overview(seen(), [one], lambda **_: "", None, True)
    assert "<img" not in shown and ">−4</span>" in shown and shown.count("&lt;img") > 5


def test_where_nothing_was_sent_the_table_to_send_is_named(seen):
    """Without a roster it is the roster that an indicator of the staff wants, whatever table its evidence is in."""
    view = seen()
    silent = [
        item
        for one in reminders.owed(view, wanted(kpis=("a1a2",), statuses=("no_data",)))
        for item in one.items
    ]
    assert silent
    for item in silent:
        assert reminders.state(item) == "未填報：請送「教職員名冊」"


def test_what_a_table_lacks_that_was_sent_is_named(seen):
    """A school whose staff are on the roster, but no IT lead; and one without its number of classes."""
    silent = {
        (item.kpi.kpi, reminders.state(item))
        for one in reminders.owed(seen(), wanted(kpis=("it_lead", "srl_survey"), statuses=("no_data",)))
        for item in one.items
    }
    assert ("it_lead", "未填報：請在「教職員名冊」的「職務」註明誰是「資訊組長、資訊負責人」") in silent
    assert ("srl_survey", "未填報：請在「學校名冊」填「班級數」（學校名冊.xlsx#學校名冊 第 24 列）") in silent


def test_who_is_missing_is_said_with_what_each_lacks_and_so_is_a_class_that_has_only_one_test(seen):
    told = {
        (item.kpi.kpi, name.partition("（")[2])
        for one in reminders.owed(seen(), wanted(statuses=reminders.STATUSES, names=True))
        for item in one.items
        for name in item.missing
    }
    assert {
        ("a1a2", "缺 A2）"),
        ("a1a2", "缺 A1、A2）"),
        ("infosec", "還差 2 小時）"),
        ("infosec", "還差 1.5 小時）"),
    } <= told
    assert ("srl_survey", "缺 後測）") in told and ("srl_survey", "缺 前測、後測）") not in told
    assert ("it_lead", "") in told and not [lacks for kpi, lacks in told if kpi == "a1a2" and not lacks]


def test_a_letter_says_what_each_lacks_in_chinese_whatever_the_language_of_the_page(seen):
    with texts.written(texts.Manner("en", "ce")):
        view = seen()
        (one,) = [one for one in reminders.in_chinese(view, wanted(names=True)) if one.school == "深美國小"]
        told = letters.message(Path("nowhere"), reminders.context(view, one, True))
        masked = letters.message(Path("nowhere"), reminders.context(view, one, False))
    lines = [line for line in told.splitlines() if line.startswith("   尚未完成：")]
    assert re.search("（缺 A2）、.*（缺 A1、A2）", lines[1]) and "（還差 1.5 小時）" in lines[2]
    assert "3 年 4 班（缺 後測）" in lines[3] and "還差 2 小時" not in masked and "缺 A2" not in masked


def test_the_table_names_who_is_missing_where_names_are_asked_for(seen):
    found = reminders.owed(seen(), wanted(kpis=("infosec",)))
    name = next(item.missing[0] for one in found for item in one.items if item.missing)
    for asked in (False, True):
        assert (name in page.overview(seen(), found, lambda **_: "", None, asked)) == asked


# One letter for one matter


def rows_to_mend(view: questions.View) -> dict[str, list[str]]:
    """The rejected rows of each school that its figures may lack, as `kpi flags` has them."""
    _, found = warehouse.rows(view.snapshot, "kpi_flags", EVERY, on=DAY, kpi=None, period=None, school=None)
    told: dict[str, list[str]] = {}
    for _, _, school, flag, _, file, line, _ in found:
        if flag in ("base_rejected", "rows_rejected"):
            told.setdefault(school, []).append(f"{file} 第 {line} 列")
    return told


def test_a_message_says_first_what_to_mend_with_its_row_and_then_what_is_owed_by_the_data_so_far(seen):
    view = seen()
    expected = rows_to_mend(view)
    assert expected
    found = {one.school: one for one in reminders.in_chinese(view, wanted())}
    assert set(expected) <= set(found), "who has something to mend is written to, whatever else it owes"
    for school, one in found.items():
        told = letters.message(Path("nowhere"), reminders.context(view, one, False))
        first, _, owed = told.partition("依目前的資料")
        assert all(row in first for row in expected.get(school, [])), school
        assert bool(one.late) == bool(owed)
        for item in one.items:
            silent = item.row.status == "no_data"
            assert (reminders.label(item) in (first if silent else owed)) and (
                silent or item.row.gap is None or "還差" in owed
            )
        assert "未填報" not in owed.partition("另有下列各處")[0]


def test_what_a_school_of_two_kinds_is_told_is_the_same_on_both_pages(seen, monkeypatch):
    view, shown = seen(), []
    monkeypatch.setattr(page, "copy", lambda title, text: shown.append((title, text)))
    monkeypatch.setattr(page, "_templates", lambda: Path("nowhere"))
    for one in reminders.in_chinese(view, wanted())[:5]:
        (school,) = (row for row in questions.ask(view, School) if row.name == one.school)
        page.message(view, wanted(), one.school)
        page.notice(view, school)
    assert shown and shown[::2] == shown[1::2]


def test_every_row_that_a_school_could_mend_is_in_its_message_once(seen):
    view = seen()
    for school in questions.ask(view, School):
        rows = questions.ask(view, SchoolReject, school_id=school.school_id)
        found = reminders.in_chinese(view, wanted(), school.school_id)
        told = "".join(letters.message(Path("nowhere"), reminders.context(view, one, False)) for one in found)
        for row in rows[: reminders.MOST_TO_MEND]:
            assert told.count(f"{row.file} 第 {row.line} 列") >= 1, (school.name, row)


def test_the_list_has_what_to_mend_and_the_flags_of_each_school(seen):
    view = seen()
    found = reminders.in_chinese(view, wanted())
    lines = {
        line[0]: dict(zip(reminders.HEADER, line, strict=True)) for line in reminders.rows(view, found, False)
    }
    for school, rows in rows_to_mend(view).items():
        assert all(row in lines[school]["請補送或改正"] for row in rows)
    for one in found:
        flagged = [item for item in one.items if item.row.flags]
        assert lines[one.school]["資料註記"].count("：") == len(flagged)


def test_the_choice_of_an_indicator_leaves_the_rows_of_other_tables_out(seen):
    found = reminders.owed(seen(), wanted(kpis=("infosec",)))
    assert {row.table_name for one in found for row in one.mend} <= {"training", "staff", "schools"}
