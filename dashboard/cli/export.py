"""The command `export`: what is handed out, as a file: the workbook, or the slides of a meeting."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard import access, warehouse
from dashboard.cli import files
from dashboard.cli.arguments import Command, presenting
from dashboard.cli.ask import known_school, snapshot_of
from dashboard.cli.common import EVERY_SCHOOL, UsageError, interruptible, say
from dashboard.cli.printing import Bar
from dashboard.sources.files import FolderError

if TYPE_CHECKING:
    from dashboard.exports.document import Document
    from dashboard.questions import View

BOOKS, SLIDES = ("xlsx", "ods"), ("html", "pdf", "pptx")


def add(command: Command) -> None:
    """Add the command of this module."""
    export = command(
        _export, "export", "把全部指標做成一份檔案：活頁簿（XLSX、ODS）或簡報（HTML、PDF、PPTX）"
    )
    export.add_argument("kind", choices=(*BOOKS, *SLIDES, "odp"), help="檔案格式")
    export.add_argument(
        "--output", type=Path, metavar="FILE", required=True, help="要寫的檔案；已有的會換成新的"
    )
    presenting(export)
    export.add_argument("--meeting", metavar="NAME", help="凍結的會議：它的快照、日、比較、範圍與順序")
    export.add_argument("--paper", choices=("16:9", "a4"), default="16:9", help="簡報列印的紙張")
    export.add_argument("--template", type=Path, metavar="FILE", help="PPTX 簡報要用的範本（PPTX、POTX）")


def _export(options: argparse.Namespace) -> int:
    _check_options(options)
    snapshot = snapshot_of(options)
    scope = scope_of(snapshot, options.group, options.school)
    files.check(options.output)

    # What the pages are made of is there only once it is wanted: it takes two seconds.
    from dashboard.exports.refusals import CannotMake

    with interruptible() as ended:
        bar = Bar(ended)
        try:
            if options.meeting is not None:
                view, make = _of_meeting(snapshot, options)
            else:
                view, make = view_of(snapshot, scope, options), None
            files.write(options.output, lambda: _made(view, make, options, bar.show))
        except CannotMake as error:
            raise FolderError(str(error).splitlines()[0]) from error
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
        "--compare": (options.compare, SLIDES),
        "--order": (options.order != "gap", SLIDES),
        "--without-schools": (options.without_schools, SLIDES),
        "--paper": (options.paper != "16:9", ("html", "pdf")),
        "--template": (options.template, ("pptx",)),
    }
    for name, (value, kinds) in asked.items():
        if value and options.kind not in kinds:
            raise UsageError(f"{name} 只用於簡報（{'、'.join(kinds)}）。")
    frozen = {
        "--as-of": options.as_of,
        "--compare": options.compare,
        "--group": options.group,
        "--school": options.school,
        "--order": options.order != "gap",
        "--without-schools": options.without_schools,
    }
    if options.meeting is not None and (wrong := [name for name, value in frozen.items() if value]):
        raise UsageError(f"會議凍結了 {'、'.join(wrong)}，不能另外指定。")


def _of_meeting(
    snapshot: warehouse.Snapshot, options: argparse.Namespace
) -> tuple["View", Callable[[], "Document"]]:
    """What a meeting froze, and its slides."""
    from dashboard import meetings
    from dashboard.cli.meetings import known, store_of

    store = store_of(options)
    meeting = known(store, snapshot.path.parent.name, options.meeting)
    view = meetings.view_of(meeting, store.warehouse, access.bureau())
    return view, lambda: meetings.document(meeting, view, None)


def _made(
    view: "View",
    make: Callable[[], "Document"] | None,
    options: argparse.Namespace,
    progress: Callable[[float, str], None],
) -> bytes:
    """The file of the kind that is asked for; `make` gives the slides of a meeting."""
    from dashboard.exports import pdf, report, slide_facts, slides, workbook

    if options.kind in BOOKS:
        return workbook.made(view, options.kind, progress)
    progress(0, "簡報")
    choices = slide_facts.Choices(options.order, not options.without_schools)
    document = make() if make else slides.document(view, choices)
    if options.kind == "pptx":
        from dashboard.exports import deck

        return deck.made(document, options.template, progress)
    page = report.page(document, "a4" if options.paper == "a4" else "wide")
    if options.kind == "html":
        return page.encode()
    progress(0.3, "PDF")
    return pdf.printed(page)


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
    columns, found = warehouse.rows(snapshot, "schools", EVERY_SCHOOL)
    schools = [dict(zip(columns, row, strict=True)) for row in found]
    groups = list(dict.fromkeys(one["group_name"] for one in schools if one["group_name"]))
    if group is not None and group not in groups:
        raise UsageError(f"沒有「{group}」這一組。現有：{'、'.join(groups)}。")
    wanted = [one for one in schools if group in (None, one["group_name"]) and school in (None, one["name"])]
    if not wanted:
        raise UsageError(f"「{school}」不在「{group}」。")
    return access.Scope(school or group or "", tuple(one["school_id"] for one in wanted))
