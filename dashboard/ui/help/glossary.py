"""The help page: the meaning of words, signs and figures.

The product's words are defined here; those of a programme are read from its definition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import rules
from dashboard.language.markup import Markup, say_markup
from dashboard.language.texts import SOURCE, later, manner, say
from dashboard.language.words import STATUSES, fingerprint, moment, number
from dashboard.questions import View
from dashboard.rows import Kpi, SourceTable
from dashboard.ui.base import links
from dashboard.ui.base.parts import anchor, element, tag
from dashboard.ui.base.table import Column, Table

TERMS = {
    later("截至"): later("畫面上的數字是哪一天的情形。換一天，所有數字一起換；那一天之後的紀錄不算。"),
    later("快照"): later(
        "某一次讀取全部檔案與試算表後算好的結果。頁面只讀快照，所以看的人多、檔案正在改，數字都不會跳動；新的快照查核過才換上。"
    ),
    later("指紋"): later(
        "這次快照的簡短代號，由定義、版本、日期與讀到的每份資料算出。兩人的指紋相同，看的就是同一份數字；引用數字時請附上。"
    ),
    later("計數"): later("已經算入的人、班、場或次。"),
    later("基數"): later("應該算的全部，例如截至日在職的正式教師。期限過後，基數停在期限那一天。"),
    later("應達"): later("計數要到多少才算達標。"),
    later("應有進度"): later("從起算日到期限等速增加的應達數，取整數部分；計數低於它就是落後。"),
    later("完成率"): later("計數 ÷ 基數。各組與全市是總計數 ÷ 總基數，不是各校平均。"),
    later("還差"): later("應達減計數。"),
    later("退回"): later(
        "一列資料讀不懂或對不上（例如校名不在名單），沒有採用。原文、原因與怎麼改列在資料頁；改原始檔後重新讀取即可。"
    ),
    later("警告"): later("一列資料已採用，但其中一格讀不懂，那一格當作空白。"),
    later("重複"): later("與另一列說的是同一件事，只算一次。"),
    "?": later("缺資料。不是 0：還沒有人填報，或名冊、紀錄還沒提供。"),
}
READING = {
    "+3　−2　0": later(
        "從比較日到截至日的增減：多 3、少 2、沒有變。兩天都用目前的快照與同一份定義計算；有一天沒有數字，就不寫增減。"
    ),
    later("比較日"): later(
        "側欄「比較」選的較早的一天。網址會帶著它，分享連結的人看到同樣的比較；選「不比較」就收起增減。"
    ),
    later("若全部屬實"): later(
        "被退回的列如果都改好、內容也都屬實，計數最多會到多少。這是上限，不是成績，不影響狀態。"
    ),
    later("語言與紀年"): later(
        "側欄最下方可換中文或英文、民國年或西元年。只換寫法，數字不變；網址會帶著選擇。下載的檔案用同樣的寫法。"
    ),
    later("原定義與現在"): later(
        "指標的定義改過時，指標頁把改了什麼、原定義下的數字與現在的數字並列，並列出數字不同的學校。"
    ),
}
NO_CONTACT = later("請洽承辦這個計畫的教育局（處）窗口；畫面讀不出來時，請把畫面上的代號告訴系統管理者。")
WIDE = (0, 1, 3, 5)  # columns of `rules.HEADER` whose texts are long
Rule = tuple[Kpi, Sequence[str]]  # an indicator, and the texts under `rules.HEADER`


@dataclass(frozen=True)
class Term:
    """A word or a sign, its meaning, and how the page draws it."""

    name: str
    meaning: str
    drawn: Markup


def terms() -> Table[Term]:
    """The table of the product's words."""
    return _definitions(say("名詞"), _terms(TERMS))


def reading() -> Table[Term]:
    """The table on how to read changes, bounds, languages and changed definitions."""
    return _definitions(say("怎麼讀"), _terms(READING))


def statuses() -> Table[Term]:
    """The table of statuses: colour, sign, word and meaning."""
    return _definitions(say("狀態"), _statuses())


def words_of() -> Table[Term]:
    """The file of every word or sign with its meaning."""
    return _definitions(say("名詞"), [*_terms(TERMS), *_terms(READING), *_statuses()])


def _terms(entries: Mapping[str, str]) -> list[Term]:
    return [Term(say(name), say(meaning), element("b", say(name))) for name, meaning in entries.items()]


def _statuses() -> list[Term]:
    return [Term(status.text, status.meaning, tag(code)) for code, status in STATUSES.items()]


def _definitions(name: str, entries: Sequence[Term]) -> Table[Term]:
    columns = [
        Column[Term](name, lambda term: term.name, lambda term: term.drawn, "l"),
        Column[Term](say("意思"), lambda term: term.meaning, kind="l", is_wide=True),
    ]
    return Table(name, columns, entries)


def figures(view: View, kpis: Sequence[Kpi]) -> Table[Rule]:
    """The table of indicators: rule, clause, base, requirement and days that count."""
    columns = [_rule(view, at, name) for at, name in enumerate(rules.HEADER)]
    return Table(say("每個數字怎麼來"), columns, [(kpi, rules.row(view, kpi)) for kpi in kpis], "wide")


def _rule(view: View, at: int, name: str) -> Column[Rule]:
    """A column of `rules.HEADER`; on the page the first is a link."""

    def cell(row: Rule) -> str:
        return row[1][at] if at else links.link(view, row[0])

    return Column(say(name), lambda row: row[1][at], cell, "l", at in WIDE)


def origin(view: View) -> Markup:
    """The paragraph on the definition and the time of reading."""
    sentence = say_markup(
        "這個計畫的定義依據 {source}（定義檔代號 {definition}，版本 {version}）。"
        "數字由下列檔案與試算表算出，{time} 讀取；逐檔的時間與列數見{link}。",
        source=view.facts.source_title,
        definition=fingerprint(view.facts.definition_hash),
        version=view.facts.version,
        time=moment(view.facts.built_at, view.year),
        link=anchor(view.link("data"), say("資料頁")),
    )
    return element("p", sentence, kind="prose")


def origins(tables: Sequence[SourceTable]) -> Table[SourceTable]:
    """The table of data sources; for one that was not supplied the file has blanks."""

    def files(row: SourceTable) -> object:
        return row.files if row.supplied else None

    def accepted(row: SourceTable) -> object:
        return row.accepted if row.supplied else None

    columns = [
        Column[SourceTable](say("資料表"), lambda row: row.label, kind="l"),
        Column[SourceTable](
            say("檔案或工作表"), files, lambda row: number(row.files) if row.supplied else tag("no_data")
        ),
        Column[SourceTable](
            say("採用的列"), accepted, lambda row: number(row.accepted) if row.supplied else "–"
        ),
    ]
    return Table(say("資料從哪裡來"), columns, tables)


def contact(view: View) -> Markup:
    """The paragraph on whom to ask: the definition's contact, or a general sentence."""
    contacts: Any = json.loads(view.facts.definition).get("contact")
    asked = (contacts.get(manner().language) or contacts[SOURCE]) if contacts else say(NO_CONTACT)
    return element("p", asked, kind="prose")
