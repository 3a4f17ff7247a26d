"""What cannot be read now, as the former snapshot read it: of the originals that are kept, marked since when and why."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.sources import files
from dashboard.sources.sheet import Sheet
from dashboard.warehouse import originals
from dashboard.warehouse.build.base import Build
from dashboard.warehouse.former import FormerFile


def with_former(build: Build, name: str, sheets: list[Sheet]) -> list[Sheet]:
    """The sheets of a file. Each that cannot be read now, but could be for the former snapshot, is as it was then."""
    former = {file: one for file, one in build.inputs.former.files.items() if one.path == name}
    # A worksheet without a name of a table was recognised by its header.
    broken = {s.file: s for s in sheets if s.problem or (s.left_out and not s.hidden)}
    # Where the whole file cannot be read, so can none of the worksheets that it had.
    wanted = former if name in broken and former else {f: former[f] for f in broken if f in former}
    if not wanted:
        return sheets
    stand_ins: dict[str, Sheet] = {}
    for sha256 in dict.fromkeys(one.sha256 for one in wanted.values()):
        for sheet in _original(build, name, sha256):
            if sheet.file in wanted and wanted[sheet.file].sha256 == sha256:
                fault = broken.get(sheet.file) or broken[name]
                because = fault.problem or fault.left_out
                stand_ins[sheet.file] = _stale(sheet, wanted[sheet.file], because)
    kept = [
        sheet for sheet in sheets if sheet.file not in stand_ins and not (stand_ins and sheet.file == name)
    ]
    return sorted([*kept, *stand_ins.values()], key=lambda sheet: _order(sheet, sheets))


def former_of(build: Build, sheet: Sheet) -> Sheet:
    """The former sheet in place of one that the database could not read; the sheet itself, if there is none."""
    name = sheet.file.removesuffix(f"#{sheet.worksheet}")
    return next((one for one in with_former(build, name, [sheet]) if one.file == sheet.file), sheet)


def _original(build: Build, name: str, sha256: str) -> list[Sheet]:
    """The readable sheets of a file as it was; none where that is not kept any more."""
    place, folder = build.inputs.former.place, build.scratch / sha256
    assert place
    try:
        if not (folder / name).exists():
            originals.unpack(place, sha256, folder / name)
    except (originals.Lost, OSError):
        return []
    sheets = files.read(folder / name, folder, build.entries, build.tables, build.scratch)
    careful = [
        files.reread(folder, sheet, build.entries, build.tables) if sheet.bulk else sheet for sheet in sheets
    ]
    return [sheet for sheet in careful if sheet.table and not sheet.problem]


def _stale(sheet: Sheet, former: FormerFile, because: str | None) -> Sheet:
    """A sheet as it was last read, marked since when and why."""
    sentence = f"現在讀不進來，沿用 {former.good_at:%Y-%m-%d %H:%M} 的快照讀到的列；修好後下次更新會換成新的。原因：{because}"
    return replace(
        sheet,
        modified_at=former.modified_at,
        stale_since=former.good_at,
        stale_because=sentence,
        note=None,
        state=(),
    )


def _order(sheet: Sheet, sheets: Sequence[Sheet]) -> int:
    """The position of a sheet among those of its file now; one that is not there now comes last."""
    return next((at for at, one in enumerate(sheets) if one.file == sheet.file), len(sheets))
