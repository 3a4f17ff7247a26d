"""The types of columns, each in one place: what a form says of it, how a cell is read, what is said of a wrong one.

A new type is one more entry of `TYPES`, and a file of `queries/staging/maps/` where its texts are read in a way of their
own. What each field means is in `column_type.py`; in SQL, `{m}` is the row of the column's map, `{raw}` its raw text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from dashboard.definitions import readers
from dashboard.definitions.column_type import OWN, ColumnType, Map, header_of
from dashboard.definitions.reasons import Sentence, sentences

if TYPE_CHECKING:
    from dashboard.definitions.programme import Programme
    from dashboard.definitions.table import Column

TEXTS, HOURS, NUMBERS, ANSWERS = Map("text"), Map("hours"), Map("number"), Map("yes_no")
DATES = Map("date", {"raw": OWN, "excel": "excel"})
CLASSES = Map("class", {"grade_raw": "grade", "class_raw": "class"})
CATEGORIES = Map("category", {"category_raw": "category", "course_raw": "course"})
SCHOOLS = Map("school", {"name_raw": "school", "code_raw": "school_code", "district_raw": "schools.district"})
HOSTS = Map("school", {"name_raw": OWN, "code_raw": "", "district_raw": ""})


def _odd_text(column: Column) -> str:
    return readers.filled("ends_with({raw}, '計') or contains({raw}, '例')", column)


def _odd_map(column: Column) -> str:
    return f"m_{column.id}.odd"


def _odd_name(column: Column) -> str:
    return _odd_map(column) if column.required else _odd_text(column)


def _choice(column: Column, value: str) -> str:
    cases = " ".join(f"when '{code}' then '{word}'" for code, word in column.choices.items())
    return f"case {value} {cases} end"


def _answer(column: Column, value: str) -> str:
    return f"{header_of(column)} || case when {value} then '：是' when not {value} then '：否' end"


def _periods(kind: str) -> Callable[[Programme], Iterator[str]]:
    return lambda programme: (period.id for period in programme.periods if period.kind == kind)


_NEGATIVE = "{header}「{value}」不能小於 0。"
_BOUNDS = frozenset({"above", "at_most"})
_DAYS = frozenset({"span", "not_before"})
_NO_DAY = sentences(
    "life",
    "{header}「{value}」不合理：須在 29 年（1940）到 189 年（2100）之間，離職日也不能早於到職日；仍在職請把離職日清空。",
    "is_future",
    "{header}「{value}」晚於讀取當天；請確認年份與月日。",
    "{header}「{value}」早於 89 年（2000）；請確認年份。",
)

_ALL = (
    ColumnType(
        "school",
        label="學校",
        guide="全名或簡稱；前後可帶學校代碼，兩者須是同一所。寫錯字不猜測，退回並建議校名。",
        read=readers.school,
        map=SCHOOLS,
        value="school_id",
        odd=_odd_map,
        detail=None,
        only_id="school",
        offers=lambda programme: programme.schools,
        lists=False,
    ),
    ColumnType(
        "code",
        label="學校代碼",
        guide="6 碼；儲存格請設為「文字」，開頭的 0 才不會不見。",
        example="011601",
        read=readers.code,
        has_value=False,
        odd=_odd_text,
        contradicts=False,
        detail=None,
        only_id="school_code",
        beside="school",
    ),
    ColumnType(
        "host",
        label="主辦學校",
        guide="學校的名稱；外縣市的學校也可以。",
        read=readers.host,
        map=HOSTS,
        odd=_odd_map,
        detail=lambda *_: "host_label",
    ),
    ColumnType(
        "county",
        label="縣市",
        guide="縣市的名稱。",
        example="新北市",
        hint="縣市全名，例如 新北市",
        read=readers.plain("county_of({m}.name)"),
        map=TEXTS,
    ),
    ColumnType(
        "group",
        label="組別",
        guide="計畫公告的組名；計畫沒有列出組名時，以學校名冊的為準。",
        offers=lambda programme: (group.name for group in programme.groups),
        is_closed=True,
        only_id="group",
        read=readers.listed("group_words", "group_id"),
        map=TEXTS,
        value="group_id",
        detail=None,
    ),
    ColumnType(
        "role",
        label="角色",
        guide="計畫定義的角色。",
        offers=lambda programme: programme.roles.values(),
        is_closed=True,
        only_id="role",
        read=readers.listed("role_words", "role"),
        map=TEXTS,
    ),
    ColumnType(
        "employment",
        label="身分別",
        guide="計畫定義的身分。主任、組長是職務，不是身分。",
        offers=lambda programme: (word for words in programme.employment.values() for word in words),
        read=readers.listed("employment_words", "employment", "{m}.plain_word"),
        map=TEXTS,
    ),
    ColumnType(
        "person",
        label="姓名",
        guide="照寫的姓名；一格有幾個人時以「、」分開。畫面上預設遮蔽。",
        example="王小明",
        read=readers.person,
        key="person_name({})",
        odd=_odd_text,
        is_nothing=True,
        detail=None,
        sentences={
            "bad_choice": sentences("{header}「{value}」不是一個人的姓名；請寫出姓名，一位教師一列。")
        },
    ),
    ColumnType(
        "id",
        label="編號",
        guide="照寫的文字，不計算；儲存格請設為「文字」。",
        read=readers.written(is_id=True),
        map=TEXTS,
        odd=_odd_text,
        detail=None,
        sentences={"bad_choice": sentences("{header}「{value}」不是編號；請填這個人自己的編號。")},
    ),
    ColumnType(
        "name",
        label="名稱",
        guide="照寫的文字。",
        read=readers.written(is_id=False),
        map=TEXTS,
        odd=_odd_name,
        is_nothing=True,
        detail=lambda _, value: f"{value}::text",
    ),
    ColumnType(
        "text",
        label="文字",
        guide="任何文字。",
        read=readers.plain("case when not {m}.failed then {m}.text end"),
        map=TEXTS,
        odd=_odd_text,
        contradicts=False,
        detail=lambda _, value: f"{value}::text",
    ),
    ColumnType(
        "date",
        label="日期",
        guide="民國或西元，後面可有星期或時間；一格只寫一天，須在 2000 年到讀取當天之間（到職日、離職日是 1940 到 2100 年）。",
        example="111/10/07、2022-10-07、1111007",
        keys=_DAYS,
        read=readers.day("day"),
        map=DATES,
        is_nothing=True,
        detail=None,
        sentences={"out_of_range": _NO_DAY},
    ),
    ColumnType(
        "timestamp",
        label="時間戳記",
        guide="日期加時間，表單匯出的寫法都可以。",
        example="2022/10/7 下午 3:21:45",
        keys=_DAYS,
        read=readers.day("moment"),
        map=DATES,
        is_nothing=True,
        detail=None,
        sentences={"out_of_range": _NO_DAY},
    ),
    ColumnType(
        "semester",
        label="學期",
        guide="計畫的學期。",
        example="111-2、1112、111學年度第2學期",
        offers=_periods("semester"),
        read=readers.listed("period_words", "period", "semester_in({m}.word)", kind="semester"),
        map=TEXTS,
    ),
    ColumnType(
        "year",
        label="年度",
        guide="計畫的年度。",
        example="112、112年度、2023",
        offers=_periods("year"),
        read=readers.listed("period_words", "period", "year_in({m}.word)", kind="year"),
        map=TEXTS,
    ),
    ColumnType(
        "hours",
        label="時數",
        guide="小時；也可寫分鐘、3:00、三小時。大於 0、不超過 200。",
        example="3、1.5、90分鐘",
        is_figure=True,
        merge="most",
        read=readers.plain(
            "{m}.credited",
            bad_number="not {m}.blank and {m}.minutes is null",
            out_of_range="{m}.minutes is not null and {m}.credited is null",
        ),
        map=HOURS,
        value="minutes",
        detail=lambda *_: "plain(round(minutes / 60, 2)) || ' 小時'",
        sentences={
            "bad_number": sentences("{header}「{value}」不是數字；請填小時數，例如 3、1.5 或 90分鐘。"),
            "out_of_range": sentences("{header}「{value}」不合理；須大於 0、不超過 200 小時。"),
        },
    ),
    ColumnType(
        "count",
        label="整數",
        guide="0 以上的整數。",
        example="24",
        is_figure=True,
        keys=_BOUNDS,
        merge="most",
        read=readers.bounded("{m}.whole"),
        map=NUMBERS,
        sentences={"out_of_range": sentences(_NEGATIVE)},
    ),
    ColumnType(
        "number",
        label="數字",
        guide="可有小數；沒有寫明範圍的，0 以上。",
        example="78.5",
        is_figure=True,
        keys=_BOUNDS,
        merge="most",
        read=readers.bounded("{m}.number"),
        map=NUMBERS,
        detail=lambda column, value: f"{header_of(column)} || ' ' || plain({value})",
        sentences={"out_of_range": (Sentence(_NEGATIVE, "options = ''"),)},
    ),
    ColumnType(
        "money",
        label="金額",
        guide="元，整數；可有千分位、NT$、元。",
        example="120000、120,000",
        is_figure=True,
        keys=_BOUNDS,
        merge="most",
        read=readers.bounded(
            "case when money_of({m}.word) = trunc(money_of({m}.word)) then money_of({m}.word)::bigint end"
        ),
        map=TEXTS,
        sentences={
            "bad_number": sentences("{header}「{value}」不是整數金額；請以元為單位填寫，例如 12,000。"),
            "out_of_range": sentences(_NEGATIVE),
        },
    ),
    ColumnType(
        "yes_no",
        label="是否",
        guide="是／否、有／無、Y／N、V、○／✗、1／0。",
        example="是、否",
        words=("是", "否"),
        keys=frozenset({"words"}),
        merge="any",
        read=readers.answer,
        map=ANSWERS,
        detail=_answer,
        asks="flag",
    ),
    ColumnType(
        "choice",
        label="選項",
        guide="列出的值之一。",
        is_closed=True,
        keys=frozenset({"choices", "numbered"}),
        read=readers.listed("choice_words", "value"),
        map=TEXTS,
        detail=_choice,
        asks="word",
    ),
    ColumnType(
        "item",
        label="項目",
        guide="計畫的量化項目。",
        offers=lambda programme: (words[0] for words in programme.items.values()),
        read=readers.listed("item_words", "item", "without_number({m}.word)"),
        map=TEXTS,
        sentences={
            "bad_choice": sentences(
                "{header}「{value}」不是計畫的項目，只列出、不判定；若是其中之一，請填：{options}。"
            )
        },
    ),
    ColumnType(
        "category",
        label="課程類別",
        guide="計畫定義的類別，可以好幾個，每一個都計入；空白時由課程名稱判斷。",
        offers=lambda programme: dict.fromkeys(course.category for course in programme.courses),
        only_id="category",
        read=readers.category,
        map=CATEGORIES,
        value="categories",
        odd=_odd_text,
        detail=None,
        asks="words",
        sentences={
            "bad_choice": sentences(
                "{header}「{value}」不是計畫的課程類別，改由課程名稱判斷；若是其中之一，請填：{options}。"
            )
        },
    ),
    ColumnType(
        "course",
        label="課程名稱",
        guide="照寫的名稱。",
        only_id="course",
        beside="category",
        read=readers.course,
        value="course_id",
        odd=lambda _: "m_category.odd",
        is_nothing=True,
        detail=None,
    ),
    ColumnType(
        "grade",
        label="年級",
        guide="和班級一起讀。",
        example="五、5、5年級",
        only_id="grade",
        beside="class",
        read=readers.grade,
        detail=None,
        sentences={
            "bad_choice": sentences("{header}「{value}」不是 1 到 12 年級；請填例如 五、5 或 5年級。")
        },
    ),
    ColumnType(
        "class",
        label="班級",
        guide="五年二班、502、忠班；試算表會把 5-2 變成日期，請先把那一欄設為「文字」。",
        example="五年二班、502、忠班",
        only_id="class",
        read=readers.school_class,
        map=CLASSES,
        value="class_key",
        odd=_odd_map,
        detail=lambda *_: "class_label(class_key)",
        sentences={
            "bad_choice": sentences(
                "is_date_of_class(squeezed)",
                "{header}「{value}」是日期，可能是試算表把 5-2 改成的；請先把這一欄的格式設為「文字」，再填例如 五年二班、502。",
                "names_no_class(squeezed)",
                "{header}「{value}」不是班級；請把這一欄的格式設為「文字」，並填例如 2、二班、502、忠班。",
                "{header}「{value}」與年級不符，或年級不在 1 到 12；請確認年級與班級，並把這一欄的格式設為「文字」。",
            )
        },
    ),
    ColumnType(
        "round",
        label="次別",
        guide="第幾次。",
        example="1、第一次",
        read=readers.plain("case when not {m}.failed then round_of({m}.name) end"),
        map=TEXTS,
    ),
)
TYPES: Mapping[str, ColumnType] = {one.id: one for one in _ALL}
