"""The help page: what the words, the signs and the figures mean.

The words of the product are told here once; what belongs to a programme is read from its definition.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from dashboard.ui import cards, indicator
from dashboard.ui.address import View
from dashboard.ui.parts import Cell, anchor, table, tag, text
from dashboard.ui.words import STATUSES, escape, fingerprint, moment, number, written_day

Row = SimpleNamespace
TERMS = {
    "截至": "畫面上的數字是哪一天的情形。換一天，所有數字一起換；那一天之後的紀錄不算。",
    "快照": "某一次讀取全部檔案與試算表後算好的結果。頁面只讀快照，所以看的人多、檔案正在改，數字都不會跳動；新的快照查核過才換上。",
    "指紋": "這次快照的簡短代號，由定義、版本、日期與讀到的每份資料算出。兩人的指紋相同，看的就是同一份數字；引用數字時請附上。",
    "計數": "已經算入的人、班、場或次。",
    "基數": "應該算的全部，例如截至日在職的正式教師。期限過後，基數停在期限那一天。",
    "應達": "計數要到多少才算達標。",
    "應有進度": "從起算日到期限等速增加的應達數，取整數部分；計數低於它就是落後。",
    "完成率": "計數 ÷ 基數。各組與全市是總計數 ÷ 總基數，不是各校平均。",
    "還差": "應達減計數。",
    "退回": "一列資料讀不懂或對不上（例如校名不在名單），沒有採用。原文、原因與怎麼改列在資料頁；改原始檔後重新讀取即可。",
    "警告": "一列資料已採用，但其中一格讀不懂，那一格當作空白。",
    "重複": "與另一列說的是同一件事，只算一次。",
    "?": "缺資料。不是 0：還沒有人填報，或名冊、紀錄還沒提供。",
}
NO_CONTACT = "請洽承辦這個計畫的教育局（處）窗口；畫面讀不出來時，請把畫面上的代號告訴系統管理者。"


def terms() -> str:
    """The words of the product."""
    lines = [("", [Cell(f"<b>{word}</b>", "l"), text(meaning, "l w")]) for word, meaning in TERMS.items()]
    return table("名詞", [Cell("名詞", "l"), Cell("意思", "l")], lines)


def statuses() -> str:
    """Every status: colour, sign and word, and what it means."""
    lines = [("", [Cell(tag(code), "l"), text(status.meaning, "l w")]) for code, status in STATUSES.items()]
    return table("狀態", [Cell("狀態", "l"), Cell("意思", "l")], lines)


def figures(seen: View, kpis: Sequence[Row]) -> str:
    """How each figure is made: its rule and clause, out of whom, how much, in which days."""
    names = ("指標", "規則", "條文", "基數", "應達", "採計期間", "期限")
    lines = [
        (
            "",
            [
                Cell(indicator.link(seen, kpi), "l w"),
                text(kpi.rule, "l w"),
                text(kpi.clause),
                text(indicator.BASES[kpi.base], "l w"),
                Cell(cards.requirement(kpi), "l"),
                text(indicator.window(seen, kpi), "l w"),
                text(written_day(kpi.deadline) if kpi.deadline else "不設"),
            ],
        )
        for kpi in kpis
    ]
    return table("每個數字怎麼來", [Cell(name, "l") for name in names], lines, "wide")


def origins(seen: View, tables: Sequence[Row]) -> str:
    """Where the data come from: the tables, and whether there is one."""
    header = [Cell("資料表", "l"), Cell("檔案或工作表"), Cell("採用的列")]
    lines = [
        (
            "",
            [
                text(row.label),
                Cell(number(row.files) if row.supplied else tag("no_data")),
                Cell(number(row.accepted) if row.supplied else "–"),
            ],
        )
        for row in tables
    ]
    told = (
        f"這個計畫的定義依據 {escape(seen.facts.source_title)}（定義檔代號 "
        f"{fingerprint(str(seen.facts.definition_hash))}，版本 {escape(seen.facts.version)}）。"
        f"數字由下列檔案與試算表算出，{moment(seen.facts.built_at, seen.year)} 讀取；"
        f"逐檔的時間與列數見{anchor(seen.link('data'), '資料頁')}。"
    )
    return f'<p style="max-width:64em">{told}</p>{table("資料從哪裡來", header, lines)}'


def contact(seen: View) -> str:
    """Whom to ask, where the definition says so."""
    told: Any = json.loads(seen.facts.definition).get("contact")
    asked = escape(told["zh-TW"]) if told else NO_CONTACT
    return f'<p style="max-width:64em">{asked}</p>'
