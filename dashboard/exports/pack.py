"""The pack of a group for its lead school: one ZIP with the slides, the workbook and a letter for each partner school.

All of it is of one day and one snapshot, and of no other group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from dashboard import questions, reminders
from dashboard.exports import deck, letters, slides, workbook
from dashboard.exports.archive import package
from dashboard.exports.document import Document
from dashboard.exports.tables import Progress
from dashboard.language.texts import say
from dashboard.language.words import file_day, file_name, number
from dashboard.questions import View, ask
from dashboard.rows import School

LONGEST = 40  # letters of a name in that of a file, which may have 255 bytes


def narrowed(view: View, group: str) -> View:
    """A view of one group's schools, names of persons masked."""
    scope = questions.within(view.snapshot, view.scope, group)
    return replace(view, scope=replace(scope, names=False))


def names_of(view: View, groups: Sequence[str], meeting: str = "") -> dict[str, str]:
    """The file name of each group; the names differ even where groups differ only in characters that files may not have."""
    names: dict[str, str] = {}
    for group in groups:
        stem = file_name(group[:LONGEST], meeting[:LONGEST], file_day(view.on))
        while f"{stem}.zip".casefold() in {name.casefold() for name in names.values()}:
            stem += "_"
        names[group] = f"{stem}.zip"
    return names


def write(
    view: View,
    group: str,
    templates: Path,
    make: Callable[[View], Document] = slides.document,
    progress: Progress = lambda share, text: None,
) -> bytes:
    """The pack of a group, as a ZIP.

    templates: the folder of the bureau's own letter, see `letters`. make: gives the slides of a view of the group alone.

    Raises:
        TemplateFault: the letter's template cannot be used.
        CannotMake: the slides cannot be drawn.
    """
    view = narrowed(view, group)
    progress(0, say("簡報"))
    document = make(view)
    day = file_day(view.on)
    parts = {file_name(say("簡報"), group, day) + ".pptx": deck.write(document)}
    progress(0.5, say("活頁簿"))
    parts[file_name(say("活頁簿"), group, day) + ".xlsx"] = workbook.write(view, "xlsx")
    progress(0.8, say("函稿"))
    written, without = _letters(view, templates)
    parts |= written
    parts[say("說明") + ".txt"] = _contents(document, group, list(parts), without)
    return package({name: [content] for name, content in parts.items()})


def _letters(view: View, templates: Path) -> tuple[dict[str, bytes], list[str]]:
    """By path in the ZIP, a letter for each partner school that owes or is to mend something; and the schools without one."""
    owed = {one.school: one for one in reminders.in_chinese(view, reminders.Filter())}
    written: dict[str, bytes] = {}
    without = []
    for school in ask(view, School):
        if school.role == "lead":
            continue
        if school.name not in owed:
            without.append(school.name)
            continue
        context = reminders.letters_context(view, [owed[school.name]], names=False)
        path = f"{say('函稿')}/{file_name(school.name)}"
        while f"{path}.docx" in written:
            path += "_"
        written[f"{path}.docx"] = letters.letters(templates, context)
    return written, without


def _contents(document: Document, group: str, names: Sequence[str], without: Sequence[str]) -> bytes:
    """The list of the pack's content, its data, and the schools without a letter; with a byte order mark for Notepad."""
    lines = [
        say("{group}的資料包", group=group),
        document.whose,
        document.snapshot,
        "",
        *names,
        "",
        say("函稿一校一份，寫還差什麼、請補送或改正什麼；姓名都已遮蔽。"),
    ]
    if without:
        lines.append(
            say("沒有未達或要補正的項目，所以沒有函稿的 {n} 校：", n=number(len(without)))
            + "、".join(without)
        )
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()
