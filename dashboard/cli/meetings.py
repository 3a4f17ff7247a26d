"""The commands `meetings` and `state`: what was frozen, and all that people wrote as one file."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard import access, state, warehouse
from dashboard.cli import files
from dashboard.cli.arguments import Command, presenting
from dashboard.cli.ask import snapshot_of
from dashboard.cli.common import config_of, say
from dashboard.cli.export import scope_of, view_of
from dashboard.cli.printing import printable
from dashboard.errors import FileError, UsageError, reason

if TYPE_CHECKING:
    from dashboard.state.store import Store

ACTIONS = ("list", "show", "freeze", "remove")


def add(command: Command) -> None:
    """Add the commands of this module."""
    meetings = command(_meetings, "meetings", "列出、檢視、凍結或移除會議")
    meetings.add_argument("action", nargs="?", choices=ACTIONS, default="list", help="預設為 list")
    meetings.add_argument("name", nargs="?", help="會議名稱")
    presenting(meetings)

    kept = command(_state, "state", "把會議與決定備份成一個檔案，或由備份放回")
    kept.add_argument("action", choices=("dump", "load"))
    kept.add_argument("file", type=Path, metavar="FILE")
    kept.add_argument("--warehouse", type=Path, help="快照存放處")
    kept.add_argument("--replace", action="store_true", help="以備份取代現有的紀錄")


def store_of(options: argparse.Namespace) -> "Store":
    """The store of the deployment. SQLAlchemy is there only once it is wanted: it takes a third of a second."""
    from dashboard.state.store import Store

    config = config_of(options)
    return Store(config.warehouse, config.state)


def _meetings(options: argparse.Namespace) -> int:
    if (options.name is None) != (options.action == "list"):
        raise UsageError("請寫會議名稱，例如 kpi meetings show 111-11月校長會議；只列出時不用寫。")
    asked = [options.as_of, options.compare, options.group, options.school, options.without_schools or None]
    if options.action != "freeze" and (any(asked) or options.order != "gap"):
        raise UsageError("--as-of、--compare、--group、--school、--order、--without-schools 只用於 freeze。")
    store = store_of(options)
    if options.action == "freeze":
        return _freeze(store, options)
    snapshot = snapshot_of(options)
    programme = snapshot.path.parent.name
    if options.action == "list":
        return _list(store, programme)
    meeting = known(store, programme, options.name)
    return _show(store, meeting) if options.action == "show" else _remove(store, meeting)


def known(store: "Store", programme: str, name: str) -> state.Meeting:
    """The meeting of a name.

    Raises:
        UsageError: there is none.
    """
    meeting = store.meeting(programme, name, None)
    if meeting is None:
        listed = "、".join(one.name for one in store.meetings(programme, None)) or "還沒有任何會議"
        raise UsageError(f"沒有「{name}」這場會議。現有：{listed}。")
    return meeting


def _freeze(store: "Store", options: argparse.Namespace) -> int:
    from dashboard import meetings
    from dashboard.exports.slide_facts import Choices

    if options.group and options.school:
        raise UsageError("--group 與 --school 只能選一個。")
    snapshot = snapshot_of(options)
    scope_of(snapshot, options.group, options.school)  # whether there is such a group or school
    view = view_of(snapshot, access.bureau(), options)
    choices = Choices(options.order, not options.without_schools)
    meeting = meetings.freeze(store, view, options.name, choices, options.group, options.school)
    say(f"已凍結「{meeting.name}」：截至 {meeting.on}，快照 {meeting.stamp}")
    return 0


def _list(store: "Store", programme: str) -> int:
    items = store.meetings(programme, None)
    for meeting in items:
        print(printable(_line(store, meeting)))
    if not items:
        say("還沒有任何會議。凍結一場：kpi meetings freeze 名稱")
    return 0


def _line(store: "Store", meeting: state.Meeting) -> str:
    from dashboard import meetings

    parts = [
        meeting.name,
        f"截至 {meeting.on}",
        f"快照 {meeting.stamp}",
        meeting.school or meeting.group or "全市",
    ]
    if meeting.versus:
        parts.insert(2, f"與 {meeting.versus} 相比")
    if not meetings.snapshot_of(meeting, store.warehouse).path.is_file():
        parts.append("! 快照已不在")
    return "　".join(parts)


def _show(store: "Store", meeting: state.Meeting) -> int:
    print(printable(_line(store, meeting)))
    for title, items in (
        ("決定", store.decisions(meeting, None)),
        ("先前的決定", [one.decision for one in meeting.carried]),
    ):
        for one in items:
            about = "、".join(filter(None, (one.school, one.group, one.kpi))) or "全市"
            until = f"（{one.until} 前）" if one.until else ""
            done = f"　{one.done_on} 完成" if one.done_on else ""
            print(printable(f"{title}　{about}：{one.text}　{one.who}{until}{done}"))
    return 0


def _remove(store: "Store", meeting: state.Meeting) -> int:
    from dashboard import meetings

    meetings.remove(store, meeting, None)
    say(f"已移除「{meeting.name}」與它的決定；沒有別的會議用到的快照，下次更新時清除。")
    return 0


def _state(options: argparse.Namespace) -> int:
    from dashboard import meetings
    from dashboard.state import dump as dumps

    store = store_of(options)
    if options.action == "dump":
        if options.replace:
            raise UsageError("--replace 只用於 load。")
        files.check(options.file)
        files.write(options.file, lambda: dumps.dump(store).encode())
        say(f"已備份到 {options.file}")
        return 0
    try:
        text = options.file.read_text("utf-8")
    except OSError as error:
        raise FileError(f"「{options.file}」讀不到：{reason(error)}。") from error
    except UnicodeDecodeError as error:
        raise FileError(f"「{options.file}」不是 kpi state dump 寫出的備份。") from error
    counts = dumps.load(store, text, options.replace)
    gone = meetings.hold_all(store, warehouse.programmes_in(store.warehouse))
    say(f"已放回 {counts['meetings']} 場會議、{counts['decisions']} 項決定。")
    for meeting in gone:
        say(f"請注意：「{meeting.name}」的快照 {meeting.stamp} 不在這裡，會議打開時不會有數字。")
    return 0
