"""The pages without a browser: opened in this process, and what stands on them, in their figures and in their files."""

import base64
import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pandas as pd
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from dashboard.paths import ROOT
from tests.running import figure_of
from tests.samples import DAY

FILES = sorted((ROOT / "pages").glob("[0-9]*_*.py"), key=lambda path: int(path.stem.split("_")[0]))
PAGES = [path.stem.split("_", 1)[1] for path in FILES]
QUERIES = sorted(path.stem for path in (ROOT / "queries" / "pages").glob("*.sql"))


def cells_of(made: bytes) -> list[list[object]]:
    """The cells of a CSV, an XLSX or an ODS; a formula would be one still."""
    if made.startswith(b"PK") and b"opendocument" in made[:100]:
        with zipfile.ZipFile(io.BytesIO(made)) as archive:
            assert b"formula" not in archive.read("content.xml")
        return CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    if made.startswith(b"PK"):
        sheet = openpyxl.load_workbook(io.BytesIO(made)).active
        assert all(cell.data_type != "f" for row in sheet.rows for cell in row)
        return [[cell.value for cell in row] for row in sheet.rows]
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))


class Figures(HTMLParser):
    """The elements that carry a figure."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if "data-figure" in facts:
            self.found.append(figure_of(facts["data-figure"]))


def html_of(app):
    pieces = [element.proto.body for element in app.get("html")]
    return "\n".join(pieces + [element.value for element in app.markdown])


def figures_in(shown):
    parser = Figures()
    parser.feed(shown)
    return parser.found


def figures_of(app):
    return figures_in(html_of(app))


def open_page(name, **parameters):
    """One page as the browser gets it, its folds of text opened; AppTest knows pages by file."""
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    if name != PAGES[0]:
        app.switch_page(f"../pages/{FILES[PAGES.index(name)].name}")
        for fold in ("parameters", "query"):
            app.session_state[fold] = True
    return app.run()


PARAMETERS = {
    "on": DAY,
    "period": "111",
    "periods": ["111"],
    "table": "training",
    "school_id": 1,
    "group_id": 1,
    "severity": "rejected",
    "size": 50,
    "skip": 0,
}


HAN = re.compile("[一-鿿]")


def drawn(app):
    """Every plotly figure of a page: its data and layout, and what is said to those who do not see it."""
    protos = [element.proto for element in app.get("plotly_chart")]
    return [(json.loads(proto.spec), proto.alt) for proto in protos]


def marks_of(spec):
    """(trace, point's number, its figure) of every mark that states a figure."""
    return [
        (trace, at, figure_of(carried[2]))
        for trace in spec["data"]
        for at, carried in enumerate(trace.get("customdata") or [])
        if isinstance(carried, list) and len(carried) == 3 and isinstance(carried[2], str)
    ]


def lines_of(spec):
    """(what the line is of, its days, values and what they rest on) of every line that says what it is of."""
    for trace in spec["data"]:
        if trace.get("meta"):
            values = unpacked(trace["y"])
            days = (
                trace.get("x")
                or pd.date_range(trace["x0"], periods=len(values)).strftime("%Y-%m-%d").tolist()
            )
            yield trace["meta"].split("|", 4), days, values, unpacked(trace["customdata"])


def unpacked(rows):
    """Rows of numbers, which travel as bytes."""
    if not isinstance(rows, dict):
        return rows
    flat = np.frombuffer(base64.b64decode(rows["bdata"]), dtype=rows["dtype"])
    return flat.reshape([int(part) for part in rows.get("shape", str(flat.size)).split(",")]).tolist()
