"""Markup as a type: a builder escapes what is plain text and lets markup through.

So a text of a file that is forgotten shows its signs on the page instead of becoming an element, and mypy tells where
markup has become text. The type is markupsafe's; escaping is our own, since a blank line ends HTML within Markdown.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import markupsafe

from dashboard.language.texts import say

SIGNS = re.compile("[&<>\"'\r\n\0]")


class Markup(markupsafe.Markup):
    """Finished HTML. What is joined to it by `+` or `join` is escaped, unless it is markup as well."""

    __slots__ = ()
    if not TYPE_CHECKING:
        __new__ = str.__new__  # markupsafe's asks first what it is handed, and a page has thousands of pieces

    @classmethod
    def escape(cls, value: object, /) -> Markup:
        """The value as markup."""
        return escape(value)


BLANK = Markup()


def escape(value: object) -> Markup:
    """A text safe in elements and attributes, without line ends; markup stays as it is, and None is blank."""
    if isinstance(value, Markup):
        return value
    text = "" if value is None else str(value)
    if SIGNS.search(text):
        text = text.replace("\r\n", "\n").replace("\n", " ").replace("\r", " ").replace("\0", "�")
        text = html.escape(text)
    return Markup(text)


def join(parts: Iterable[object], between: str = "") -> Markup:
    """The parts one after another, with `between` between them."""
    return Markup(str.join(escape(between), map(escape, parts)))


def say_markup(text: str, /, **values: object) -> Markup:
    """As `say`, as markup: of its values text is escaped and markup stays as it is."""
    return Markup(say(text, **{name: escape(value) for name, value in values.items()}))
