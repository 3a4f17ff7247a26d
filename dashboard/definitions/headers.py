"""How header texts and names of tables are compared: without blanks, marks, numbers of an entry and remarks in brackets."""

import html
import re
import unicodedata
from functools import lru_cache

# What is invisible: controls, formats (zero-width characters, marks of direction), selectors of variants.
_UNSEEN = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ALIKE = str.maketrans({"台": "臺"})
_FORMULA_TEXT = re.compile('="(.*)"', re.DOTALL)
_REMARK = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>|【[^【】]*】|〔[^〔〕]*〕|〖[^〖〗]*〗|「[^「」]*」|『[^『』]*』|《[^《》]*》|〈[^〈〉]*〉"
)
_UNCLOSED = re.compile(r"[(\[{<【〔〖「『《〈].*$")
# Brackets in brackets, and a longer cell is no name.
_DEPTH, _LONGEST = 3, 1_000
_NUMBER = "(?:[第q]?[0-9]+題?|[一二三四五六七八九十]+|[a-z])"
_FRONT = re.compile(rf"(?:[\W_]|{_NUMBER}[\W_]|[0-9])+")
_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
_ENTRY = re.compile(rf"{_NUMBER}[\W_]+")
_BACK = re.compile(r"[\W_](?:[\W_]|[0-9])*$")


@lru_cache(maxsize=10_000)
def normalise(text: str) -> str:
    """`text` as headers and names of tables are compared: Unicode NFKC, lower case, without blanks and invisible characters.

    Nor has it the ways of a spreadsheet to keep a text (="T1", a leading apostrophe, &#22531;); 記錄 is 紀錄, 台 is 臺.
    """
    if text.isascii() and text.isalnum():
        return text.casefold()
    if "&" in text:
        text = html.unescape(text)
    text = _UNSEEN.sub("", "".join(unicodedata.normalize("NFKC", text).split()))
    if not text.isprintable():
        text = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf"))
    if kept := _FORMULA_TEXT.fullmatch(text):
        text = kept[1]
    return text.removeprefix("'").replace("記錄", "紀錄").translate(_ALIKE).casefold()


@lru_cache(maxsize=10_000)
def names_in(header: str) -> tuple[str, ...]:
    """The names that a header cell may mean, the exact one first.

    The next are without marks and numbers at its ends, the last also without remarks in brackets.
    """
    name = normalise(header)
    if name.isalpha() or len(name) > _LONGEST:
        return (name,)
    bare = name
    for _ in range(_DEPTH):
        bare = _REMARK.sub("", bare)
    bare = _UNCLOSED.sub("", bare)
    return tuple(
        dict.fromkeys(
            (name, *_without_marks(name), *_without_marks(bare)[:-1], _without_marks(bare)[-1] or name)
        )
    )


def _without_marks(name: str) -> tuple[str, str, str]:
    """`name` without marks at its ends (* ※ : 、), then without an entry's number (1. 一、 Q3:), last without any numbers there.

    Those of 112年目標 are its own.
    """
    plain = _ENDS.sub("", name)
    entry = _ENTRY.match(plain)
    front = _FRONT.match(name)
    return (
        plain,
        plain[entry.end() :] if entry else plain,
        _BACK.sub("", name[front.end() :] if front else name),
    )
