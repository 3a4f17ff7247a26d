"""Definitions: each fault is one sentence for the person who edits the file, and the shipped one is the letter."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from dashboard.definitions import contracts, programmes
from dashboard.definitions.programme import Kpi, Programme, Share, Window
from dashboard.definitions.programmes import DefinitionError
from tests.running import PROGRAMME, kpi

TABLES = contracts.load()
SHIPPED = (programmes.FOLDER / f"{PROGRAMME}.toml").read_text(encoding="utf-8")

# What is written wrongly: in the shipped definition the first text becomes the second, and the sentence is the third.
FAULTS: dict[str, tuple[str, str, str]] = {
    "an unknown key": ("city = ", 'citty = "基隆市"\ncity = ', "不認得的鍵「citty」，請檢查拼字或刪除。"),
    "an unknown key inside": (
        'clause = "三(四)1"', 'clause = "三(四)1"\nclauses = 3', "不認得的鍵「kpis.a1a2.clauses」，請檢查拼字或刪除。",
    ),
    "an unknown key of a share": (
        'share = "1/10", ', 'share = "1/10", of = 3, ', "不認得的鍵「kpis.digital_literacy.require.of」，請檢查拼字或刪除。",
    ),
    "an unknown role": ('lead = "重點學校"', 'lead = "重點學校"\nhead = "中心學校"', "不認得的鍵「roles.head」，請檢查拼字或刪除。"),
    "an unknown parameter": (
        "{ minutes = 180 }", "{ minutes = 180, hours = 3 }", "kpis.infosec：不認得的鍵「parameters.hours」，請檢查拼字或刪除。",
    ),
    "a missing key": ('city = "基隆市"\n', "", "缺少「city」。"),
    "a missing key inside": ('lead = "武崙國小"\n', "", "缺少「groups.0.lead」。"),
    "a missing language": ('en = "Keelung 2022, primary schools"\n', "", "缺少「title.en」。"),
    "a missing role": ('partner = "夥伴學校"\n', "", "缺少「roles.partner」。"),
    "a missing parameter": ("parameters = { minutes = 180 }\n", "", "kpis.infosec：缺少「parameters.minutes」。"),
    "a missing share": ('share = "1/10", ', "", "缺少「kpis.digital_literacy.require.share」。"),
    "a missing deadline": (
        "pace_start = 2022-01-01\ndeadline = 2022-12-31", "pace_start = 2022-01-01",
        "kpis.a1a2：有應達數就須有 deadline，以及 window 或 pace_start。",
    ),
    "a missing base": (
        'base = "classes"\nrequire', "require", "kpis.srl_survey：require 是比例或 all 時，須有 base。",
    ),
    "a number for a text": ('city = "基隆市"', "city = 5", "「city」的值「5」不對：須是文字，前後加引號。"),
    "a text for a number": ("minutes = 180", 'minutes = "180"', "kpis.infosec：「parameters.minutes」須是整數。"),
    "a text for a list": ('employment = ["formal"]', 'employment = "formal"',
                          '「kpis.a1a2.employment」的值「formal」不對：須是清單，例如 ["甲", "乙"]。'),
    "a text for a window": ("window = { start = 2022-09-13, end = 2022-11-22 }", 'window = "2022"',
                            "「kpis.it_lead.window」的值「2022」不對：須是一組「鍵 = 值」。"),
    "a text for a date": ("deadline = 2022-11-22", 'deadline = "111/11/22"',
                          "「kpis.it_lead.deadline」的值「111/11/22」不對：須是日期，例如 2022-12-31。"),
    "a time for a date": ("deadline = 2022-11-22", "deadline = 2022-11-22T08:00:00",
                          "「kpis.it_lead.deadline」的值「2022-11-22 08:00:00」不對：須是日期，例如 2022-12-31。"),
    "a text for yes": ("roster_is_whole_city = true", 'roster_is_whole_city = "yes"',
                       "「roster_is_whole_city」的值「yes」不對：須是 true 或 false。"),
    "an unknown base": ('base = "staff"', 'base = "pupils"', "「kpis.a1a2.base」的值「pupils」不對：須是 'staff', 'classes' 或 'units'。"),
    "an unknown requirement": ('require = "all"', 'require = "most"', "「kpis.a1a2.require」的值「most」不對：須是 'all' 或 'none'。"),
    "a requirement of nothing": ("require = 1\n", "require = 0\n", "「kpis.public_lesson.require」的值「0」不對：須大於 0。"),
    "a requirement of a part": ("require = 1\n", "require = 1.5\n", "「kpis.public_lesson.require」的值「1.5」不對：須是整數。"),
    "a share of nothing": ('share = "1/10"', 'share = "0/10"',
                           "「kpis.digital_literacy.require.share」的值「0/10」不對：比例須大於 0 且不超過 1。"),
    "a share of more than all": ('share = "1/10"', 'share = "3/2"',
                                 "「kpis.digital_literacy.require.share」的值「3/2」不對：比例須大於 0 且不超過 1。"),
    "a share by nothing": ('share = "1/10"', 'share = "1/0"',
                           '「kpis.digital_literacy.require.share」的值「1/0」不對：須是分數，例如 "1/10"。'),
    "a share that is no fraction": ('share = "1/10"', 'share = "10%"',
                                    '「kpis.digital_literacy.require.share」的值「10%」不對：須是分數，例如 "1/10"。'),
    "a share that is inexact": ('share = "1/10"', "share = 0.1",
                                "「kpis.digital_literacy.require.share」的值「0.1」不對：須是文字，前後加引號。"),
    "an unknown rounding": ('"1/10", rounding = "ceil"', '"1/10", rounding = "up"',
                            "「kpis.digital_literacy.require.rounding」的值「up」不對：須是 'ceil', 'floor' 或 'round'。"),
    "an indicator without a query": ("[kpis.a1a2]", "[kpis.a1a3]", "kpis.a1a3：找不到 queries/kpis/a1a3.sql。"),
    "an indicator that is a path": ("[kpis.a1a2]", '[kpis."../checks/rows_add_up"]',
                                    "鍵「kpis.../checks/rows_add_up」不對：只能用小寫英文字母、數字與 _。"),
    "an unknown table": (
        'table = "coaching"', 'table = "coachings"',
        "kpis.coaching：table「coachings」不在 tables；tables 有："
        "achievement、coaching、observations、public_lessons、schools、srl_survey、staff、training。",
    ),
    "a school in two groups": ('partners = ["中正國小"', 'partners = ["深澳國小", "中正國小"', "學校「深澳國小」出現兩次；一校只能在一組一次。"),
    "a school under two spellings": (
        'partners = ["中正國小"', 'partners = ["基隆市信義區深澳國民小學", "中正國小"',
        "學校「深澳國小」「基隆市信義區深澳國民小學」出現兩次；一校只能在一組一次。",
    ),
    "a school twice in a group": ('"深澳國小", "成功國小"', '"深澳國小", "成功國小", "深澳國小"', "學校「深澳國小」出現兩次；一校只能在一組一次。"),
    "a lead that is a partner": ('partners = ["中正國小"', 'partners = ["仁愛國小", "中正國小"', "學校「仁愛國小」出現兩次；一校只能在一組一次。"),
    "a group twice": ('name = "行動學習組"', 'name = "自主學習組"', "分組「自主學習組」出現兩次。"),
    "a period twice": ("[[periods]]", "[[periods]]\nid = '111'\nlabel = { zh-TW = '甲', en = 'a' }\n"
                       "start = 2022-01-01\nend = 2022-02-01\n[[periods]]", "periods「111」出現兩次。"),
    "an employment of two kinds": ('"正式教師"', '"正式教師", "職員"', "employment 的「職員」出現兩次；一個詞只能是一種身分。"),
    "one word for both roles": ('"夥伴學校"', '"重點學校"', "roles 的「重點學校」出現兩次。"),
    "a deadline before the start": ("pace_start = 2022-01-01\ndeadline = 2022-12-31",
                                    "pace_start = 2022-01-01\ndeadline = 2021-12-31",
                                    "kpis.a1a2：期限 2021-12-31 不晚於開始日 2022-01-01。"),
    "a deadline on the start": ("pace_start = 2022-01-01\ndeadline = 2022-12-31",
                                "pace_start = 2022-01-01\ndeadline = 2022-01-01",
                                "kpis.a1a2：期限 2022-01-01 不晚於開始日 2022-01-01。"),
    "a window that ends before it starts": (
        'table = "coaching"\nrequire = "none"\nwindow = { start = 2022-01-01, end = 2022-12-31 }',
        'table = "coaching"\nrequire = "none"\nwindow = { start = 2022-01-01, end = 2021-12-31 }',
        "kpis.coaching：window 的結束日 2021-12-31 早於開始日 2022-01-01。",
    ),
    "a period that ends before it starts": ("end = 2023-07-31\n", "end = 2021-07-31\n",
                                            "periods「111」的結束日 2021-07-31 早於開始日 2022-01-01。"),
    "an unknown employment": ('employment = ["formal"]', 'employment = ["formel"]', "kpis.a1a2：身分「formel」不在 employment。"),
    "an unknown category": ('categories = ["資訊組長"]', 'categories = ["組長"]', "kpis.it_lead：課程類別「組長」不在 courses。"),
    "an exempt school that is none": ('table = "coaching"', 'table = "coaching"\nexempt = ["八德國小"]',
                                      "kpis.coaching：exempt 的「八德國小」不在任何分組。"),
    "an alias of no school": ('= "私立二信小學"\n', '= "二信"\n', "aliases 裡的「二信」不在任何分組。"),
    "a code of no school": ('"武崙國小" = "173618"', '"武侖國小" = "173618"', "codes 裡的「武侖國小」不在任何分組。"),
    "a code twice": ('= "173603"', '= "173618"', "學校代碼「173618」給了兩所學校。"),
    "an id that is not the file's": ('id = "keelung-111"', 'id = "keelung-112"', "id「keelung-112」與檔名不同；檔名須是 keelung-112.toml。"),
    "an id that is no name": ('id = "keelung-111"', 'id = "基隆 111"', "「id」的值「基隆 111」不對：只能用小寫英文字母、數字與 -。"),
    "an extension of nothing": ('id = "keelung-111"', 'extends = "keelung-110"\nid = "keelung-111"',
                                "extends 指的「keelung-110」不存在：programmes/ 裡沒有 keelung-110.toml。"),
    "no TOML": ('id = "keelung-111"', "id = keelung-111", "不是正確的 TOML：Invalid value (at line 4, column 6)"),
}  # fmt: skip


def written(folder: Path, text: str | bytes, name: str = PROGRAMME) -> Path:
    path = folder / f"{name}.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def faults_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(DefinitionError) as caught:
        programmes.load(path, TABLES)
    assert str(caught.value) == "\n".join(f"{path.name}：{fault}" for fault in caught.value.faults)
    return caught.value.faults


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_in_one_sentence(name: str, tmp_path: Path) -> None:
    right, wrong, sentence = FAULTS[name]
    assert right in SHIPPED
    assert faults_of(written(tmp_path, SHIPPED.replace(right, wrong, 1))) == (sentence,)


def test_a_name_that_only_ends_like_anothers_is_another_school(tmp_path: Path) -> None:
    text = SHIPPED.replace('partners = ["中正國小"', 'partners = ["立德和國小", "中正國小"', 1)
    assert programmes.load(written(tmp_path, text), contracts.load()).schools.count("立德和國小") == 1


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    text = SHIPPED.replace('"武崙國小" = "173618"', '"武侖國小" = "173603"').replace(
        'base = "classes"\nrequire', "require"
    )
    assert len(faults_of(written(tmp_path, text))) == 4


def test_a_definition_in_another_encoding_is_told(tmp_path: Path) -> None:
    assert faults_of(written(tmp_path, SHIPPED.encode("utf-16"))) == ("不是 UTF-8 編碼。請另存成 UTF-8。",)


def test_a_mark_that_an_editor_puts_before_utf_8_does_no_harm(tmp_path: Path) -> None:
    assert programmes.load(written(tmp_path, SHIPPED.encode("utf-8-sig")), TABLES).id == PROGRAMME


def test_a_definition_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "none.toml") == ("找不到這個定義檔。",)


def test_an_extension_takes_what_it_does_not_say_from_the_other(tmp_path: Path) -> None:
    text = f'extends = "{PROGRAMME}"\nid = "own"\n[title]\nzh-TW = "我的"\nen = "Mine"\n'
    own = programmes.load(written(tmp_path, text, "own"), TABLES)
    assert (own.title.zh, own.city, len(own.schools)) == ("我的", "基隆市", 41)


def test_extensions_in_a_circle_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programmes, "FOLDER", tmp_path)
    written(tmp_path, 'extends = "b"\n', "a")
    written(tmp_path, 'extends = "a"\n', "b")
    with pytest.raises(DefinitionError, match="extends 指的「a」又以它為本，繞了一圈。"):
        programmes.load(tmp_path / "a.toml", TABLES)


def test_where_the_roster_decides_the_schools_aliases_may_name_any(tmp_path: Path) -> None:
    text = f'extends = "{PROGRAMME}"\nid = "own"\ngroups = []\naliases = {{ "附小" = "大學附設國小" }}\n'
    own = programmes.load(written(tmp_path, text, "own"), TABLES)
    assert (own.schools, own.codes) == ((), {})


def test_what_a_definition_says_makes_its_fingerprint_and_how_it_is_laid_out_does_not(tmp_path: Path) -> None:
    def fingerprint(text: str) -> str:
        return programmes.load(written(tmp_path, text), TABLES).fingerprint

    assert fingerprint(SHIPPED + "\n# 註\n") == fingerprint(SHIPPED)
    assert fingerprint(SHIPPED.replace("minutes = 180", "minutes = 181")) != fingerprint(SHIPPED)


# The command


def test_check_tells_every_fault_and_builds_nothing(tmp_path: Path) -> None:
    text = SHIPPED.replace('= "173603"', '= "173618"').replace(
        'employment = ["formal"]', 'employment = ["x"]'
    )
    written(tmp_path, text)
    told = kpi("check", "--data", tmp_path)
    assert (told.code, told.out) == (3, "")
    assert told.err.splitlines() == [
        "錯誤：keelung-111.toml：學校代碼「173618」給了兩所學校。",
        "keelung-111.toml：kpis.a1a2：身分「x」不在 employment。",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["keelung-111.toml"]


def test_a_build_with_a_faulty_definition_publishes_nothing(tmp_path: Path) -> None:
    written(tmp_path, SHIPPED.replace('city = "基隆市"\n', ""))
    told = kpi("build", "--data", tmp_path, "--warehouse", tmp_path / "warehouse")
    assert (told.code, told.out) == (3, "")
    assert "缺少「city」。" in told.err
    assert not (tmp_path / "warehouse").exists()


def test_check_accepts_every_shipped_definition(tmp_path: Path) -> None:
    told = kpi("check", "--data", tmp_path)
    assert (told.code, told.err) == (0, "")
    assert [line.partition("：")[0] for line in told.out.splitlines()] == [
        path.stem for path in sorted(programmes.FOLDER.glob("*.toml"))
    ]
    assert "keelung-111：9 項指標、41 校" in told.out


def test_an_unknown_programme_is_told_with_those_there_are(tmp_path: Path) -> None:
    told = kpi("check", "--data", tmp_path, "--programme", "keelung-999")
    assert told.code == 3
    assert "keelung-999.toml：找不到這個計畫的定義檔。現有：" in told.err and PROGRAMME in told.err


# The letter of 2022-10-07, copied from it by hand

GROUPS = {
    "自主學習組": "武崙 忠孝 東光 深澳 成功 南榮 尚仁",
    "行動學習組": "五堵 中興 安樂 八堵 暖西 中華 中和 仙洞",
    "Maker創客組": "西定 八斗 碇內 正濱 中山 深美 港西 隆聖 堵南 華興",
    "AI運算思維組": "長興 和平 信義 建德 長樂 暖江 德和 私立二信",
    "STEAM跨域教學組": "仁愛 中正 東信 七堵 瑪陵 復興 暖暖 私立聖心",
}
EVERYBODY = {"formal", "substitute", "hourly", "clerk", "supervisor"}
YEAR = ("2022-01-01", "2022-12-31")
SCHOOL_YEAR = ("2022-08-01", "2023-07-31")
SEMESTER = ("2022-08-01", "2023-01-31")
TENTH, SIXTH = Share(share="1/10"), Share(share="1/6")

# clause, table, base, of whom, required, window, deadline, start of the pace where it is not the window's
LETTER = {
    "a1a2": ("三(四)1", "training", "staff", {"formal"}, "all", None, "2022-12-31", "2022-01-01"),
    "infosec": ("三(四)3", "training", "staff", EVERYBODY, "all", YEAR, "2022-12-31", None),
    "digital_literacy": ("三(四)3", "training", "staff", {"formal", "substitute"}, TENTH, YEAR, "2022-12-31", None),
    "it_lead": ("三(四)2", "training", "staff", EVERYBODY, "all", ("2022-09-13", "2022-11-22"), "2022-11-22", None),
    "public_lesson": ("三(二)", "public_lessons", None, set(), 1, SCHOOL_YEAR, "2023-07-31", None),
    "cross_observation": ("三(三)", "observations", None, set(), 2, YEAR, "2022-12-31", None),
    "srl_survey": ("三(五)1", "srl_survey", "classes", set(), SIXTH, SEMESTER, "2023-01-31", None),
    "achievement": ("三(五)2", "achievement", "classes", set(), SIXTH, SEMESTER, "2023-01-31", None),
    "coaching": ("三(一)", "coaching", None, set(), "none", YEAR, None, None),
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Programme:
    return programmes.load(programmes.FOLDER / f"{PROGRAMME}.toml", TABLES)


def day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def school(short: str) -> str:
    return f"{short}小學" if short.startswith("私立") else f"{short}國小"


def test_the_groups_are_the_letters_in_its_order_lead_first(shipped: Programme) -> None:
    assert {group.name: group.schools for group in shipped.groups} == {
        name: tuple(school(short) for short in schools.split()) for name, schools in GROUPS.items()
    }
    assert [group.name for group in shipped.groups] == list(GROUPS)
    assert len(set(shipped.schools)) == len(shipped.schools) == 41


def test_every_school_has_its_code(shipped: Programme) -> None:
    assert set(shipped.codes) == set(shipped.schools)
    assert Counter(map(len, shipped.codes.values())) == {6: 41}


@pytest.mark.parametrize("name", LETTER)
def test_an_indicator_is_the_letters(name: str, shipped: Programme) -> None:
    clause, table, base, whom, required, window, deadline, pace_start = LETTER[name]
    found: Kpi = shipped.kpis[name]
    assert (found.clause, found.table, found.base) == (clause, table, base)
    assert set(found.employment) == whom
    assert found.require == required
    assert found.window == (window and Window(start=day(window[0]), end=day(window[1])))
    assert (found.deadline, found.pace_start) == (day(deadline), day(pace_start))
    assert found.exempt == ()


def test_the_indicators_come_in_the_letters_order(shipped: Programme) -> None:
    assert list(shipped.kpis) == list(LETTER)


def test_what_else_the_letter_fixes(shipped: Programme) -> None:
    assert shipped.kpis["infosec"].parameters == {"minutes": 3 * 60}
    assert shipped.kpis["infosec"].categories == ("資安",)
    assert shipped.kpis["a1a2"].categories == ("A1", "A2")
    assert shipped.kpis["digital_literacy"].categories == ("數位素養",)
    assert set(shipped.kpis["it_lead"].duties) == {"資訊組長", "資訊負責人"}
    assert [name for name, found in shipped.kpis.items() if found.empty_base == "no_data"] == ["it_lead"]
    assert [period.id for period in shipped.periods] == ["111"]
    assert dict(shipped.roles) == {"lead": "重點學校", "partner": "夥伴學校"}
    assert shipped.aliases == {"二信高中附設國小": "私立二信小學", "輔大聖心高中附設國小": "私立聖心小學"}
    assert (shipped.city, len(shipped.districts), shipped.sample) == ("基隆市", 7, False)


def test_the_kinds_of_employment_are_the_specified_ones(shipped: Programme) -> None:
    assert {kind: set(words) for kind, words in shipped.employment.items()} == {
        "formal": {"編制內正式專任教師", "正式教師", "專任教師"},
        "substitute": {"代理教師"},
        "hourly": {"代課教師", "兼任教師"},
        "clerk": {"職員", "幹事", "護理師", "工友"},
        "supervisor": {"校長", "主管"},
    }


def test_a_course_of_professional_skills_is_never_infosec(shipped: Programme) -> None:
    patterns = {course.category: (set(course.contains), set(course.never)) for course in shipped.courses}
    assert patterns == {
        "A1": ({"數位學習工作坊(一)"}, set()),
        "A2": ({"數位學習工作坊(二)"}, set()),
        "資安": ({"資通安全", "資訊安全", "資安"}, {"專業職能"}),
        "數位素養": ({"數位素養"}, set()),
        "資訊組長": ({"資訊組長增能"}, set()),
    }
