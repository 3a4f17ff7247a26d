"""The files that the kept snapshots were made of, each content once, so that any of their figures can be made again.

`<warehouse>/<programme>/originals/<SHA-256>.gz` is a file as it was read, and `<stamp>.txt` beside it lists those of a
snapshot with their paths. A content goes when the last snapshot that lists it goes. The rows of spreadsheets are in the
snapshots themselves.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from dashboard.sources.text import BLOCK
from dashboard.warehouse import notes
from dashboard.warehouse.manifest import STAMP

FOLDER = "originals"
_CONTENT = re.compile(r"([0-9a-f]{64})\.gz(\.part)?")
# The first level is as quick as the disk; the further ones save a tenth.
_LEVEL = 1


class Lost(Exception):
    """A content is not kept, or is not any more what it was."""


def keep(
    place: Path, stamp: str, contents: Sequence[tuple[str, str]], paths: Mapping[str, Path]
) -> list[str]:
    """Keep the files of a snapshot; the paths of those that are gone or changed since they were read, and cannot be kept.

    `contents` is (SHA-256 that it was read as, name) of each, and `paths` are where they are now.

    Raises:
        OSError: `place`, the programme's folder, cannot be written.
    """
    (place / FOLDER).mkdir(exist_ok=True)
    kept = [(sha256, name) for sha256, name in contents if _keep(place, sha256, paths.get(name))]
    notes.write(place / FOLDER / f"{stamp}.txt", "".join(f"{sha256}  {name}\n" for sha256, name in kept))
    return [name for sha256, name in contents if (sha256, name) not in kept]


def _keep(place: Path, sha256: str, path: Path | None) -> bool:
    target = place / FOLDER / f"{sha256}.gz"
    if target.is_file():
        return True
    if path is None:
        return False
    part, digest = target.with_name(f"{target.name}.part"), hashlib.sha256()
    try:
        source = path.open("rb")
    except OSError:
        return False
    try:
        # In the format of gzip without a time and a name, so that one content is one file.
        packer = zlib.compressobj(_LEVEL, wbits=16 + zlib.MAX_WBITS)
        with source, part.open("wb") as packed:
            while block := source.read(BLOCK):
                digest.update(block)
                packed.write(packer.compress(block))
            packed.write(packer.flush())
        if digest.hexdigest() != sha256:
            return False
        notes.sync(part)
        os.replace(part, target)
        return True
    finally:
        part.unlink(missing_ok=True)


def unpack(place: Path, sha256: str, path: Path) -> None:
    """Write the content `sha256` to the new file `path`.

    Raises:
        Lost: it is not kept, or is not any more what it was.
        OSError: it cannot be written.
    """
    digest = hashlib.sha256()
    source = place / FOLDER / f"{sha256}.gz"
    if not source.is_file():
        raise Lost
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        try:
            with gzip.open(source) as packed:
                while block := packed.read(BLOCK):
                    digest.update(block)
                    out.write(block)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise Lost from error
    if digest.hexdigest() != sha256:
        raise Lost


def keep_only(place: Path, stamps: Collection[str]) -> None:
    """Remove what none of the snapshots `stamps` was made of; best effort, as it only takes room."""
    with contextlib.suppress(OSError):
        lists = {
            path
            for path in (place / FOLDER).iterdir()
            if STAMP.fullmatch(path.stem) and path.suffix == ".txt"
        }
        stay = {path for path in lists if path.stem in stamps}
        named = {line[:64] for path in stay for line in path.read_text("utf-8").splitlines()}
        for path in (place / FOLDER).iterdir():
            content = _CONTENT.fullmatch(path.name)
            if path in lists - stay or (content and (content[2] or content[1] not in named)):
                path.unlink()
