"""The product's texts in the viewer's language.

As gettext has it, the text in the code is the zh-TW one and the key of its translations: a page's code reads as the page
does. `locale/en.po` holds the English of every text, in the format that translators' tools read. What a definition says
(labels, rules, units) carries its own English and is translated where rows are read (`questions.ask`).

The language is the viewer's, of one run of a script, so it lives in a context variable and not in the module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from babel.messages.pofile import read_po

SOURCE = "zh-TW"
LANGUAGES = {SOURCE: "中文", "en": "English"}
LOCALE = Path(__file__).parent / "locale"
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Manner:
    """How to write for the viewer: the language, and years of the Republic or of the Common Era."""

    language: str = SOURCE
    era: str = "roc"


def later(text: str) -> str:
    """The text unchanged: marks a constant's text for translation by `say` where it is used, as gettext's `N_`."""
    return text


ERAS = {"roc": later("民國"), "ce": later("西元")}
_manner: ContextVar[Manner] = ContextVar("manner", default=Manner())  # noqa: B039 (frozen)


def manner() -> Manner:
    """The manner of this run."""
    return _manner.get()


def use(chosen: Manner) -> None:
    """Write in this manner from here on, in this run."""
    _manner.set(chosen)


@contextmanager
def written(chosen: Manner) -> Iterator[None]:
    """Write in this manner within a block: a letter is Chinese whatever the page's language is."""
    token = _manner.set(chosen)
    try:
        yield
    finally:
        _manner.reset(token)


def kept(function: Callable[P, T]) -> Callable[P, T]:
    """The function bound to the present manner: downloads and fragments run later, in threads of their own."""
    now = manner()

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with written(now):
            return function(*args, **kwargs)

    return run


def say(text: str, /, **values: object) -> str:
    """The text in the viewer's language, with its values filled in.

    A text that counts something takes the count as `n`; the English then has a singular and a plural. A text without a
    translation stays Chinese; a test forbids such texts in the code.
    """
    message = catalogue(manner().language).get(text, text)
    if isinstance(message, tuple):
        message = message[str(values.get("n")) != "1"]
    return message.format(**values) if values else message


@cache
def catalogue(language: str) -> Mapping[str, str | tuple[str, ...]]:
    """The translations of a language by their Chinese texts; a text with a plural has a pair."""
    path = LOCALE / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    texts: dict[str, str | tuple[str, ...]] = {}
    for message in messages:
        if message.id and message.string:
            key = message.id if isinstance(message.id, str) else message.id[0]
            texts[key] = message.string if isinstance(message.string, str) else tuple(message.string)
    return texts
