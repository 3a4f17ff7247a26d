"""How a person's name is masked, and what may name somebody in a refused row.

A snapshot keeps each text whole and masked, and `queries/models/5_visible.sql` says who sees which: to mask what a page
asks for would take longer than the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import duckdb

from dashboard.definitions.contracts import load
from dashboard.definitions.table import Table
from dashboard.warehouse.build import texts
from dashboard.warehouse.sql import Functions, columns_of

_DOUBLE_SURNAMES = frozenset(
    [
        "歐陽",
        "張簡",
        "范姜",
        "司馬",
        "司徒",
        "司空",
        "上官",
        "諸葛",
        "端木",
        "夏侯",
        "皇甫",
        "公孫",
        "東方",
        "尉遲",
        "慕容",
        "令狐",
        "鍾離",
        "長孫",
        "宇文",
        "淳于",
        "申屠",
        "太史",
        "南宮",
        "西門",
        "獨孤",
        "軒轅",
        "百里",
        "呼延",
        "東郭",
        "公羊",
    ]
)
_HAN = re.compile("[㐀-鿿豈-﫿𠀀-𳿿]")
_DOTS = re.compile("[‧·•・.]")
_TITLE_BEHIND = re.compile("(?<=..)(?:老師|教師|主任|組長|校長|先生|小姐|女士)+$")
_SIGNED = re.compile(
    r"((?:承辦人?|核章|填表人?|製表人?|校長|(?:教務|學務|訓導|總務|輔導|人事|會計|主計)?主任)(?:核章|簽章|蓋章)?[:：]?\s*)(.*)",
    re.DOTALL,
)
# What is written in a person's place and names none: a number of people, all of them, a total, an example, an error.
_NOBODY = re.compile(
    r"\W*(?:全[體校部]"
    r"|(?:全[體校部]?|各|所有|本校)[各班校年級學科領域任專導一二三四五六]*(?:教師|老師|導師|師生|同仁|教職員工?|人員|班級)群?"
    r"|(?:約|共計?|計)?(?:\d+|[一二三四五六七八九十兩]+)[人位名](?:教師|老師|導師)?"
    r"|[小合總]計|範例|必填|選填|說明|無|本月無|未辦理|本月未辦理|#[A-Z0-9/!?]+|Loading)\W*",
    re.IGNORECASE,
)
_MAIL = re.compile(r"([^\s@＠,;:<>()「」、，；]{1,2})[^\s@＠,;:<>()「」、，；]*(?=[@＠])")
_MAIL_ALONE = re.compile(r"[^\s@＠]+[@＠][^\s@＠]+")


def masked_name(name: str) -> str:
    """王○, 林○君, 歐陽○○, Li○; what has no letter is no name."""
    if not any(map(str.isalpha, name)):
        return name
    if re.match(texts.LATIN, name):
        return f"{name[:2]}○"
    if len(name) < 3:
        return f"{name[:-1]}○"
    if len(name) == 4 and name[:2] in _DOUBLE_SURNAMES:
        return f"{name[:2]}○○"
    return f"{name[0]}○{name[-1]}"


def masked_person(cell: str) -> str:
    """A cell of a person: each of its names, behind the title that it may begin with."""
    title, rest = signed.groups() if (signed := _SIGNED.fullmatch(cell)) else ("", cell)
    if (
        not any(map(str.isalpha, rest))
        or _NOBODY.fullmatch("".join(rest.split()))
        or rest.strip() in _headers()
    ):
        return cell
    return title + "、".join(map(_part, texts.names_in(rest)))


@cache
def _headers() -> frozenset[str]:
    """What the columns of persons and of their ids are called, in a row that repeats the header."""
    columns = [column for table in load().values() for column in table.columns.values()]
    return frozenset(
        header for one in columns if one.type == "person" or one.id == "staff_id" for header in one.headers
    )


def _part(name: str) -> str:
    if _NOBODY.fullmatch(name):
        return name
    return masked_name(_TITLE_BEHIND.sub("", _DOTS.sub("", name.replace(" ", ""))))


def masked_id(cell: str) -> str:
    """A cell of a person's id, in which now and then the name is written."""
    return masked_person(cell) if _HAN.search(cell) else masked_mail(cell)


def masked_signature(cell: str) -> str:
    """承辦人：王小明 as 承辦人：王○明; what is no signature stays."""
    return masked_person(cell) if _SIGNED.fullmatch(cell) else masked_mail(cell)


def masked_extra(cell: str) -> str:
    """A cell of a column that no contract knows: it may hold anything."""
    if _MAIL_ALONE.fullmatch(cell) and not _HAN.search(cell):
        return masked_mail(cell)
    named = any(map(str.isalpha, cell)) and not _NOBODY.fullmatch("".join(cell.split()))
    return "○" if named else cell


def masked_mail(cell: str) -> str:
    """The addresses of electronic mail in a cell: two letters and the domain stay."""
    return _MAIL.sub(r"\1○", cell)


FUNCTIONS: Functions = {
    function.__name__: (function, "VARCHAR")
    for function in (masked_name, masked_person, masked_id, masked_signature, masked_extra, masked_mail)
}
"""What queries ask for masks."""


def create_names(con: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """`masked_names`: everybody whom an accepted row names, and the name masked."""
    named = ["select name from people"]
    named += [
        f'select "{column.id}" from {table.id}'
        for table in tables
        for column in table.columns.values()
        if column.type == "person" and column.id in columns_of(con, table.id)
    ]
    con.execute(
        "create temp table masked_names as select name, masked_name(name) as masked from ("
        + "\nunion\n".join(named)
        + ") as named (name) where name is not null"
    )
