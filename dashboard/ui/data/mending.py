"""Rows to mend: which schools to notify of theirs, and the rows that are no longer rejected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from dashboard.language.markup import Markup
from dashboard.language.texts import say
from dashboard.rows import Notice, ResolvedReject
from dashboard.ui.base import faults, paper
from dashboard.ui.base.parts import anchor, element
from dashboard.ui.base.table import Column, Table

T = TypeVar("T")
NOTIFIED = 40  # schools to notify on a page
LISTED = 200  # resolved rows on the screen


def some(table: Table[T]) -> Markup:
    """A table, or the line that it has no row."""
    return table.html() if table.rows else element("p", say("沒有。"), kind="foot")


def notified(schools: paper.Page[Notice], chosen: str | None, here: Callable[..., str]) -> Table[Notice]:
    """The table of schools with rows to mend, each with the link to its message."""

    def draft(row: Notice) -> Markup:
        return anchor(here(school=row.school_name, severity=None, fresh=None), say("擬通知"))

    columns = [
        Column[Notice](say("校名"), lambda row: row.school_name, kind="l"),
        Column[Notice](say("組別"), lambda row: row.group_name, kind="l"),
        Column[Notice](say("退回"), lambda row: row.rejected),
        Column[Notice](say("其中新出現"), lambda row: row.new),
        Column[Notice](say("警告"), lambda row: row.warnings),
        Column[Notice](say("通知"), cell=draft, kind="l onscreen"),
    ]
    return Table(
        say("各校要改的列"), columns, schools, row_kind=lambda row: "sel" if row.school_name == chosen else ""
    )


def pager(schools: paper.Page[Notice], here: Callable[..., str]) -> Markup:
    """The links to the other pages of schools."""
    return paper.pager(schools, lambda page: here(schools=page), say("校"))


def resolved(rows: Sequence[ResolvedReject]) -> Table[ResolvedReject]:
    """The table of rows that were rejected in the former snapshot and are no longer."""

    def original(row: ResolvedReject) -> Markup:
        return element("code", faults.cut(row.original, 160))

    columns = [
        Column[ResolvedReject](say("檔案"), lambda row: row.file, kind="l", is_wide=True),
        Column[ResolvedReject](say("列號"), lambda row: row.line),
        Column[ResolvedReject](say("原因"), lambda row: row.reason_label, kind="l"),
        Column[ResolvedReject](say("原文"), lambda row: row.original, original, "l", is_wide=True),
        Column[ResolvedReject](
            say("校名"), lambda row: row.school_name, lambda row: row.school_name or "–", "l"
        ),
    ]
    return Table(say("比上次少了的退回列"), columns, paper.page(rows, None, LISTED), "wide rows cards")
