"""What queries ask Python about a text: the forms that are rare and take many steps to read.

A macro is planned wherever it is used, whether or not a text needs it, and planning takes most of a small build's time.
So SQL reads the common forms (`queries/macros.sql`) and asks for the others.
"""

import html
import re
import unicodedata

from dashboard.sources.sheet import ERROR
from dashboard.warehouse.sql import Functions

HAN = "[⺀-⿕々〇〡-〩〸-〻㐀-䶿一-鿿豈-龎𠀀-𳿿]"
"""Any Han character."""
_PLAIN = re.compile("[!-%(-<>-~一-鿿][!-%'-~一-鿿]*(?: [!-%'-~一-鿿]+)*")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_KEPT_AS_TEXT = re.compile(r'="(.*)"')


def nfkc(text: str) -> str:
    """What a cell says, as texts are compared: NFKC, white space as single blanks and none at the ends.

    Character references are their characters, invisible ones play no part, and ="T1" and 'T1 are how a spreadsheet keeps
    the text T1.
    """
    if _PLAIN.fullmatch(text):
        return text
    if "&" in text:
        text = _REFERENCE.sub(lambda match: html.unescape(match[0]), text)
    text = unicodedata.normalize("NFKC", "".join(filter(_is_visible, text)))
    text = " ".join(text.split()).removeprefix("'")
    kept = _KEPT_AS_TEXT.fullmatch(text)
    return " ".join((kept[1].replace('""', '"') if kept else text).split())


def _is_visible(char: str) -> bool:
    """Whether a character is none of control, format and variation selectors; white space is visible."""
    if unicodedata.category(char) in ("Cc", "Cf"):
        return char.isspace()
    return not ("\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef")


def squeezed(text: str) -> str:
    """What a cell says without any white space: how names, ids and words are compared."""
    return nfkc(text).replace(" ", "")


def word(text: str) -> str:
    """How words are compared; an answer of a form may end in the separator of a list."""
    return squeezed(text).rstrip(";,、").lower()


_DIGITS = "一二三四五六七八九"
_TENS = re.compile(f"([{_DIGITS}]?)十([{_DIGITS}]?)")


def numeral(text: str) -> int | None:
    """A whole number in Arabic or Chinese numerals up to 99."""
    if text.isascii() and text.isdigit():
        return int(text)
    if len(text) == 1 and text in _DIGITS:
        return _DIGITS.index(text) + 1
    tens = _TENS.fullmatch(text)
    if not tens:
        return None
    many, more = tens.groups()
    return 10 * (_DIGITS.index(many) + 1 if many else 1) + (_DIGITS.index(more) + 1 if more else 0)


def _ascii(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


_MARK_BEHIND = _ascii(r"([\d日)\]時分])[.。;,、]+$")
_WEEKDAYS = (
    (
        _ascii(
            r"([\d日])\.? *(?:[(\[【〔] *(?:星期|週|周|禮拜)?[一二三四五六日天] *[)\]】〕]|(?:星期|週|周|禮拜)[一二三四五六日天])"
        ),
        r"\1 ",
    ),
    (_ascii(r"(日|[-/.]\d{1,2}) +[一二三四五六日天]( |$)"), r"\1\2"),
    (
        _ascii(
            r"([\d日])\.? *[(\[]? *(?:MON|TUES?|WED(?:NES)?|THU(?:RS?)?|FRI|SAT(?:UR)?|SUN)(?:DAY)?\b\.? *[)\]]?,?"
        ),
        r"\1 ",
    ),
)
_BRACKETS = str.maketrans("()[]【】〔〕−", "        -")
_MORNING, _AFTERNOON = re.compile("凌晨|清晨|早上"), re.compile("中午|傍晚|晚上|晚間")
_HALF = re.compile(" *(上午|下午) *")
_HOUR_IN_WORDS = re.compile("([一二三四五六七八九十]{1,3})( ?[時點])")
_HALF_PAST = re.compile("[時點] ?半")
_CLOCK_IN_WORDS = _ascii(r"(\d) ?[時點] ?整?(?:(\d{1,2}) ?分?)?(?: ?(\d{1,2}) ?秒)?")
_ZEROS = _ascii(r":0*(\d{2})\b")
_DAY_AND_HOUR = _ascii(r"日(\d)")
_INSTANT = _ascii(r"(?:T\d{1,2}:\d{2}|:\d{2}:\d{2}(?:\.\d+)?) ?[+-]\d{2}(?::?\d{2})?$")
_FROM_TO = _ascii(r"(\d{1,2}:\d{2}) ?-(\d{2}:\d{2})$")
_END = _ascii(
    r"(:\d{2}(?: ?(?:上午|下午|AM|PM))?) ?[-~–—〜至到] ?(?:(?:上午|下午|AM|PM) ?)?\d{1,2}:\d{2}(?::\d{2})?(?: ?(?:上午|下午|AM|PM))?$"
)
_WHOLE_DAY = _ascii(r"^([^:]*[\d日])\.? *(?:上午|下午|全天|整天|全日|整日)?$")


def plain_day(text: str) -> str:
    """A day without what may follow it (a weekday, brackets, a mark), its time in digits, of a span its start.

    111年10月7日（五）上午九時至十一時 is 111年10月7日 上午 9:00.
    """
    text = _MARK_BEHIND.sub(r"\1", text)
    for pattern, left in _WEEKDAYS:
        text = pattern.sub(left, text, 1)
    text = _AFTERNOON.sub("下午", _MORNING.sub("上午", text.translate(_BRACKETS), 1), 1)
    text = _HALF.sub(r" \1 ", text)
    if hour := _HOUR_IN_WORDS.search(text):
        number = numeral(hour[1])
        if number is None:
            return text
        text = f"{text[: hour.start()]}{number}{hour[2]}{text[hour.end() :]}"
    text = _CLOCK_IN_WORDS.sub(r"\1:00\2:00\3", _HALF_PAST.sub("時30分", text, 1))
    text = _DAY_AND_HOUR.sub(r"日 \1", _ZEROS.sub(r":\1", text), 1).strip(" ")
    # What may be a zone is one: 9:00-05:00 ends before it begins, and T or seconds are an instant's.
    span = _FROM_TO.search(text)
    if not _INSTANT.search(text) and not (span and span[1].zfill(5) > span[2]):
        text = _END.sub(r"\1", text, 1)
    return _WHOLE_DAY.sub(r"\1", text)


_HOURS_IN_CLOCK = _ascii(r"(\d{1,3}):([0-5]\d)(?::00)?")
_SPOKEN_HOURS = _ascii(
    r"(?:(\d{1,3}|[一二兩三四五六七八九十]{1,3})個?(半)?(?:小時|時|鐘頭|hours|hour|hrs|hr|h)(半)?|(半)個?(?:小時|鐘頭))?整?"
    r"(?:[又零]?(\d{1,3}|[一二三四五六七八九十]{1,3})(?:分鐘|分|minutes|minute|mins|min|m)整?)?"
)
_MINUTES = re.compile("(?:分鐘|分|minutes|minute|mins|min)整?$")
_NUMBER = _ascii(r"[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)")
_UNREADABLE = "?"


def minutes_in(word: str) -> str:
    """The minutes, as a number, of hours as 3:00, in words (1小時30分, 三小時, 兩個半小時, 半小時) or as minutes (90分鐘).

    '' of any other text, and a text that is no number where they are not clear.
    """
    if clock := _HOURS_IN_CLOCK.fullmatch(word):
        return str(60 * int(clock[1]) + int(clock[2]))
    spoken = _SPOKEN_HOURS.fullmatch(word)
    if spoken and any(unit in word for unit in "時頭分hm"):
        hours, and_half, half_more, half, minutes = (part or "" for part in spoken.groups())
        more = numeral(minutes)
        if (hours or half) and minutes and (more is None or more >= 60):
            return _UNREADABLE
        whole = numeral(hours.replace("兩", "二")) or 0
        return str(60 * whole + (30 if and_half or half_more or half else 0) + (more or 0))
    if _MINUTES.search(word):
        number = _MINUTES.sub("", word)
        return number.replace(",", "") if _NUMBER.fullmatch(number) else _UNREADABLE
    return ""


LATIN = "[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿＡ-Ｚａ-ｚ]"
_LATIN_LINES = re.compile(rf"({LATIN}\.?)[\r\n]+({LATIN})")
_LINES = re.compile(r"[\r\n]+")
_LATIN_MARKS = tuple(
    (re.compile(rf"({LATIN}\.?)\s*{mark}\s*({LATIN})"), rf"\1{kept}\2")
    for mark, kept in ((",", "\x01"), ("/", "\x02"))
)
_BETWEEN = re.compile("[、,;/]+")
_ONE = re.compile("[A-Za-z一-鿿]+(?: [A-Za-z一-鿿]+)*")
_KEPT = str.maketrans("\x01\x02", ",/")


def names_in(text: str) -> list[str]:
    """The names in one cell, as they are written. A comma or slash inside a Latin name (Smith, John) separates nothing."""
    if _ONE.fullmatch(text):
        return [text]
    text = nfkc(_LINES.sub("、", _LATIN_LINES.sub(r"\1 \2", text)))
    for pattern, kept in _LATIN_MARKS:
        text = pattern.sub(kept, text)
    parts = (part.translate(_KEPT).strip(" ") for part in _BETWEEN.split(text))
    return [part for part in parts if part]


# What a cell says in a row that is no record; `name` is squeezed. Only Latin words are said in either case: to ignore it
# in `HAN` as well takes twice as long to compile.
_TOTAL = re.compile(
    rf"[小合總]計:?(?:[共約]?\d[\d,.]*{HAN}{{0,3}})?$|^(?:共計?|計)\d[\d,.]*{HAN}{{1,3}}$"
    r"|^共計?[一二三四五六七八九十百千兩]+(?:人|位|名|場|場次|次|節|班|校|所|件|份|筆|小時|時|分鐘|元|天|日|堂|門|組|項)$"
    rf"|^(?:累計|總?平均|總[人時次場校班節件份筆]次?數|(?i:(?:sub|grand)?total|sum|average)):?(?:\d[\d,.]*{HAN}{{0,3}})?$",
    re.ASCII,
)
_EXAMPLE = re.compile(
    r"^[(\[【〔「※*]*(?:(?:填寫|填表|填報)?(?:範例|示例|例)[\d一二三四五]{0,2}|[必選]填(?:欄位?|項目)?|(?:填寫|填表|填報)?說明)[)\]】〕」:]*$"
    r"|^[※*]*(?:(?:填寫|填表|填報)?(?:範例|示例)[\d一二三四五]{0,2}|例如?|ex|e\.g\.|example|sample):"
    r"|^[(\[【〔「](?:範例|示例|例)[\d一二三四五]{0,2}[)\]】〕」]|[(\[【〔「](?:範例|示例)[)\]】〕」]$|^(?:example|sample)\d*$",
    re.ASCII | re.IGNORECASE,
)
_NONE = re.compile(
    r"(?:本(?:月|週|校|班|季|次|年度?|學期|學年度?)|目前|尚|暫)*(?:(?:無|沒有|未)(?:辦理|舉辦|實施)|(?:無|沒有)(?:研習|活動|資料|紀錄|此項)?)"
    r"|[-–—―─]+|/+|n/?a",
    re.ASCII | re.IGNORECASE,
)
_NO_IDS = frozenset({"0", "免填", "無編號", "沒有編號", "未編號", "待補", "未定"})


def is_total(name: str) -> bool:
    """小計, 合計：12人, 共三場, total."""
    return _TOTAL.search(name) is not None


def is_example(name: str) -> bool:
    """（範例）, 例：王小明, 填寫說明."""
    return _EXAMPLE.search(name) is not None


def is_none(name: str) -> bool:
    """本月無, 未辦理, 無, －, n/a."""
    return _NONE.fullmatch(name) is not None


def is_no_id(name: str) -> bool:
    """Whether a text is written in place of a number that nobody has; a formula makes 0 of a blank cell."""
    return name in _NO_IDS or is_none(name)


def may_be_none(name: str) -> bool:
    """Whether a cell may be one of a row that is no record."""
    return is_total(name) or is_example(name) or is_none(name)


_TITLE = (
    "(?:教務|教導|學務|訓導|總務|輔導|資訊|教學|課程|研發|註冊|設備|生教|訓育|體育|衛生|特教|實習|代理|代課|專任|兼任)?"
    "(?:老師|教師|導師|主任|組長|校長|先生|小姐|女士)"
)
_DOT_WITHIN = re.compile(rf"({HAN})[‧·•・.]+(?={HAN})")
_TITLES_BEHIND = re.compile(rf"^(..+?)(?:{_TITLE}|\((?:代|代理|代課|{_TITLE})\))+$")


def person_name(text: str) -> str:
    """A name as it is compared: without dots between Han characters, and without a title.

    A title follows at least two other characters, with its field (資訊組長) or in brackets.
    """
    return _TITLES_BEHIND.sub(r"\1", _DOT_WITHIN.sub(r"\1", squeezed(text)))


_PEOPLE = "(?:教師|老師|導師|師生|同仁|教職員工?|人員|班級)"
_NOBODY = re.compile(
    r"^(?:(?i:n/?a|null|none|nil)|待[定聘補]|未[定聘]|無人|沒有|暫無|從缺|懸缺)$"
    rf"|^(?:全體|全校|全部|全)(?:{HAN}*{_PEOPLE})?$"
    rf"|^(?:各|所有|本校){HAN}*{_PEOPLE}群?$"
    rf"|(?:年級|學年|領域)(?:{HAN}*班)?(?:教師|老師|導師)群?$"
    r"|等(?:\d+|[一二三四五六七八九十兩]+|多)?(?:人|位|名|老師|教師)"
    r"|^(?:約|共|共計|計)?(?:\d+|[一二三四五六七八九十兩]+)(?:人|位|名)(?:教師|老師|導師)?$"
    r"|[小合總]計[:：]?$|^(?:範例|例):|^(?:範例|必填|選填|說明)$|^(?:無|本月無|未辦理|本月未辦理)$",
    re.ASCII,
)


def names_nobody(name: str) -> bool:
    """Whether a text without blanks names nobody.

    That is digits only, a number of people, all teachers, a name 「等」 further people, a total, a mark for nobody, an
    error cell.
    """
    if not name:
        return False
    return (
        not any(map(str.isalpha, name))
        or _NOBODY.search(name) is not None
        or ERROR.fullmatch(name) is not None
    )


_GRADE = rf"(\d{{1,2}}|[{_DIGITS}十]{{1,3}})"
_CLASSES = tuple(
    _ascii(pattern)
    for pattern in (
        rf"{_GRADE}[-–—.·‧_之](.+?)班?",
        rf"{_GRADE}年級?(.+?)班?",
        r"(\d{1,2})(\d{2})班?",
        rf"{_GRADE}\((.+?)\)班?",
        rf"([1-9{_DIGITS}])(\d{{1,2}}|[忠孝仁愛信義和平甲乙丙丁戊己庚辛A-Z{_DIGITS}])班?",
    )
)


def class_parts(text: str) -> list[str]:
    """The grade and the class that a class's text names, '' where it names none.

    五年二班, 5-2, 502, 五(2), 五忠, 5A; 十二 is a number.
    """
    for pattern in _CLASSES:
        match = pattern.fullmatch(text)
        if match and (pattern is not _CLASSES[-1] or numeral(text.removesuffix("班")) is None):
            return [match[1], match[2]]
    return ["", text.removesuffix("班") or text]


_MONTHS = "(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
_DATE_OF_CLASS = _ascii(
    r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(\D.*|\d{2}:.*)?|\d{1,2}/\d{1,2}|\d{5}(\.\d+)?"
    rf"|([\d{_DIGITS}十]{{2,4}}年)?[\d{_DIGITS}十]{{1,3}}月[\d{_DIGITS}十]{{1,3}}日.*"
    rf"|\d{{1,2}}[-/ ]?{_MONTHS}[A-Z]*([-/ ]?\d{{2,4}})?|{_MONTHS}[A-Z]*[-/ .]?\d{{1,4}})"
)


def is_date_of_class(squeezed: str) -> bool:
    """A date that a spreadsheet made of a class such as 5-2: 2022-05-02, 5/2, 5月2日, 2-May, May-02, 44683."""
    return _DATE_OF_CLASS.fullmatch(squeezed.upper()) is not None


_ALL_CLASSES = re.compile(r"班|(?:全|各|所有|同)(?:部|校|年級?|上)?|(?:無|沒有)|.*年級?|級")
_SEVERAL_CLASSES = _ascii(r"[、,;/&+~〜]|\d[至到]\d")


def is_no_class(name: str) -> bool:
    """Whether the name of a class, without its grade and 班, is none.

    That is several classes, all of them or none, a grade, a number that no grade has, a longer text.
    """
    number = numeral(name) if len(name) <= 4 else None
    return (
        len(name) > 6
        or (number is not None and not 1 <= number <= 30)
        or bool(name and not any(one.isalpha() or (one.isascii() and one.isdigit()) for one in name))
        or _ALL_CLASSES.fullmatch(name) is not None
        or _SEVERAL_CLASSES.search(name) is not None
    )


FUNCTIONS: Functions = {
    "nfkc": (nfkc, "VARCHAR"),
    "plain_day": (plain_day, "VARCHAR"),
    "minutes_in": (minutes_in, "VARCHAR"),
    "names_in": (names_in, "VARCHAR[]"),
    "class_parts": (class_parts, "VARCHAR[]"),
    "is_date_of_class": (is_date_of_class, "BOOLEAN"),
    "is_no_class": (is_no_class, "BOOLEAN"),
    "may_be_none": (may_be_none, "BOOLEAN"),
    "no_record_in": (is_none, "BOOLEAN"),
    "no_id_in": (is_no_id, "BOOLEAN"),
    "bare_name": (person_name, "VARCHAR"),
    "nobody_in": (names_nobody, "BOOLEAN"),
}
"""What queries ask for the forms that are rare."""
