"""Texts to send, from templates that a bureau can change: one message, or letters for all schools in one document."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from dashboard.exports.archive import timeless
from dashboard.exports.refusals import CannotMake
from dashboard.paths import TEMPLATES

MESSAGE, LETTER = "message.txt", "letter.docx"


class TemplateFault(CannotMake):
    """A template cannot be used; the message says which and why, in Chinese."""

    status = 500


def message(own: Path, context: Mapping[str, Any]) -> str:
    """One school's message; a template in the folder `own` goes before the one that is shipped.

    Raises:
        TemplateFault: it uses an unknown name, or is no template.
    """
    path = _path(own, MESSAGE)
    try:
        return _environment().from_string(path.read_text(encoding="utf-8-sig")).render(context).strip() + "\n"
    except (jinja2.TemplateError, OSError, UnicodeDecodeError) as error:
        raise TemplateFault(_refusal(path, error)) from error


def letters(own: Path, context: Mapping[str, Any]) -> bytes:
    """A DOCX with a letter for each of `letters` in the context.

    Raises:
        TemplateFault: as `message`.
    """
    path = _path(own, LETTER)
    try:
        document = DocxTemplate(str(path))
        document.render(dict(context), jinja_env=_environment(), autoescape=True)
        out = io.BytesIO()
        document.save(out)
    except Exception as error:  # a damaged DOCX fails as a zip, as XML or as a template
        raise TemplateFault(_refusal(path, error)) from error
    return timeless(out.getvalue())


def check(own: Path) -> None:
    """Check the letter's template.

    Raises:
        TemplateFault: it uses an unknown name, or is no template.
    """
    letters(
        own,
        {
            **_COMMON,
            "letters": [
                {**_COMMON, "school": "", "group": "", "owed": [_OWED], "mend": [""], "others": [""]}
            ],
        },
    )


_COMMON = dict.fromkeys(("programme", "source", "bureau", "as_of", "snapshot", "fingerprint"), "")
_OWED = dict.fromkeys(("label", "state", "deadline", "days", "names", "clause"), "")


def _path(own: Path, name: str) -> Path:
    return own / name if (own / name).is_file() else TEMPLATES / name


def _refusal(path: Path, error: Exception) -> str:
    """The error of a template, named by its folder: a page names no path of the server."""
    damaged = path.suffix == ".docx" and not zipfile.is_zipfile(path)
    why = "不是 Word 文件（DOCX），或已經損壞。" if damaged else str(error).replace(str(path), path.name)
    return f"範本「{path.parent.name}/{path.name}」不能用：{why}"


def _environment() -> SandboxedEnvironment:
    """The sandbox for templates, which people edit: they may write the context's values, and run nothing."""
    return SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)
