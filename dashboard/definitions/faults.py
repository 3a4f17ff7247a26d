"""What is wrong with a file of settings, in Chinese: one sentence a fault of pydantic, with the key and what it must be."""

from collections import Counter
from collections.abc import Container, Iterable
from typing import Any


def sentence(fault: Any, hidden: Container[str] = ()) -> str:
    """A fault of pydantic's for the person who edits the file; parts of its place that are no keys are `hidden`."""
    kind, key = fault["type"], fault["loc"][-1] == "[key]"
    place = ".".join(str(part) for part in fault["loc"] if part != "[key]" and part not in hidden)
    if kind in ("extra_forbidden", "unexpected_keyword_argument") or (key and kind == "literal_error"):
        return f"不認得的鍵「{place}」，請檢查拼字或刪除。"
    if kind == "missing":
        return f"缺少「{place}」。"
    what = f"鍵「{place}」" if key else f"「{place}」的值「{str(fault['input'])[:60]}」"
    return f"{what}不對：{_must_be(kind, fault)}。"


def twice(values: Iterable[str]) -> list[str]:
    """The values that occur more than once."""
    return [value for value, times in Counter(values).items() if times > 1]


def _must_be(kind: str, fault: Any) -> str:
    context = fault.get("ctx", {})
    match kind:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"須是 {context['expected'].replace(' or ', ' 或 ')}"
        case "greater_than":
            return f"須大於 {context['gt']}"
    return str(_MUST_BE.get(kind.partition("_")[0], fault["msg"]))


_MUST_BE = {
    "string": "須是文字，前後加引號",
    "int": "須是整數",
    "bool": "須是 true 或 false",
    "date": "須是日期，例如 2022-12-31",
    "tuple": '須是清單，例如 ["甲", "乙"]',
    "model": "須是一組「鍵 = 值」",
    "dataclass": "須是一組「鍵 = 值」",
    "dict": "須是一組「鍵 = 值」",
    "mapping": "須是一組「鍵 = 值」",
    "too": "不能是空的",
}
