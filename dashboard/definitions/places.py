"""Where a programme's rows come from: a folder of files, and Google spreadsheets, with what is said of each.

A file or worksheet says by its name which table it is. An entry may say it instead, rename columns and set constants.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

SPREADSHEET_ID = re.compile(r"[A-Za-z0-9_-]{20,}")
_LINK = re.compile(r"https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]{20,})(?:[/?#].*)?")
_GID = re.compile(r"[#?&]gid=(\d+)")

DEADLINE = 300.0


@dataclass(frozen=True)
class Entry:
    """What the configuration says of one file or worksheet.

    `table` is '' where it is to be left out, None where its name decides; `rename` turns its header texts into the
    contract's, `constants` sets a column (header: value).
    """

    table: str | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Spreadsheet:
    """A Google spreadsheet.

    `entries` are by worksheet title (str) or gid (int); `gids` are the worksheets to read where there is no credential
    to list them with.
    """

    id: str
    gids: tuple[int, ...] = (0,)
    entries: Mapping[str | int, Entry] = field(default_factory=dict)
    by_link: bool = False

    @property
    def link(self) -> str:
        """The address for a browser."""
        return f"https://docs.google.com/spreadsheets/d/{self.id}/edit"


@dataclass(frozen=True)
class Places:
    """All sources of one programme.

    `folder` is None where there is none; `files` are entries by path within it (and `#worksheet`); `key` is a service
    account's key file; `deadline` (seconds) bounds all of a refresh's requests.
    """

    folder: Path | None
    files: Mapping[str, Entry] = field(default_factory=dict)
    spreadsheets: tuple[Spreadsheet, ...] = ()
    key: Path | None = None
    deadline: float = DEADLINE


def as_json(places: Places) -> str:
    """What the configuration says of the sources, but where they are and by which key they are read."""
    settings = {
        "files": {name: asdict(entry) for name, entry in places.files.items()},
        "spreadsheets": [
            asdict(one) | {"entries": [[name, asdict(entry)] for name, entry in one.entries.items()]}
            for one in places.spreadsheets
        ],
    }
    return json.dumps(settings, ensure_ascii=False)


def of_json(text: str, folder: Path) -> Places:
    """The sources that `as_json` wrote, their files in `folder`."""
    raw = json.loads(text)
    return Places(
        folder,
        {name: Entry(**entry) for name, entry in raw["files"].items()},
        tuple(
            Spreadsheet(
                one["id"],
                tuple(one["gids"]),
                {name: Entry(**entry) for name, entry in one["entries"]},
                one["by_link"],
            )
            for one in raw["spreadsheets"]
        ),
    )


def id_in(link: str) -> str | None:
    """The id of a spreadsheet in its address, or the id itself."""
    if SPREADSHEET_ID.fullmatch(link):
        return link
    match = _LINK.fullmatch(link)
    return match[1] if match else None


def gid_in(link: str) -> int:
    """The worksheet that an address points at; the first is 0."""
    match = _GID.search(link)
    return int(match[1]) if match else 0


def entry_of(entries: Mapping[str, Entry], name: str) -> Entry | None:
    """What the configuration says of a file (or `file#worksheet`): by its name, and by patterns in which * is any text.

    The name itself goes before patterns, and a later pattern before an earlier one.
    """
    fitting = [entry for pattern, entry in entries.items() if "*" in pattern and _fits(pattern, name)]
    fitting += [entries[name]] if name in entries else []
    return merged(fitting) if len(fitting) > 1 else next(iter(fitting), None)


def merged(entries: Sequence[Entry]) -> Entry:
    """What several entries say of one name; the later ones go before the earlier ones."""
    return Entry(
        next((entry.table for entry in reversed(entries) if entry.table is not None), None),
        {theirs: ours for entry in entries for theirs, ours in entry.rename.items()},
        {header: value for entry in entries for header, value in entry.constants.items()},
    )


def _fits(pattern: str, name: str) -> bool:
    """Whether a name is of a pattern; one that names no worksheet is of files alone."""
    return all(
        re.fullmatch(".*".join(map(re.escape, some.split("*"))), part, re.DOTALL)
        for some, part in zip(_parts(pattern), _parts(name), strict=True)
    )


def _parts(name: str) -> tuple[str, str]:
    file, _, worksheet = name.partition("#")
    return file, worksheet
