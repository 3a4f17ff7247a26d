"""The tables of keelung-111, as they are written."""

from __future__ import annotations

from tests.oracle.facts import StaffRow
from tests.oracle.keelung.faults import REQUIRED
from tests.oracle.keelung.writing import cells_of
from tests.oracle.sheets import COLUMNS, HEADERS, NAMES, OWN_HEADERS, Schema

TITLES = (
    ("基隆市111年度推動數位學習精進方案",),
    ("填表說明：請於期限內填報, 如有疑問; 請電洽本府",),
    ("學校名稱", "請填全銜"),
    ("", "", "單位：教育處"),
    ("說明：\n一、請勿更動欄位\n二、請勿合併儲存格",),
)
SCHEMA = Schema(
    NAMES, HEADERS, OWN_HEADERS, COLUMNS, REQUIRED, TITLES, cells_of,
    decoy=(
        ("學校名稱", "授課教師", "授課日期", "數位學習模式", "輔導日期"),
        ("武崙國小", "路人甲", "2022-10-07", "是", "2022-10-07"),
    ),
    rosters=(StaffRow,),
)  # fmt: skip
