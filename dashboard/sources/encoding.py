"""The encoding of a text file, told by its bytes, and what of it is no character of that encoding."""

import codecs

from dashboard.sources.sheet import Unreadable

LOST = "〓"
NO_TEXT = "這不是文字檔，或編碼無法辨識（可能是改了副檔名的圖片）。請另存成 UTF-8 的 CSV。"


def decode(data: bytes) -> tuple[str, str, int]:
    """The text, its encoding, and how many characters it could not hold."""
    text, encoding, lost, broken = recognised(data)
    body = text.strip("\0 \t\r\n\v\f\ufeff")
    if not body:
        raise Unreadable("這是空檔案。請重新匯出後再放進來。")
    # Text in UTF-16 or UTF-32 without a mark is full of NULs; a few, or a tail of them, are a damaged file's.
    if is_much(broken, text) or body.count("\0") > len(body) // 4:
        raise Unreadable(NO_TEXT)
    return text, encoding, lost


def is_much(lost: int, text: str) -> bool:
    """Whether so many lost characters mean that the text is of another encoding, or none."""
    return lost > max(2, len(text) * 0.02)


def recognised(data: bytes) -> tuple[str, str, int, int]:
    """Text, encoding, characters lost, and how many of these were no character of the encoding at all."""
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(bom):
            return _lossy(data, encoding)
    try:
        return data.decode("utf-8"), "utf-8", 0, 0
    except UnicodeDecodeError:
        as_cp950 = _lossy(data, "cp950")
    # UTF-8 with a few broken bytes, as in a file cut off in the middle of a character, is much worse as CP950.
    try:
        return _lossy(data, "utf-8", fewer_than=as_cp950[2])
    except _TooLossy:
        return as_cp950


class _TooLossy(Exception):
    """Another encoding holds more of the text."""


def _lossy(data: bytes, encoding: str, fewer_than: int | None = None) -> tuple[str, str, int, int]:
    lost = broken = 0

    def replace_lost(error: UnicodeError) -> tuple[str, int]:
        nonlocal lost, broken
        assert isinstance(error, UnicodeDecodeError)
        lost += 1
        if fewer_than is not None and lost >= fewer_than:
            raise _TooLossy
        # A user-defined character of CP950 is a pair of bytes that has no Unicode character.
        pair = data[error.start : error.start + 2] if encoding == "cp950" else b""
        is_pair = len(pair) == 2 and pair[0] >= 0x81 and (0x40 <= pair[1] <= 0x7E or pair[1] >= 0xA1)
        broken += not is_pair
        return LOST, error.start + 2 if is_pair else error.end

    codecs.register_error("kpi-lost", replace_lost)
    return data.decode(encoding, errors="kpi-lost"), encoding, lost, broken
