"""The command `export`: what is handed out, as a file: the workbook, or the slides of a meeting."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard import access, warehouse
from dashboard.cli import files
from dashboard.cli.arguments import Command, presenting
from dashboard.cli.ask import known_school, snapshot_of
from dashboard.cli.common import EVERY_SCHOOL, config_of, interruptible, say
from dashboard.cli.printing import Bar
from dashboard.errors import FileError, UsageError
from dashboard.rows import School

if TYPE_CHECKING:
    from dashboard.exports.document import Document
    from dashboard.exports.slide_facts import Choices
    from dashboard.questions import View
    from dashboard.state import Meeting

BOOKS, SLIDES = ("xlsx", "ods"), ("html", "pdf", "pptx")


def add(command: Command) -> None:
    """Add the command of this module."""
    export = command(
        _export,
        "export",
        "把全部指標做成一份檔案：活頁簿（XLSX、ODS）、簡報（HTML、PDF、PPTX）或一組的資料包（ZIP）",
    )
    export.add_argument("kind", choices=(*BOOKS, *SLIDES, "pack", "odp"), help="檔案格式")
    export.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        required=True,
        help="要寫的檔案；已有的會換成新的。--every-group 時是資料夾",
    )
    presenting(export)
    export.add_argument("--meeting", metavar="NAME", help="凍結的會議：它的快照、日、比較、範圍與順序")
    export.add_argument("--every-group", action="store_true", help="每一組各做一份資料包")
    export.add_argument("--paper", choices=("16:9", "a4"), default="16:9", help="簡報列印的紙張")
    export.add_argument("--template", type=Path, metavar="FILE", help="PPTX 簡報要用的範本（PPTX、POTX）")


def _export(options: argparse.Namespace) -> int:
    _check_options(options)
    snapshot = snapshot_of(options)
    is_frozen = options.meeting is not None
    scope = access.bureau() if is_frozen else scope_of(snapshot, options.group, options.school)
    if not options.every_group:
        files.check(options.output)

    # What the pages are made of is there only once it is wanted: it takes two seconds.
    from dashboard.exports.refusals import CannotMake

    with interruptible() as ended:
        bar = Bar(ended)
        try:
            if is_frozen:
                view, meeting = _frozen(snapshot, options)
            else:
                view, meeting = view_of(snapshot, scope, options), None
            if options.kind == "pack":
                _write_packs(view, meeting, options, bar.show)
            else:
                files.write(options.output, lambda: _content(view, meeting, options, bar.show))
        except CannotMake as error:
            raise FileError(str(error).splitlines()[0]) from error
        finally:
            bar.clear()
    say(f"已寫出 {options.output}（截至 {view.on}，快照 {view.snapshot.stamp}）")
    return 0


def _check_options(options: argparse.Namespace) -> None:
    """What a kind has not, and what a meeting has frozen, is refused rather than left out in silence."""
    if options.kind == "odp":
        raise UsageError(
            "不提供 ODP：請用 kpi export pptx 產生簡報，以 LibreOffice Impress 開啟後另存成 ODP。"
        )
    asked = {
        "--compare": (options.compare, (*SLIDES, "pack")),
        "--order": (options.order != "gap", (*SLIDES, "pack")),
        "--without-schools": (options.without_schools, (*SLIDES, "pack")),
        "--every-group": (options.every_group, ("pack",)),
        "--paper": (options.paper != "16:9", ("html", "pdf")),
        "--template": (options.template, ("pptx",)),
    }
    for name, (value, kinds) in asked.items():
        if value and options.kind not in kinds:
            raise UsageError(f"{name} 只用於簡報（{'、'.join(kinds)}）。")
    if options.kind == "pack" and (options.group is None) != options.every_group:
        raise UsageError("資料包是一組一份：請以 --group 指定一組，或以 --every-group 每一組各做一份。")
    if options.kind == "pack" and options.school:
        raise UsageError("資料包是一組一份，不能只要一所學校。")
    frozen = {
        "--as-of": options.as_of,
        "--compare": options.compare,
        "--group": options.group if options.kind != "pack" else None,
        "--school": options.school,
        "--order": options.order != "gap",
        "--without-schools": options.without_schools,
    }
    if options.meeting is not None and (wrong := [name for name, value in frozen.items() if value]):
        raise UsageError(f"會議凍結了 {'、'.join(wrong)}，不能另外指定。")


def _frozen(snapshot: warehouse.Snapshot, options: argparse.Namespace) -> tuple["View", "Meeting"]:
    """A meeting, and what it froze."""
    from dashboard import meetings
    from dashboard.cli.meetings import known, store_of

    store = store_of(options)
    meeting = known(store, snapshot.path.parent.name, options.meeting)
    return meetings.view_of(meeting, store.warehouse, access.bureau()), meeting


def _content(
    view: "View",
    meeting: "Meeting | None",
    options: argparse.Namespace,
    progress: Callable[[float, str], None],
) -> bytes:
    """The file of the kind that is asked for."""
    from dashboard import meetings
    from dashboard.exports import pdf, report, slides, workbook

    if options.kind in BOOKS:
        return workbook.write(view, options.kind, progress)
    progress(0, "簡報")
    document = meetings.document(meeting, view, None) if meeting else slides.document(view, _choices(options))
    if options.kind == "pptx":
        from dashboard.exports import deck

        return deck.write(document, options.template, progress)
    page = report.page(document, "a4" if options.paper == "a4" else "wide")
    if options.kind == "html":
        return page.encode()
    progress(0.3, "PDF")
    return pdf.printed(page)


def _choices(options: argparse.Namespace) -> "Choices":
    from dashboard.exports.slide_facts import Choices

    return Choices(options.order, not options.without_schools)


def _write_packs(
    view: "View",
    meeting: "Meeting | None",
    options: argparse.Namespace,
    progress: Callable[[float, str], None],
) -> None:
    """The pack of one group as a file, or that of every group as a file in a folder."""
    from dashboard import meetings, questions
    from dashboard.cli.meetings import store_of
    from dashboard.exports import letters, pack, slides

    every = [group.name for group in questions.groups_in(view)]
    groups = every if options.every_group else [options.group]
    if not every or not set(groups) <= set(every):
        raise UsageError(
            f"沒有{options.group or '任何'}這一組可以做資料包。現有：{'、'.join(every) or '無'}。"
        )
    templates = config_of(options).templates
    letters.check(templates)  # before the work, and before anything is written
    names = pack.names_of(view, groups, meeting.name if meeting else "")
    folder = files.folder(options.output) if options.every_group else None

    def document(of: "View", group: str) -> "Document":
        if meeting:
            return meetings.group_document(store_of(options), meeting, of, group, None)
        return slides.document(of, _choices(options))

    def write(at: int, group: str) -> None:
        def show(share: float, text: str) -> None:
            progress((at + share) / len(groups), f"{group} {text}")

        target = folder / names[group] if folder else options.output
        files.check(target)
        files.write(target, lambda: pack.write(view, group, templates, lambda of: document(of, group), show))

    for at, group in enumerate(groups):
        write(at, group)


def view_of(snapshot: warehouse.Snapshot, scope: access.Scope, options: argparse.Namespace) -> "View":
    """What is asked of a snapshot.

    Raises:
        UsageError: the day to compare with is no earlier one.
    """
    from dashboard import questions

    view = questions.unaddressed(snapshot, scope, options.as_of, options.compare)
    if view.versus and view.versus >= view.on:
        raise UsageError(f"--compare 要早於截至日 {view.on}。")
    return view


def scope_of(snapshot: warehouse.Snapshot, group: str | None, school: str | None) -> access.Scope:
    """The schools that are asked for; names of persons are masked in whatever is handed out."""
    if group is None and school is None:
        return access.bureau()
    known_school(snapshot, school)
    schools = warehouse.records(snapshot, School, EVERY_SCHOOL)
    groups = list(dict.fromkeys(one.group_name for one in schools))
    if group is not None and group not in groups:
        raise UsageError(f"沒有「{group}」這一組。現有：{'、'.join(groups)}。")
    wanted = [one for one in schools if group in (None, one.group_name) and school in (None, one.name)]
    if not wanted:
        raise UsageError(f"「{school}」不在「{group}」。")
    return access.Scope(school or group or "", tuple(one.school_id for one in wanted))
