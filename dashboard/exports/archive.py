"""Workbooks, letters and decks with the same bytes whenever their content is the same."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a ZIP can name
_CORE = "docProps/core.xml"
_TIMES = re.compile(rb"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")


def timeless(content: bytes) -> bytes:
    """The parts of an OOXML package without the times of writing.

    Files of the same content have the same fingerprint, so that a file can be compared with what its snapshot gives today.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return package({name: [_timeless_part(name, body)] for name, body in parts.items()})


def _timeless_part(name: str, body: bytes) -> bytes:
    """A part of the package; the worksheet of a chart is itself a package."""
    if name.endswith(".xlsx"):
        return timeless(body)
    return _TIMES.sub(b"", body) if name == _CORE else body


def package(parts: Mapping[str, Iterable[bytes]]) -> bytes:
    """A ZIP of the parts in their order, all of one day; the content of each part comes piece by piece.

    OpenDocument has its `mimetype` first, and not compressed.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, pieces in parts.items():
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            with archive.open(part, "w") as file:
                file.writelines(pieces)
    return out.getvalue()
