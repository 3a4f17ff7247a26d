"""Uploading a file: it is tried out first, the page lists what would change, and only then is it taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import warehouse as store
from dashboard.definitions import deployment, programmes
from dashboard.language import words
from dashboard.language.markup import BLANK, Markup, join, say_markup
from dashboard.language.texts import later, say
from dashboard.questions import View, ask
from dashboard.readings import offers
from dashboard.reminders import groups_of
from dashboard.rows import Kpi, KpiResult, SourceTable
from dashboard.ui.base import parts, records
from dashboard.ui.base.parts import BREAK, Cell, count, element, table, text
from dashboard.ui.base.screen import show
from dashboard.ui.data import intake, readings
from dashboard.ui.frame import freshness

MOST = 50


def upload(view: View) -> None:
    """Show the whole dialogue; only for a viewer who may see every school."""
    if not view.scope.whole:
        return
    taken = st.session_state.setdefault("files_taken", 0)
    file = st.file_uploader(
        say("放入檔案（CSV、XLSX、XLS、XLSB 或 ODS；先檢查，按「採用」才會放進資料夾）"),
        type=[suffix.removeprefix(".") for suffix in store.SUFFIXES],
        key=f"upload={view.programme}={taken}",
    )
    if file is None:
        st.session_state.pop(TRIED, None)
        return
    with st.spinner(say("檢查檔案：試算採用後的數字…")):
        trial = tried(view, file)
    if isinstance(trial, store.Refused):
        show(parts.notice(say("✕ 這個檔案不能採用"), parts.stored(str(trial)), "failed"))
        return
    show(report(view, trial))
    if readings.offer(view, offers(trial.inputs, trial.unused), "upload"):
        st.session_state.pop(TRIED, None)  # the file is tried anew with the meaning taken
        freshness.start(view)
        st.rerun()
    # Without the file's name: a label is Markdown, and a name may hold the address of a picture elsewhere.
    if trial.readable and st.button(say("採用這個檔案"), type="primary"):
        try:
            kept = store.accept(
                deployment.from_environment().folder_of(view.programme), file.name, file.getvalue()
            )
        except store.Refused as error:
            show(parts.notice(say("✕ 沒有存成"), parts.stored(str(error)), "failed"))
            return
        st.session_state["files_taken"] += 1  # an uploader without a file: this one is done
        freshness.start(view, file.name)
        st.toast(
            say("已放進資料夾，開始更新。原來的同名檔案已留在資料夾的 .former。")
            if kept
            else say("已放進資料夾，開始更新。")
        )
        st.rerun()


def tried(view: View, file: UploadedFile) -> store.Trial | store.Refused:
    """The trial of the upload, or its refusal; kept in the session until the file or the view changes.

    Only this session keeps it, since it holds rows of the file.
    """
    key = (view.programme, view.scope, view.snapshot.stamp, view.on, file.file_id)
    kept: tuple[object, store.Trial | store.Refused] | None = st.session_state.get(TRIED)
    if kept is None or kept[0] != key:
        st.session_state[TRIED] = kept = key, _try(view, file)
    return kept[1]


TRIED = "file_tried"


def _try(view: View, file: UploadedFile) -> store.Trial | store.Refused:
    settings = deployment.from_environment()
    (definition,) = programmes.find(settings.folder_of(view.programme), (view.programme,))
    places = settings.places_of(view.programme)
    try:
        return store.try_out(
            view.snapshot, definition, places, file.name, file.getvalue(), view.scope, view.on
        )
    except store.Refused as error:
        return error


def report(view: View, trial: store.Trial) -> Markup:
    """The report of a trial: the file's rows, and the tables, figures and rejected rows that would change."""
    if not trial.readable:
        reasons = (row.problem or row.left_out for row in trial.inputs)
        why = "\n".join(str(reason) for reason in reasons if reason)
        names = words.listing([row.label for row in ask(view, SourceTable)])
        body = parts.stored(why) or say("檔名須含資料表的名稱：{names}。", names=names)
        title = (
            say("✕ 「{name}」讀不進來，不能採用", name=trial.name)
            if any(row.problem for row in trial.inputs)
            else say("✕ 「{name}」不是任何資料表，不能採用", name=trial.name)
        )
        return parts.notice(title, body, "failed")
    labels = {row.table_name: row.label for row in ask(view, SourceTable)}
    name = element("b", trial.name)
    is_new = (
        say_markup("{name}：取代同名檔案（原檔會保留）。", name=name)
        if trial.replaces
        else say_markup("{name}：新的檔案。", name=name)
    )
    moved = say(
        "採用後，{figures} 個數字會變，新退回 {rejected} 列，解決 {resolved} 列。",
        figures=words.number(len(trial.moved)),
        rejected=words.number(trial.rejected),
        resolved=words.number(trial.resolved),
    )
    sections = [
        element("h3", say("檢查結果（還沒有採用）")),
        element("p", is_new, moved),
        _own(trial, labels),
        _unused(trial),
        _tables(trial, labels),
        _moved(view, trial),
        _refused(trial),
    ]
    return join(sections)


def _own(trial: store.Trial, labels: Mapping[str, str]) -> Markup:
    """The file's rows, each worksheet by itself."""
    names = (later("工作表或檔案"), later("資料表"), *(intake.COUNTS[name] for name in intake.OF_FILE))
    lines = [
        (
            "",
            [
                text(row.file, "l w"),
                text(labels.get(row.table_name or "", say("略過")), "l"),
                *(count(getattr(row, one)) for one in intake.OF_FILE),
            ],
        )
        for row in trial.inputs
    ]
    header = [Cell(say(name), "l" if at < 2 else "") for at, name in enumerate(names)]
    return table(say("這個檔案"), header, lines)


def _unused(trial: store.Trial) -> Markup:
    """The filled columns and the worksheets that would not be used."""
    remarks: list[str] = [parts.stored(f"{row.file}：{row.left_out}") for row in trial.inputs if row.left_out]
    names = [row.header or row.letters for row in trial.unused]
    remarks += [say("沒有用到的欄：{names}。", names=words.listing(names))] if names else []
    return join(element("p", "! ", one, kind="foot") for one in remarks)


def _tables(trial: store.Trial, labels: Mapping[str, str]) -> Markup:
    changed = [(old, new) for old, new in trial.tables if old.accepted != new.accepted]
    if not changed:
        return element("p", say("各資料表採用的列數不變。"), kind="foot")
    lines = [
        (
            "",
            [
                text(labels.get(new.table_name, new.label), "l"),
                count(old.accepted),
                count(new.accepted),
                Cell(words.change(new.accepted - old.accepted)),
            ],
        )
        for old, new in changed
    ]
    names = (later("資料表"), later("目前採用"), later("之後採用"), later("增減"))
    header = [Cell(say(name), "" if at else "l") for at, name in enumerate(names)]
    return table(say("採用列數的變化"), header, lines)


def _moved(view: View, trial: store.Trial) -> Markup:
    if not trial.moved:
        return BLANK
    labels = {
        kpi.kpi: kpi.short
        for period in view.all_periods
        for kpi in ask(view, Kpi, period=period.period, by_default=None)
    }
    groups = groups_of(view)
    order = {"city": 0, "group": 1, "school": 2}
    moved = sorted(trial.moved, key=lambda pair: order[pair[1].level])
    names = (later("項目"), later("範圍"), later("目前"), later("之後"), later("狀態"))
    header = [Cell(say(name), "" if at in (2, 3) else "l") for at, name in enumerate(names)]
    lines = [
        (
            "",
            [
                text(_label(labels, view, new), "l"),
                text(new.school or groups.get(new.group) or say("全部"), "l"),
                Cell(_figure(old)),
                Cell(_figure(new)),
                Cell(_statuses(old, new), "l"),
            ],
        )
        for old, new in moved[:MOST]
    ]
    many = words.number(len(moved))
    summary = (
        say("共 {total} 個，列出前 {value} 個。", total=many, value=MOST)
        if len(moved) > MOST
        else say("共 {total} 個。", total=many)
    )
    return table(say("會變的數字"), header, lines) + element("p", summary, kind="foot")


def _label(labels: Mapping[str, str], view: View, row: KpiResult) -> str:
    label = labels.get(row.kpi, row.kpi)
    several = len(view.all_periods) > 1
    return say("{label}（{note}）", label=label, note=row.period) if several else label


def _figure(row: KpiResult) -> str:
    of = row.base if row.base is not None else row.required
    counted = words.number(row.counted, "–") + (f" / {words.number(of)}" if of is not None else "")
    if row.schools_met is None:
        return counted
    schools = say(
        "{met}/{judged} 校達標",
        met=words.number(row.schools_met),
        judged=words.number(row.schools_judged),
    )
    return schools if row.counted is None else join([schools, counted], BREAK)


def _statuses(old: KpiResult, new: KpiResult) -> Markup:
    if old.status == new.status:
        return parts.tag(new.status)
    return join([parts.tag(old.status), parts.tag(new.status)], " → ")


def _refused(trial: store.Trial) -> Markup:
    own = trial.rejects[: min(trial.own, MOST)]
    if not own:
        refused = any(row.rejected for row in trial.inputs)
        return BLANK if refused else element("p", say("沒有新退回的列。"), kind="foot")
    rows = [replace(row, reason_label=say(row.reason_label)) for row in own]
    left = trial.own - MOST
    more = element("p", say("另有 {n} 列。", n=words.number(left)), kind="foot") if left > 0 else BLANK
    return join([element("h3", say("會被退回的列，怎麼改")), records.rejected(rows), more])
