"""The likely meanings of unread files, worksheets and columns, each taken with one click."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from dashboard.definitions import deployment
from dashboard.language import words
from dashboard.language.markup import Markup, say_markup
from dashboard.language.texts import say
from dashboard.questions import View
from dashboard.readings import Offer, offers, take
from dashboard.rows import Input, UnusedColumn
from dashboard.ui.base import parts
from dashboard.ui.base.screen import show
from dashboard.ui.data import intake
from dashboard.ui.frame import freshness

MOST = 20


def put(view: View, inputs: Sequence[Input], columns: Sequence[UnusedColumn]) -> None:
    """Show what could not be read or was not used, and offer its likely meanings; taking one starts an update."""
    show(intake.unreadable(inputs) + intake.unused(inputs, columns))
    if offer(view, offers(inputs, columns), "snapshot"):
        freshness.start(view)
        st.rerun()


def offer(view: View, meanings: Sequence[Offer], key: str) -> bool:
    """Show a line and a button for each meaning; whether one was taken.

    Only a viewer who may see every school gets them. `key` is unique on the page.
    """
    if not meanings or not view.scope.whole:
        return False
    note = say("記在 {file}，同名的檔案以後都這樣讀；更新後數字才會變。", file=deployment.READINGS)
    show(parts.element("h3", say("可能的意思")) + parts.element("p", note, kind="sub"))
    for one in meanings[:MOST]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"take-{key}-{_digest(one)}"):
            # A label is Markdown: it holds nothing of a file.
            is_taken = st.button(say("照此讀"), key=f"{key}-{_digest(one)}")
            show(_sentence(one))
        if is_taken:
            return _taken(one)
    if len(meanings) > MOST:
        left = say("另有 {n} 項，採用後再列。", n=words.number(len(meanings) - MOST))
        show(parts.element("p", left, kind="foot"))
    return False


def _digest(one: Offer) -> str:
    return hashlib.sha256(repr(one).encode()).hexdigest()[:16]


def _sentence(one: Offer) -> Markup:
    if one.header is None or one.column is None:
        return say_markup("「{name}」是「{table}」", name=one.name, table=one.table)
    return say_markup(
        "「{header}」就是「{column}」（{table}：{name}）",
        header=one.header,
        column=one.column,
        table=one.table,
        name=one.name,
    )


def _taken(one: Offer) -> bool:
    try:
        take(deployment.from_environment(), one)
    except deployment.ConfigError as error:
        show(parts.notice(say("✕ 沒有存成"), parts.stored(str(error)), "failed"))
        return False
    st.toast(say("已記下，開始更新。"))
    return True
