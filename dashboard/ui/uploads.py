"""Dropping a file in: it is tried out first, what would change is shown, and only then is it taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import streamlit as st

from dashboard import config, programmes
from dashboard import warehouse as store
from dashboard.ui import freshness, parts, records, words
from dashboard.ui.address import View, ask
from dashboard.ui.parts import Cell, count, table, text

MOST = 50


def upload(seen: View) -> None:
    """The whole dialogue; only for whoever may see every school."""
    if seen.scope.school_ids is not None:
        return
    taken = st.session_state.setdefault("files_taken", 0)
    given = st.file_uploader(
        "放入檔案（CSV 或 XLSX；先檢查，按「採用」才會放進資料夾）",
        type=[suffix.removeprefix(".") for suffix in store.SUFFIXES],
        key=f"upload={seen.programme}={taken}",
    )
    if given is None:
        return
    try:
        trial = _trial(seen.snapshot.stamp, seen.on, given.name, given.getvalue(), seen)
    except store.Refused as error:
        _show(parts.notice("✕ 這個檔案不能採用", words.escape(error).replace("\n", "<br>"), "failed"))
        return
    _show(report(seen, trial))
    if trial.readable and st.button(f"採用「{given.name}」", type="primary"):
        try:
            kept = store.accept(
                config.from_environment().folder_of(seen.programme), given.name, given.getvalue()
            )
        except store.Refused as error:
            _show(parts.notice("✕ 沒有存成", words.escape(error), "failed"))
            return
        st.session_state["files_taken"] += 1  # an uploader without a file: this one is done
        freshness.start(seen)
        told = "原來的同名檔案已留在資料夾的 .former。" if kept else ""
        st.toast(f"已放進資料夾，開始更新。{told}")
        st.rerun()


@st.cache_data(show_spinner="檢查檔案：試算採用後的數字…", max_entries=4)
def _trial(stamp: str, on: date, name: str, content: bytes, _seen: View) -> store.Trial:
    """Once for a file, a snapshot and a day, whatever else is clicked."""
    settings = config.from_environment()
    (definition,) = programmes.find(settings.folder_of(_seen.programme), (_seen.programme,))
    places = settings.places_of(_seen.programme)
    return store.try_out(_seen.snapshot, definition, places, name, content, _seen.scope, on)


def report(seen: View, trial: store.Trial) -> str:
    """What would change: the file's rows, the tables, the refused rows and the indicators that would move."""
    name = words.escape(trial.name)
    if not trial.readable:
        why = " ".join(str(row["problem"]) for row in trial.inputs if row["problem"])
        names = "、".join(row.label for row in ask(seen, "tables"))
        told = words.escape(why) or f"檔名須以資料表名稱開頭：{words.escape(names)}。"
        return parts.notice(f"✕ 「{trial.name}」不是任何資料表，不能採用", told, "failed")
    head = "取代同名檔案（原檔會保留）" if trial.replaces else "新的檔案"
    refused = sum(int(row["rejected"]) for row in trial.inputs)
    lead = f"<p><b>{name}</b>：{head}。採用後，{words.number(len(trial.moved))} 個數字會變，" + (
        f"新退回 {words.number(len(trial.rejects))} 列，解決 {words.number(trial.resolved)} 列。</p>"
    )
    own = table(
        "這個檔案",
        [
            Cell("工作表或檔案", "l"),
            Cell("資料表", "l"),
            *(Cell(one) for one in ("讀入", "採用", "重複", "退回")),
        ],
        [
            (
                "",
                [
                    text(row["file"], "l w"),
                    text(row["label"] or "略過", "l"),
                    *(count(row[one]) for one in ("read", "accepted", "duplicate", "rejected")),
                ],
            )
            for row in trial.inputs
        ],
    )
    return f"<h3>檢查結果（還沒有採用）</h3>{lead}{own}{_tables(trial)}{_moved(seen, trial)}{_refused(trial, refused)}"


def _tables(trial: store.Trial) -> str:
    changed = [(old, new) for old, new in trial.tables if old["accepted"] != new["accepted"]]
    if not changed:
        return '<p class="foot">各資料表採用的列數不變。</p>'
    lines = [
        (
            "",
            [
                text(new["label"], "l"),
                count(old["accepted"]),
                count(new["accepted"]),
                Cell(words.change(new["accepted"] - old["accepted"])),
            ],
        )
        for old, new in changed
    ]
    header = [Cell("資料表", "l"), Cell("目前採用"), Cell("之後採用"), Cell("增減")]
    return table("採用列數的變化", header, lines)


def _moved(seen: View, trial: store.Trial) -> str:
    if not trial.moved:
        return ""
    labels = {
        kpi.kpi: kpi.short for period in seen.all_periods for kpi in ask(seen, "kpis", period=period.period)
    }
    order = {"city": 0, "group": 1, "school": 2}
    moved = sorted(trial.moved, key=lambda pair: order[pair[1]["level"]])
    header = [Cell("指標", "l"), Cell("範圍", "l"), Cell("目前"), Cell("之後"), Cell("狀態", "l")]
    lines = [
        (
            "",
            [
                text(_label(labels, seen, new), "l"),
                text(new["school"] or new["group"] or "全部", "l"),
                Cell(_figure(old)),
                Cell(_figure(new)),
                Cell(_statuses(old, new), "l"),
            ],
        )
        for old, new in moved[:MOST]
    ]
    more = f"，列出前 {MOST} 個" if len(moved) > MOST else ""
    return f"{table('會變的數字', header, lines)}<p class='foot'>共 {words.number(len(moved))} 個{more}。</p>"


def _label(labels: Mapping[str, str], seen: View, row: Mapping[str, Any]) -> str:
    label = labels.get(row["kpi"], row["kpi"])
    return f"{label}（{row['period']}）" if len(seen.all_periods) > 1 else label


def _figure(row: Mapping[str, Any]) -> str:
    of = row["base"] if row["base"] is not None else row["required"]
    return words.number(row["counted"], "–") + (f" / {words.number(of)}" if of is not None else "")


def _statuses(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if old["status"] == new["status"]:
        return parts.tag(new["status"])
    return f"{parts.tag(old['status'])} → {parts.tag(new['status'])}"


def _refused(trial: store.Trial, refused: int) -> str:
    own: Sequence[Mapping[str, Any]] = [
        row for row in trial.rejects if row["file"].partition("#")[0] == trial.name
    ]
    if not own:
        return '<p class="foot">沒有新退回的列。</p>' if not refused else ""
    shown = [SimpleNamespace(**row) for row in own[:MOST]]
    more = f"<p class='foot'>另有 {words.number(len(own) - MOST)} 列。</p>" if len(own) > MOST else ""
    return f"<h3>會被退回的列，怎麼改</h3>{records.rejected(shown)}{more}"


def _show(fragment: str) -> None:
    st.html(f'<div class="kpi">{fragment}</div>')
