"""What is wrong between the keys of a programme's definition: one sentence a fault, for the person who edits it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from dashboard.definitions.faults import twice
from dashboard.definitions.programme import ROSTERS, Column, Kpi, Period, Programme, Share
from dashboard.definitions.table import COLUMNS, Table


def faults_of(programme: Programme, tables: Mapping[str, Table]) -> list[str]:
    """What a definition says that cannot be, or that its tables, its queries or another of its keys contradict."""
    groups, periods, roles = programme.groups, programme.periods, programme.roles
    employments = [word for words in programme.employment.values() for word in words]
    items = [word for words in programme.items.values() for word in words]
    faults = [
        *(f"學校「{names}」出現兩次；一校只能在一組一次。" for names in _same_schools(programme)),
        *(f"分組「{name}」出現兩次。" for name in twice(group.name for group in groups)),
        *(f"學校代碼「{code}」給了兩所學校。" for code in twice(programme.codes.values())),
        *(f"employment 的「{word}」出現兩次；一個詞只能是一種身分。" for word in twice(employments)),
        *(f"items 的「{word}」出現兩次；一個詞只能是一個項目。" for word in twice(items)),
        *(f"缺少「roles.{role}」。" for role in ("lead", "partner") if groups and role not in roles),
        *(f"roles 的「{word}」出現兩次。" for word in twice(roles.values())),
        *(f"periods「{period}」出現兩次。" for period in twice(p.id for p in periods)),
        *(f"periods「{p.id}」的結束日 {p.end} 早於開始日 {p.start}。" for p in periods if p.end < p.start),
        *_table_faults(programme, tables),
    ]
    if not roles:
        faults.append("roles 至少要有一種角色。")
    known = set(programme.schools)
    for key, names in (("codes", programme.codes), ("aliases", programme.aliases.values())):
        faults += [f"{key} 裡的「{name}」不在任何分組。" for name in names if groups and name not in known]
    for kpi_id, kpi in programme.kpis.items():
        own_faults = [*_kpi_faults(kpi_id, kpi, programme), *_word_faults(kpi, tables)]
        faults += [f"kpis.{kpi_id}：{fault}" for fault in own_faults]
    return faults


def _table_faults(programme: Programme, tables: Mapping[str, Table]) -> list[str]:
    named = programme.tables
    there = "、".join(sorted(tables))
    return [
        *(f"tables 的「{name}」不是資料表；sources/ 裡有：{there}。" for name in named if name not in tables),
        *(f"tables 的「{name}」出現兩次。" for name in twice(named)),
        *(f"tables 缺少名冊「{name}」。" for name in ROSTERS if name not in named),
        *(f"columns 的「{name}」不在 tables。" for name in programme.columns if name not in named),
        *(
            f"quiet_after_days 的「{name}」不在 tables。"
            for name in programme.quiet_after_days
            if name not in named
        ),
        *(
            fault
            for name, own in programme.columns.items()
            if name in tables
            for fault in _column_faults(name, own, tables[name])
        ),
    ]


def _column_faults(name: str, own: Mapping[str, Column], table: Table) -> list[str]:
    """Columns of a programme's own that the table has no room for, or that it has already."""
    faults = [
        f"「columns.{name}.{column}」已是 sources/{name}.toml 的欄位，請換一個名稱。"
        for column in own
        if column in table.columns
    ]
    theirs = {_header(header) for column in table.columns.values() for header in column.headers}
    ours = [_header(header) for column in own.values() for header in dict.fromkeys(column.headers)]
    faults += [
        f"columns.{name} 的欄名「{header}」已有別的欄位使用，請換一個。"
        for header in dict.fromkeys([*(one for one in ours if one in theirs), *twice(ours)])
    ]
    if (many := len(table.columns) + len(own)) > COLUMNS:
        faults.append(
            f"columns.{name}：連同 sources/{name}.toml 共 {many} 欄，最多 {COLUMNS} 欄；請刪去用不到的。"
        )
    return faults


def _header(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _same_schools(programme: Programme) -> list[str]:
    """Schools that are listed twice, under one name or two: names are compared without city, district and 國小 behind."""
    around = re.compile(rf"^(?:{'|'.join(map(re.escape, programme.places))})+|(?:國民小學|國小|小學)$")
    by_stem: dict[str, list[str]] = {}
    for name in programme.schools:
        by_stem.setdefault(around.sub("", name), []).append(name)
    return ["」「".join(dict.fromkeys(names)) for names in by_stem.values() if len(names) > 1]


def _kpi_faults(kpi_id: str, kpi: Kpi, programme: Programme) -> list[str]:
    faults = _query_faults(kpi_id, kpi, programme)
    if kpi.table not in programme.tables:
        faults.append(f"table「{kpi.table}」不在 tables；tables 有：{'、'.join(sorted(programme.tables))}。")
    if kpi.base_table not in (None, *programme.tables):
        there = "、".join(sorted(programme.tables))
        faults.append(f"base_table「{kpi.base_table}」不在 tables；tables 有：{there}。")
    if kpi.base_table and kpi.base != "units":
        faults.append('base_table 只在 base = "units" 時有意義，請刪除。')
    faults += [
        f"身分「{word}」不在 employment。" for word in kpi.employment if word not in programme.employment
    ]
    categories = {course.category for course in programme.courses}
    faults += [f"課程類別「{word}」不在 courses。" for word in kpi.categories if word not in categories]
    if programme.groups:
        faults += [
            f"exempt 的「{name}」不在任何分組。" for name in kpi.exempt if name not in programme.schools
        ]
    column = programme.columns.get("schools", {}).get(kpi.only_where or "")
    if kpi.only_where and (column is None or column.type != "yes_no"):
        faults.append(f"only_where 的「{kpi.only_where}」不是 columns.schools 裡的是否欄。")
    return (
        faults
        + _period_faults(kpi, programme)
        + _requirement_faults(kpi, programme)
        + _date_faults(kpi, programme.periods_of(kpi))
    )


def _query_faults(kpi_id: str, kpi: Kpi, programme: Programme) -> list[str]:
    query = programme.query_of(kpi_id)
    if query is None:
        return [f"找不到 queries/kpis/{kpi.query or kpi_id}.sql。"]
    text = query + (programme.values_of(kpi_id) or "")
    asked = {name: kind for kind, name in re.findall(r"(parameter|words)_of\(\$kpi, '(\w+)'\)", text)}
    wrong = [
        name
        for name, value in kpi.parameters.items()
        if name in asked and isinstance(value, int) != (asked[name] == "parameter")
    ]
    return [
        *(f"「parameters.{name}」須是{_KINDS[asked[name]]}。" for name in wrong),
        *(f"缺少「parameters.{name}」。" for name in sorted(asked.keys() - kpi.parameters.keys())),
        *(
            f"不認得的鍵「parameters.{name}」，請檢查拼字或刪除。"
            for name in kpi.parameters
            if name not in asked
        ),
    ]


def _word_faults(kpi: Kpi, tables: Mapping[str, Table]) -> list[str]:
    """Words that a parameter picks out of its table's choices, misspelt: nothing would ever count."""
    columns = tables[kpi.table].columns.values() if kpi.table in tables else ()
    choices = {value for column in columns for value in column.choices}
    return [
        f"「parameters.{name}」的「{word}」不在資料表 {kpi.table} 的選項：{'、'.join(sorted(choices))}。"
        for name, value in kpi.parameters.items()
        if choices and not isinstance(value, int)
        for word in ((value,) if isinstance(value, str) else value)
        if word not in choices
    ]


_KINDS = {"parameter": "整數", "words": "文字或文字的清單"}


def _period_faults(kpi: Kpi, programme: Programme) -> list[str]:
    known = {word for period in programme.periods for word in (period.id, period.kind)}
    there = "、".join(period.id for period in programme.periods)
    return [
        f"periods 的「{word}」不是期間，也不是有期間的種類；期間有：{there}。"
        for word in kpi.periods
        if word not in known
    ]


def _requirement_faults(kpi: Kpi, programme: Programme) -> list[str]:
    faults = []
    if (kpi.require is None) == (kpi.ceiling is None):
        faults.append("require 與 ceiling 須有一個，也只能有一個。")
    if kpi.base is None and (kpi.require == "all" or isinstance(kpi.require, Share)):
        faults.append("require 是比例或 all 時，須有 base。")
    if isinstance(kpi.require, Mapping):
        periods = programme.periods_of(kpi)
        used = {word for period in periods for word in (period.id, period.kind)}
        faults += [f"require 的「{word}」不在 periods。" for word in kpi.require if word not in used]
        faults += [
            f"require 沒有說期間「{p.id}」應達多少。"
            for p in periods
            if not {p.id, p.kind} & kpi.require.keys()
        ]
    return faults


def _date_faults(kpi: Kpi, periods: Sequence[Period]) -> list[str]:
    faults = []
    if kpi.window and kpi.window.end < kpi.window.start:
        faults.append(f"window 的結束日 {kpi.window.end} 早於開始日 {kpi.window.start}。")
    start = kpi.pace_start or (kpi.window and kpi.window.start)
    if kpi.deadline and start and kpi.deadline <= start:
        faults.append(f"期限 {kpi.deadline} 不晚於開始日 {start}。")
    faults = faults or _outside_periods(kpi, periods)
    is_complete = kpi.deadline is not None and (start is not None or not kpi.pace)
    if not kpi.periods and kpi.require not in ("none", None) and not is_complete:
        faults.append("有應達數就須有 deadline，以及 window 或 pace_start。")
    return faults


def _outside_periods(kpi: Kpi, periods: Sequence[Period]) -> list[str]:
    """Days that were not moved with the periods: of another year nothing would count, or all be overdue at once."""
    if not periods or any(period.end < period.start for period in periods):
        return []  # reported of the period
    named, window, faults = "、".join(period.id for period in periods), kpi.window, []
    if window and not any(p.start <= window.end and window.start <= p.end for p in periods):
        faults.append(f"window {window.start} 至 {window.end} 與期間 {named} 沒有重疊。")
    if kpi.deadline and kpi.deadline < min(period.start for period in periods):
        faults.append(f"期限 {kpi.deadline} 早於期間 {named} 的第一天。")
    return faults
