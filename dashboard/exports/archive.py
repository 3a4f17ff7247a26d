"""A workbook or a letter as the same bytes whenever it is made of the same content."""

import io
import re
import zipfile

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a ZIP can name
_TIMES = re.compile(rb"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")


def timeless(content: bytes) -> bytes:
    """The parts of an OOXML package without the times at which they were written.

    Whoever has two files can tell by their fingerprints whether they say the same, and a file can be compared with what
    the snapshot that it names gives today.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w") as again:
        for part in package.infolist():
            body = package.read(part)
            if part.filename == "docProps/core.xml":
                body = _TIMES.sub(b"", body)
            fresh = zipfile.ZipInfo(part.filename, _EPOCH)
            fresh.compress_type = zipfile.ZIP_DEFLATED
            again.writestr(fresh, body)
    return out.getvalue()
