"""A programme of other tables and indicators than the shipped ones, its files, and what a change of it does to its figures."""

from __future__ import annotations

DAY = "2024-06-30"
HEAD = """
id = "reading-99"
city = "宜蘭縣"
tables = ["schools", "staff", "training", "coaching"]
title = { zh-TW = "閱讀計畫", en = "Reading" }
source = { zh-TW = "虛構", en = "invented" }
roles = { lead = "中心學校", partner = "協作學校" }
employment = { formal = ["專任教師"], volunteer = ["志工"] }
"""
SPRING = """
[[periods]]
id = "spring"
label = { zh-TW = "春", en = "Spring" }
start = 2024-03-01
end = 2024-05-31
"""
DEFINITION = (
    HEAD
    + """districts = []
aliases = { "竹林附小" = "和平國小" }

[[groups]]
name = "東區"
lead = "成功國小"
partners = ["和平國小"]

[[groups]]
name = "西區"
lead = "光復國小"
partners = []

[[courses]]
category = "閱讀"
contains = ["閱讀"]
never = []

[[courses]]
category = "書寫"
contains = ["書寫"]

"""
    + SPRING
    + """
[kpis.readers]
label = { zh-TW = "閱讀", en = "Readers" }
short = { zh-TW = "閱讀", en = "Readers" }
rule = { zh-TW = "教師參加過閱讀研習。", en = "Teachers with a reading course." }
clause = "一"
unit = { zh-TW = "人", en = "people" }
query = "digital_literacy"
table = "training"
base = "staff"
employment = ["formal"]
categories = ["閱讀"]
require = { share = "1/2", rounding = "ceil" }
window = { start = 2024-03-01, end = 2024-05-31 }
deadline = 2024-05-31
exempt = []

[kpis.hours]
label = { zh-TW = "時數", en = "Hours" }
short = { zh-TW = "時數", en = "Hours" }
rule = { zh-TW = "閱讀研習滿 1 小時。", en = "An hour of reading courses." }
clause = "二"
unit = { zh-TW = "人", en = "people" }
query = "infosec"
table = "training"
base = "staff"
employment = ["formal"]
categories = ["閱讀"]
parameters = { minutes = 60 }
require = "all"
window = { start = 2024-03-01, end = 2024-05-31 }
deadline = 2024-05-31

[kpis.visits]
label = { zh-TW = "輔導", en = "Visits" }
short = { zh-TW = "輔導", en = "Visits" }
rule = { zh-TW = "到校至少 1 次。", en = "A visit." }
clause = "三"
unit = { zh-TW = "次", en = "visits" }
query = "coaching"
table = "coaching"
require = 1
window = { start = 2024-03-01, end = 2024-05-31 }
deadline = 2024-05-31
"""
)
# 成功國小 has three teachers and a volunteer: T1 reads in March, T2 in June, V1 in March; T3 writes.
# 和平國小 has five teachers, T4 with two hours in April and T5 with a picture book. 光復國小 has one teacher, no course.
FILES = {
    "教職員名冊.csv": "學校名稱,教師編號,姓名,身分別,到職日\n"
    + "".join(f"成功國小,T{n},師{n},專任教師,110/1/1\n" for n in (1, 2, 3))
    + "成功國小,V1,志一,志工,110/1/1\n"
    + "".join(f"和平國小,T{n},師{n},專任教師,110/1/1\n" for n in (4, 5, 6, 7, 8))
    + "光復國小,T9,師九,專任教師,110/1/1\n",
    "研習紀錄.csv": "教師編號,課程名稱,研習日期,時數\nT1,閱讀入門,113/3/5,1\nT2,閱讀入門,113/6/5,1\nV1,閱讀入門,113/3/5,1\n"
    "T3,書寫,113/3/6,1\nT4,閱讀入門,113/4/1,2\nT5,閱讀繪本,113/4/1,1\n",
    "入校輔導.csv": "學校名稱,輔導日期,輔導人員\n成功國小,113/3/2,甲\n竹林附小,113/3/9,乙\n文化國小,113/3/9,丙\n",
}
SUCCESS, PEACE, LIGHT = "成功國小", "和平國小", "光復國小"
# What is written instead in the new definition, the parameter as it is named, and the schools whose figures differ with
# the figures that do: (kpi, school): {figure: (old, new)}.
CASES: dict[str, tuple[str, str, str, dict[tuple[str, str], dict[str, tuple[str, str]]]]] = {
    "a share": (
        '"1/2"', '"1/3"', "kpis.readers.require.share 1/2 → 1/3",
        {("readers", SUCCESS): {"required": ("2", "1"), "status": ("overdue", "met")},
         ("readers", PEACE): {"required": ("3", "2"), "status": ("overdue", "met")}},
    ),
    "a rounding": (
        '"ceil"', '"floor"', "kpis.readers.require.rounding ceil → floor",
        {("readers", SUCCESS): {"required": ("2", "1"), "status": ("overdue", "met")},
         ("readers", PEACE): {"required": ("3", "2"), "status": ("overdue", "met")},
         ("readers", LIGHT): {"required": ("1", "0"), "status": ("overdue", "met")}},
    ),
    "a requirement": (
        'require = 1\n', 'require = 2\n', "kpis.visits.require 1 → 2",
        {("visits", SUCCESS): {"required": ("1", "2"), "status": ("met", "overdue")},
         ("visits", PEACE): {"required": ("1", "2"), "status": ("met", "overdue")},
         ("visits", LIGHT): {"required": ("1", "2")}},
    ),
    "a form of requirement": (
        'require = { share = "1/2", rounding = "ceil" }', 'require = "all"', "kpis.readers.require 1/2、ceil → all",
        {("readers", SUCCESS): {"required": ("2", "3")}, ("readers", PEACE): {"required": ("3", "5")}},
    ),
    "a window": (
        "window = { start = 2024-03-01, end = 2024-05-31 }\ndeadline = 2024-05-31\nexempt",
        "window = { start = 2024-03-01, end = 2024-06-30 }\ndeadline = 2024-05-31\nexempt",
        "kpis.readers.window.end 2024-05-31 → 2024-06-30",
        {("readers", SUCCESS): {"counted": ("1", "2"), "status": ("overdue", "met")}},
    ),
    "a window that opens later": (
        "window = { start = 2024-03-01, end = 2024-05-31 }\ndeadline = 2024-05-31\nexempt",
        "window = { start = 2024-03-10, end = 2024-05-31 }\ndeadline = 2024-05-31\nexempt",
        "kpis.readers.window.start 2024-03-01 → 2024-03-10",
        {("readers", SUCCESS): {"counted": ("1", "0")}},
    ),
    "a deadline": (
        "deadline = 2024-05-31\nexempt", "deadline = 2024-12-31\nexempt", "kpis.readers.deadline 2024-05-31 → 2024-12-31",
        {("readers", SUCCESS): {"status": ("overdue", "on_track")}, ("readers", PEACE): {"status": ("overdue", "on_track")},
         ("readers", LIGHT): {"status": ("overdue", "on_track")}},
    ),
    "an employment": (
        'employment = ["formal"]\ncategories = ["閱讀"]\nrequire', 'employment = ["formal", "volunteer"]\ncategories = ["閱讀"]\nrequire',
        "kpis.readers.employment + volunteer",
        {("readers", SUCCESS): {"counted": ("1", "2"), "base": ("3", "4"), "status": ("overdue", "met")}},
    ),
    "the words of an employment": (
        'formal = ["專任教師"], volunteer = ["志工"]', 'formal = ["專任教師", "志工"], volunteer = ["義工"]',
        "employment.formal + 志工",
        {("readers", SUCCESS): {"counted": ("1", "2"), "base": ("3", "4"), "status": ("overdue", "met")},
         ("hours", SUCCESS): {"counted": ("1", "2"), "base": ("3", "4"), "required": ("3", "4")}},
    ),
    "categories": (
        'categories = ["閱讀"]\nrequire', 'categories = ["閱讀", "書寫"]\nrequire', "kpis.readers.categories + 書寫",
        {("readers", SUCCESS): {"counted": ("1", "2"), "status": ("overdue", "met")}},
    ),
    "a course pattern": (
        "never = []", 'never = ["繪本"]', "courses[閱讀].never + 繪本",
        {("readers", PEACE): {"counted": ("2", "1")}, ("hours", PEACE): {"counted": ("2", "1")}},
    ),
    "a parameter": (
        "minutes = 60", "minutes = 120", "kpis.hours.parameters.minutes 60 → 120",
        {("hours", SUCCESS): {"counted": ("1", "0")}, ("hours", PEACE): {"counted": ("2", "1")}},
    ),
    "an exemption": (
        "exempt = []", f'exempt = ["{LIGHT}"]', f"kpis.readers.exempt + {LIGHT}",
        {("readers", LIGHT): {"status": ("overdue", "exempt")}},
    ),
    "an alias": (
        'aliases = { "竹林附小" = "和平國小" }', 'aliases = { "竹林附小" = "光復國小" }',
        "aliases.竹林附小 和平國小 → 光復國小",
        {("visits", PEACE): {"counted": ("1", "0"), "status": ("met", "overdue")},
         ("visits", LIGHT): {"counted": ("0", "1"), "status": ("overdue", "met")}},
    ),
    "an alias more": (
        'aliases = { "竹林附小" = "和平國小" }', 'aliases = { "竹林附小" = "和平國小", "文化國小" = "光復國小" }',
        "aliases + 文化國小 = 光復國小", {("visits", LIGHT): {"counted": ("0", "1"), "status": ("overdue", "met")}},
    ),
    "a school more": (
        "partners = []", 'partners = ["文化國小"]', "groups[西區] + 文化國小",
        {("readers", "文化國小"): {"status": ("", "no_data")}, ("hours", "文化國小"): {"status": ("", "no_data")},
         ("visits", "文化國小"): {"counted": ("", "1"), "required": ("", "1"), "status": ("", "met")}},
    ),
    "a group less": (
        '[[groups]]\nname = "西區"\nlead = "光復國小"\npartners = []\n', "", "groups − 西區",
        {("readers", LIGHT): {"counted": ("0", ""), "base": ("1", ""), "required": ("1", ""), "status": ("overdue", "")},
         ("hours", LIGHT): {"counted": ("0", ""), "base": ("1", ""), "required": ("1", ""), "status": ("overdue", "")},
         ("visits", LIGHT): {"counted": ("0", ""), "required": ("1", ""), "status": ("overdue", "")}},
    ),
    "an indicator less": (
        DEFINITION[DEFINITION.index("[kpis.visits]"):], "", "kpis − visits",
        {("visits", school): {"counted": (count, ""), "required": ("1", ""), "status": (status, "")}
         for school, count, status in ((SUCCESS, "1", "met"), (PEACE, "1", "met"), (LIGHT, "0", "overdue"))},
    ),
}  # fmt: skip
