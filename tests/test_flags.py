"""What is known to be wrong with the data behind a figure: each flag a sentence with its rows, and what moves none."""

import datetime as dt
from pathlib import Path

import pytest

from tests.cases.flags import A1, A2, ON, SCHOOL, City, courses
from tests.cases.tables import LESSONS, STAFF, VISITS
from tests.running import kpi

FORMS = ("時間戳記", "學校名稱", "年級", "班級", "座號", "測驗別")


def test_clean_data_have_no_flags_but_for_who_sent_nothing(tmp_path: Path) -> None:
    city = City(tmp_path, training=courses((SCHOOL, "T1", "", A1, "111/5/5", "3", "有")))
    assert city.flags("a1a2") == ""
    assert city.flags("a1a2", "信義國小") == "no_rows"
    assert {row["flag"] for row in city.ask("flags")} == {"no_rows"}


def test_a_file_that_cannot_be_read_flags_every_school_or_the_one_that_it_is_named_after(
    tmp_path: Path,
) -> None:
    city = City(tmp_path, training=courses((SCHOOL, "T1", "", A1, "111/5/5", "3", "有")))
    (city.data / "研習紀錄_信義國小.csv").write_text("學校名稱,教師編號\n信義國小,T5\n", encoding="utf-8")
    city.build()
    assert city.flags("a1a2", "信義國小") == "unreadable_source;no_rows"
    assert city.flags("a1a2") == ""
    (city.data / "研習紀錄_補.csv").write_text("學校名稱,教師編號\n信義國小,T5\n", encoding="utf-8")
    city.build()
    assert city.flags("a1a2") == "unreadable_source"
    assert city.flags("public_lesson") == "", "no indicator of another table"
    (cause,) = (row for row in city.ask("flags", "--kpi", "a1a2", "--school", SCHOOL))
    assert cause["file"] == "研習紀錄_補.csv" and "課程名稱" in cause["message"]


def test_rows_that_stand_for_a_file_are_flagged_and_the_figure_stays(tmp_path: Path) -> None:
    both = [(SCHOOL, "T1", "", course, "111/5/5", "3", "有") for course in (A1, A2)]
    city = City(tmp_path, training=courses(*both))
    assert city.counted("a1a2") == "1"
    (city.data / "training.csv").write_bytes(b"PK\x03\x04")
    city.build()
    assert (city.counted("a1a2"), city.flags("a1a2")) == ("1", "stale_source")


def test_a_roster_that_cannot_be_read_flags_what_rests_on_its_people(tmp_path: Path) -> None:
    city = City(tmp_path, training=courses((SCHOOL, "T1", "", A1, "111/5/5", "3", "有")))
    (city.data / "教職員名冊_深澳國小.csv").write_text("學校名稱,姓名\n深澳國小,王一平\n", encoding="utf-8")
    city.build(public_lessons=[LESSONS, (SCHOOL, "王一平", "111/10/26", "是")])
    assert city.flags("a1a2") == "unreadable_source"
    assert city.flags("public_lesson") == ""


def test_a_rejected_row_of_the_roster_flags_the_base_unless_the_person_is_there(tmp_path: Path) -> None:
    refused = (SCHOOL, "T9", "孫九思", "正式教師", "99/13/1")
    again = (SCHOOL, "T1", "王一平", "正式教師", "99/13/1")
    training = courses((SCHOOL, "T1", "", A1, "111/5/5", "3", "有"))
    city = City(tmp_path / "one", training=training, staff=[*STAFF, refused])
    assert city.flags("a1a2") == "base_rejected" and city.flags("a1a2", "信義國小") == "no_rows"
    assert City(tmp_path / "two", training=training, staff=[*STAFF, again]).flags("a1a2") == ""


def test_a_row_that_could_count_is_named_and_no_other(tmp_path: Path) -> None:
    city = City(
        tmp_path,
        training=courses(
            (SCHOOL, "T1", "", A1, "111/5/5", "3", "有"),
            (SCHOOL, "T1", "", A2, "111/13/5", "3", "有"),  # its day is illegible: could complete A1 and A2
            (SCHOOL, "T2", "", A2, "111/13/5", "3", "有"),  # A2 alone completes nothing
            (SCHOOL, "T3", "", A2, "111/13/5", "3", "有"),  # a substitute is not in the base
            (SCHOOL, "T1", "", "資訊安全", "111/13/5", "3", ""),  # of another indicator
        ),
    )
    assert city.named("a1a2") == [(SCHOOL, "3")]
    assert city.named("infosec") == [(SCHOOL, "6")]
    assert city.flags("a1a2") == "rows_rejected"


def test_a_row_of_who_counts_already_could_move_nothing(tmp_path: Path) -> None:
    lessons = [(SCHOOL, "王一平", "111/10/26", "是"), (SCHOOL, "王一平", "111/13/26", "是")]
    city = City(tmp_path, public_lessons=[LESSONS, *lessons])
    assert city.named("public_lesson") == []
    city.build(public_lessons=[LESSONS, lessons[1]])
    assert city.named("public_lesson") == [(SCHOOL, "2")]


def test_hours_that_do_not_suffice_even_with_the_rejected_row_are_not_named(tmp_path: Path) -> None:
    rows = [
        (SCHOOL, "T1", "", "資訊安全", "111/5/5", "1", ""),
        (SCHOOL, "T1", "", "資訊安全", "111/13/5", "1", ""),
    ]
    city = City(tmp_path, training=courses(*rows))
    assert city.named("infosec") == []
    city.build(training=courses(*rows, (SCHOOL, "T1", "", "資安", "111/6/5", "1", "")))
    assert city.named("infosec") == [(SCHOOL, "3")]


def test_a_row_that_is_legibly_of_a_later_day_or_outside_the_window_flags_nothing(tmp_path: Path) -> None:
    wrong = (SCHOOL, "T1", "", "資訊安全", "111/11/5", "三", "有")
    city = City(
        tmp_path, training=courses((SCHOOL, "T2", "", A1, "111/5/5", "3", "有"), (*wrong[:5], "很多", ""))
    )
    assert city.flags("infosec") == "rows_rejected"
    assert city.flags("infosec", on="2022-11-04") == ""
    city.build(training=courses((SCHOOL, "T1", "", "資訊安全", "110/11/5", "很多", "")))
    assert city.flags("infosec") == ""


def test_a_form_needs_the_other_phase(tmp_path: Path) -> None:
    good = ("2022/10/7 下午 3:21:45", SCHOOL, "5", "2", "1", "前測")
    bad = ("2022/13/7 下午 3:21:45", SCHOOL, "5", "2", "2", "後測")
    city = City(tmp_path, srl_survey=[FORMS, good, bad])
    assert city.named("srl_survey") == [(SCHOOL, "3")]
    city.build(srl_survey=[FORMS, bad])
    assert city.named("srl_survey") == []


def test_a_team_is_completed_by_the_rejected_row_only_where_it_grows_beyond_the_largest(
    tmp_path: Path,
) -> None:
    one = ("信義國小", "111/10/26", SCHOOL, "王一平")
    city = City(tmp_path, observations=[VISITS, one, ("信義國小", "111/10/26", SCHOOL, "全體教師")])
    assert city.named("cross_observation") == [(SCHOOL, "3")]
    two = [("信義國小", "111/11/2", SCHOOL, name) for name in ("王一平", "李二強")]
    city.build(observations=[VISITS, one, ("信義國小", "111/10/26", SCHOOL, "全體教師"), *two])
    assert city.named("cross_observation") == []


def test_a_row_that_is_no_record_flags_nothing(tmp_path: Path) -> None:
    city = City(
        tmp_path, public_lessons=[LESSONS, (SCHOOL, "合計", "111/10/26", "是"), (SCHOOL, "無", "", "")]
    )
    assert city.named("public_lesson") == []


def test_groups_and_the_city_have_the_codes_of_their_schools_each_once(tmp_path: Path) -> None:
    city = City(tmp_path, training=courses((SCHOOL, "T1", "", "資訊安全", "111/13/5", "3", "")))
    rows = city.ask("results", "--kpi", "infosec")
    of_school = {row["school"]: row["flags"] for row in rows if row["level"] == "school"}
    assert of_school.pop(SCHOOL) == "rows_rejected" and set(of_school.values()) == {"no_rows"}
    assert {row["group"]: row["flags"] for row in rows if row["level"] == "group"}[
        "自主學習組"
    ] == "rows_rejected;no_rows"
    assert [row["flags"] for row in rows if row["level"] == "city"] == ["rows_rejected;no_rows"]


@pytest.mark.parametrize("day", ["2022-06-30", ON, "2023-07-31"])
def test_the_flags_of_the_sample_are_those_of_its_causes(sample_warehouse: Path, day: str) -> None:
    def ask(command: str) -> list[dict[str, str]]:
        return kpi(
            command,
            "--warehouse",
            sample_warehouse,
            "--programme",
            "keelung-111",
            "--as-of",
            day,
            "--format",
            "csv",
        ).rows

    causes: dict[tuple[str, ...], set[str]] = {}
    for row in ask("flags"):
        causes.setdefault((row["kpi"], row["period"], row["school"]), set()).add(row["flag"])
    for row in ask("results"):
        if row["level"] == "school":
            told = set(filter(None, row["flags"].split(";")))
            assert told == causes.get((row["kpi"], row["period"], row["school"]), set())
    assert causes and dt.date.fromisoformat(day)
