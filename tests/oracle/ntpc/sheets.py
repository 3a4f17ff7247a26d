"""The tables of ntpc-5g-112: what they are called, and their columns."""

from __future__ import annotations

from tests.oracle import sheets
from tests.oracle.facts import StaffRow
from tests.oracle.ntpc.facts import TABLES, ParticipantRow
from tests.oracle.ntpc.faults import REQUIRED
from tests.oracle.ntpc.writing import cells_of

OWN_NAMES = {
    "participants": ("參與名單", "participants"),
    "class_lessons": ("實施節數", "每班實施節數", "class_lessons"),
    "lesson_plans": ("教材教案", "lesson_plans"),
    "promotion": ("推廣活動", "成果推廣活動", "promotion"),
    "effect_assessments": ("學習成效", "effect_assessments"),
    "survey_rounds": ("量表施測", "自主學習量表施測", "survey_rounds"),
    "observation_records": ("觀課紀錄表", "公開授課觀課紀錄表", "observation_records"),
    "targets": ("量化目標", "targets"),
    "budget": ("經費", "budget"),
}
NAMES = {table: OWN_NAMES.get(table) or sheets.NAMES[table] for table in TABLES}

HEADERS = sheets.HEADERS | {
    "pbl": "PBL", "remote": "偏遠", "semester": "學期", "students": "學生數", "slot": "節次", "lessons": "節數",
    "title": "名稱", "activity": "活動", "scale": "量表", "round": "次別", "item": "項目", "unit": "單位",
    "current": "現況值", "target_112": "112年目標", "target_113": "113年目標", "year": "年度", "kind": "經資門",
    "approved": "核定金額", "spent": "實支金額",
}  # fmt: skip
OWN_HEADERS = {table: own for table, own in sheets.OWN_HEADERS.items() if table in TABLES} | {
    "class_lessons": {"date": "日期"},
    "lesson_plans": {"date": "繳交日期"},
    "promotion": {"date": "日期"},
    "effect_assessments": {"date": "完成日期"},
    "survey_rounds": {"date": "施測日期"},
    "observation_records": {"date": "日期", "teacher": "教師"},
    "budget": {"item": "科目"},
}

COLUMNS = {table: columns for table, columns in sheets.COLUMNS.items() if table in TABLES} | {
    "schools": ("school", "school_code", "group", "role", "classes", "district", "pbl", "remote"),
    "participants": (
        "school", "school_code", "semester", "staff_id", "name", "grade", "class", "students", "subject",
    ),
    "class_lessons": (
        "school", "school_code", "date", "slot", "subject", "staff_id", "grade", "class", "lessons",
    ),
    "lesson_plans": (
        "school", "school_code", "date", "semester", "staff_id", "name", "grade", "class", "lessons", "title",
    ),
    "promotion": ("school", "school_code", "date", "activity"),
    "effect_assessments": ("school", "school_code", "method", "date", "grade", "class"),
    "survey_rounds": ("school", "school_code", "scale", "date", "round"),
    "observation_records": ("school", "school_code", "date", "teacher"),
    "targets": ("school", "school_code", "item", "unit", "current", "target_112", "target_113"),
    "budget": ("school", "school_code", "year", "kind", "item", "approved", "spent"),
}  # fmt: skip

CHINESE_ONLY = ("pbl", "remote", "target_112", "target_113")
"""Columns whose alias the specification does not tell."""

TITLES = (
    ("新北市112-113年5G智慧學習示範學校推動計畫",),
    ("填表說明：請於期限內填報, 如有疑問; 請電洽本局",),
    ("學校名稱", "請填全銜"),
    ("", "", "單位：教育局"),
    ("說明：\n一、請勿更動欄位\n二、請勿合併儲存格",),
)

SCHEMA = sheets.Schema(
    NAMES, HEADERS, OWN_HEADERS, COLUMNS, REQUIRED, TITLES, cells_of,
    decoy=(
        ("學校名稱", "授課教師", "授課日期", "數位學習模式", "輔導日期", "日期", "活動"),
        ("深澳國小", "路人甲", "2023-10-07", "是", "2023-10-07", "2023-10-07", "發表會"),
    ),
    rosters=(StaffRow, ParticipantRow),
    chinese_only=CHINESE_ONLY,
)  # fmt: skip
