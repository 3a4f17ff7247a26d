"""A workbook or a letter as the same bytes whenever it is made of the same content."""

import io
import re
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a ZIP can name
_TIMES = re.compile(rb"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")


def timeless(content: bytes) -> bytes:
    """The parts of an OOXML package without the times at which they were written.

    Whoever has two files can tell by their fingerprints whether they say the same, and a file can be compared with what
    the snapshot that it names gives today.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = "docProps/core.xml"
    return package(parts | {core: _TIMES.sub(b"", parts[core])} if core in parts else parts)


def package(parts: Mapping[str, bytes]) -> bytes:
    """The parts as a ZIP in their order, all of one day. OpenDocument has its `mimetype` first, and not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in parts.items():
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(part, body)
    return out.getvalue()
