"""The slides of a meeting: the figures of `kpi results` and their flags, on the page, in the file and on paper; and no names."""

import dataclasses
import datetime as dt
import functools
import html
import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from dashboard import access, questions, warehouse
from dashboard.exports import document, pdf, report, slide_facts, slides
from dashboard.language import words
from dashboard.language.texts import Manner, written
from dashboard.rows import Finding, Group, Kpi, SchoolResult
from tests.cases.tables import COACHING, built
from tests.pages import html_of, open_page
from tests.running import figure_of, named
from tests.samples import MEETINGS, NTPC, SCOPES, Place, people_of, wanted

FIGURES = ("counted", "base", "required")


def cells(made: document.Document) -> Iterator[document.Cell]:
    for slide in made.slides:
        for row in slide.table.rows if slide.table else ():
            yield from row


def values(row: dict[str, str]) -> list[str]:
    return [row["status"], *(row[name] for name in FIGURES), row["flags"]]


def stated(page: str) -> dict[tuple[str, ...], list[list[str]]]:
    """What each cell of a page states of its figure, by what the figure is of."""
    found: dict[tuple[str, ...], list[list[str]]] = {}
    for one in re.findall(r'data-figure="([^"]*)"', page):
        figure = figure_of(html.unescape(one))
        key = (figure["kpi"], figure["period"], figure["level"], figure["group"], figure["school"])
        found.setdefault(key, []).append(values(figure))
    return found


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_every_figure_and_flag_of_the_scope_is_on_a_slide_and_is_that_of_kpi_results(keelung: Place, scope):
    found = stated(keelung.export("html", *scope).decode())
    expected = wanted(keelung, scope)
    if scope == SCOPES["city"]:
        assert len(expected) > 400
    assert set(found) == set(expected)
    for key, every in found.items():
        assert all(one == values(expected[key]) for one in every), key


def test_every_figure_of_the_other_programme_is_on_a_slide_too(both: Path, tmp_path: Path):
    place = Place(both / "warehouse", tmp_path, NTPC, MEETINGS[NTPC][0])
    found, expected = (
        stated(place.export("html", "--compare", MEETINGS[place.programme][1]).decode()),
        wanted(place),
    )
    assert set(found) == set(expected) and len(expected) > 100
    assert all(one == values(expected[key]) for key, every in found.items() for one in every)


def test_what_a_cell_says_is_its_figure_with_the_mark_of_each_flag(each_programme: Place):
    """What is read, not what is stated: the counts, the rate with its counts, the sign of the status, the marks."""
    kpis = {
        (one.kpi, period.period): one
        for period in each_programme.view.periods
        for one in questions.ask(each_programme.view, Kpi, period=period.period)
    }
    seen = 0
    for slide in slides.document(each_programme.view).slides:
        for row in slide.table.rows if slide.table else ():
            for cell in row:
                if not (figure := cell.figure):
                    continue
                seen += 1
                letters = [
                    chr(ord("a") + list(words.FLAGS).index(code)) for code in figure.flags.split(";") if code
                ]
                assert cell.mark == ("!" + "".join(sorted(letters)) if letters else "")
                said = {line: flag for line, flag in zip("abcde", words.FLAGS.values(), strict=True)}
                for letter in letters:
                    assert any(f"{letter} {said[letter].source_text}" in line for line in slide.flags)
                unit = kpis[figure.kpi, figure.period].unit
                if figure.level == "school" and slide.key.startswith("group"):
                    assert cell.text.startswith(words.STATUSES[figure.status].sign)
                    counted = "未填報" if figure.counted is None else words.brief(figure.counted, unit)
                    assert counted in cell.text
                    assert figure.required is None or f"/{words.brief(figure.required, unit)}" in cell.text
                elif figure.level != "school" and figure.counted is not None:
                    assert (
                        words.number(figure.counted) in cell.text
                        or words.brief(figure.counted, unit) in cell.text
                    )
                    if figure.base:
                        assert words.percent(figure.counted, figure.base) in cell.text
                        assert f"{words.number(figure.counted)}/{words.number(figure.base)}" in cell.text
    assert seen > 100


def pages_of(made: bytes) -> list[str]:
    """The text of each page, as one would select and copy it."""
    return [normal(page.extract_text()) for page in PdfReader(io.BytesIO(made)).pages]


def normal(text: str) -> str:
    return re.sub(r"\s+", "", text)


@functools.cache
def printed(folder_of: Path, programme: str, paper: str) -> bytes:
    """The slides of the city, compared, on paper."""
    with tempfile.TemporaryDirectory() as folder:
        at = Place(folder_of, Path(folder), programme, MEETINGS[programme][0])
        return at.export("pdf", "--compare", MEETINGS[programme][1], "--paper", paper)


@pytest.mark.parametrize("paper", ["16:9", "a4"])
def test_the_pdf_prints_each_slide_on_a_sheet_with_all_it_says(each_programme: Place, paper: str):
    made = printed(each_programme.warehouse, each_programme.programme, paper)
    shown, sheets = slides.document(each_programme.view), pages_of(made)
    assert len(sheets) == len(shown.slides)
    for at, (slide, sheet) in enumerate(zip(shown.slides, sheets, strict=True), start=1):
        said = [
            slide.about,
            slide.title,
            shown.whose,
            shown.snapshot,
            f"{at}/{len(sheets)}",
            *slide.lines,
            *slide.flags,
        ]
        said += [
            f"{cell.text}{cell.mark}" for row in (slide.table.rows if slide.table else ()) for cell in row
        ]
        assert [text for text in said if normal(text) not in sheet] == [], slide.key


def test_the_pdf_is_tagged_has_an_outline_and_is_as_large_as_its_paper(both: Path):
    wide, upright = (
        PdfReader(io.BytesIO(printed(both / "warehouse", "keelung-111", paper))) for paper in ("16:9", "a4")
    )
    assert wide.trailer["/Root"]["/MarkInfo"]["/Marked"] and wide.trailer["/Root"]["/Lang"] == "zh-Hant"
    assert len([one for one in wide.outline if not isinstance(one, list)]) == len(wide.pages)
    assert [round(side) for side in wide.pages[0].mediabox[2:]] == [960, 540]
    assert [round(float(side) / 72 * 25.4) for side in upright.pages[0].mediabox[2:]] == [297, 210]


def test_without_a_browser_the_pdf_says_what_to_do(keelung: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(pdf, "PLACES", ())
    done = keelung.ask("export", "pdf", "--output", keelung.folder / "out.pdf")
    assert done.code == 3 and "沒有可以列印的瀏覽器" in done.err and "kpi export html" in done.err
    assert not (keelung.folder / "out.pdf").exists()


@pytest.mark.parametrize("script", ["exit 0", "exit 7"], ids=["prints nothing", "fails"])
def test_a_browser_that_does_not_print_is_told(
    keelung: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
):
    browser = tmp_path / "bin" / "chromium"
    browser.parent.mkdir()
    browser.write_text(f"#!/bin/sh\n{script}\n")
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(browser.parent))
    done = keelung.ask("export", "pdf", "--output", keelung.folder / "out.pdf")
    assert done.code == 3 and "沒有印出來" in done.err and "kpi export html" in done.err


def test_no_teacher_is_named_even_to_one_who_sees_names(keelung: Place):
    people = {name for name in people_of(keelung) if len(name) > 2}
    assert len(people) > 1000
    view = keelung.view
    view = dataclasses.replace(view, scope=dataclasses.replace(view.scope, names=True))
    made = slides.document(view)
    text = report.page(made) + "\n".join(note for slide in made.slides for note in slide.notes)
    assert named(text, people) == set()


def test_without_schools_no_school_is_named_in_any_part(each_programme: Place):
    names = {one.name for one in each_programme.scope_of(())} | {
        one.short for one in each_programme.scope_of(()) if len(one.short) > 1
    }
    whole = slides.document(each_programme.view, slide_facts.Choices(schools=False))
    notes = "\n".join(note for slide in whole.slides for note in slide.notes)
    text = (
        each_programme.export(
            "html", "--compare", MEETINGS[each_programme.programme][1], "--without-schools"
        ).decode()
        + notes
    )
    assert [name for name in names if name in text] == []
    found = stated(text)
    assert {key[2] for key in found} == {"city", "group"}
    expected = wanted(each_programme)
    assert {key for key in expected if key[2] != "school"} == set(found)


@pytest.mark.parametrize("scope", [SCOPES["group"], SCOPES["school"]], ids=["group", "school"])
def test_nothing_outside_the_scope_is_in_the_file(keelung: Place, scope: tuple[str, str]):
    names = {one.name for one in keelung.scope_of(scope)}
    others = {one.name for one in keelung.scope_of(())} - names
    text = keelung.export("html", *scope, "--compare", "2022-10-21").decode()
    assert [name for name in others if name in text] == [] and all(name in text for name in names)
    groups = {one.group_name for one in keelung.scope_of(())} - {
        one.group_name for one in keelung.scope_of(scope)
    }
    assert [name for name in groups if name in text] == []


@pytest.mark.parametrize("scope", ["group", "school"])
def test_what_a_slide_says_of_a_scope_is_of_its_schools_alone(each_programme: Place, scope: str):
    """The city stands as a line for comparison, and nowhere else."""
    one = next(row for row in each_programme.scope_of(()) if row.role != "lead")
    own = {"group": one.group_name, "school": one.name}[scope]
    ids = tuple(row.school_id for row in each_programme.scope_of(("", own)))
    view = dataclasses.replace(each_programme.view, scope=access.Scope(own, ids))
    results = [row for row in each_programme.results() if row["level"] == "school" and row["school"] in {
        row.name for row in each_programme.scope_of(("", own))}]  # fmt: skip
    several = 0
    for slide in slides.document(view).slides:
        _, _, rest = slide.key.partition("kpi-")
        if not rest or slide.key.endswith("-2"):
            continue
        kpi, _, period = rest.partition("-")
        mine = [row for row in results if (row["kpi"], row["period"]) == (kpi, period)]
        many = {
            status: sum(row["status"] == status for row in mine) for status in ("met", "behind", "overdue")
        }
        judged = sum(row["status"] in words.JUDGED for row in mine)
        for status, word in (("overdue", "逾期未達"), ("behind", "落後")):
            said = [int(number) for number in re.findall(rf"(\d+) 校{word}", slide.title)]
            assert said in ([], [many[status]]), slide.title
        if scope == "school":
            assert slide.big is None and slide.curve is None
            assert not re.search(r"\s[，；]|\s\s", slide.title), slide.title
        elif slide.big:
            assert (slide.big.value, slide.big.of.split()[0]) == (str(many["met"]), f"/{judged}")
            several += 1
        assert "全市" not in slide.title and (slide.curve is None or "全市" not in slide.curve.title)
    assert scope == "school" or several > 3


def test_the_same_figures_are_the_same_bytes(keelung: Place):
    assert keelung.export("html") == keelung.export("html")


def test_the_order_is_the_worst_first_or_the_definitions(keelung: Place):
    def keys(order: str) -> list[str]:
        made = slides.document(keelung.view, slide_facts.Choices(order))
        return [slide.key for slide in made.slides]

    defined = [one.kpi for one in questions.ask(keelung.view, Kpi, period="111")]
    groups = [one.name for one in questions.ask(keelung.view, Group)]
    assert [key for key in keys("definition") if key[:4] == "kpi-"] == [f"kpi-{kpi}-111" for kpi in defined]
    assert [key for key in keys("definition") if key[:6] == "group-"] == [f"group-{name}" for name in groups]
    late: dict[str, int] = {}
    for row in keelung.results("--level", "school"):
        unread = {"unreadable_source", "stale_source"} & set(row["flags"].split(";"))
        late[row["kpi"]] = late.get(row["kpi"], 0) + (row["status"] in ("behind", "overdue") and not unread)
    by_gap = [late[key.split("-")[1]] for key in keys("gap") if key[:4] == "kpi-"]
    assert by_gap == sorted(by_gap, reverse=True) and by_gap[0] > by_gap[-2]


def test_what_changed_since_the_compared_day_is_a_slide_of_its_own(keelung: Place):
    def standing(day: str) -> dict[tuple[str, str], str]:
        rows = keelung.ask("results", "--format", "csv", "--as-of", day, "--level", "school").rows
        return {(row["kpi"], row["school"]): row["status"] for row in rows}

    then, now = standing("2022-10-21"), standing("2022-11-25")
    new = {key for key, status in now.items() if status == "met" and then[key] != "met"}
    (since,) = [slide for slide in slides.document(keelung.view).slides if slide.key == "since"]
    assert f"{len({school for _, school in new})} 校新達標" in since.title
    alone = dataclasses.replace(keelung.view, versus=None)
    assert [slide for slide in slides.document(alone).slides if slide.key == "since"] == []


def test_nobody_is_told_to_be_late_by_a_file_that_was_not_read(
    keelung: Place, monkeypatch: pytest.MonkeyPatch
):
    def late_names() -> str:
        made = slides.document(keelung.view)
        lines = [line for slide in made.slides if slide.key.startswith("kpi-") for line in slide.lines]
        changed = [
            cell.text
            for slide in made.slides
            if slide.key == "since"
            for row in slide.table.rows
            for cell in row[3:]
        ]
        return "".join([*lines, *changed])

    assert "七堵國小" in late_names()
    answer = questions.answers

    def unread(snapshot: Any, scope: Any, kind: type[Any], parameters: Any = ()) -> list[Any]:
        rows = answer(snapshot, scope, kind, parameters)
        if kind is not SchoolResult:
            return rows
        return [dataclasses.replace(row, flags="unreadable_source") for row in rows]

    monkeypatch.setattr(questions, "answers", unread)
    assert not re.search("國小|小學", late_names())


@pytest.mark.parametrize("schools", [True, False])
def test_all_that_needs_a_decision_is_listed_and_what_is_overdue_comes_first(
    each_programme: Place, schools: bool
):
    view = each_programme.view
    made = slides.document(view, slide_facts.Choices(schools=schools))
    every = [slide for slide in made.slides if slide.key.startswith("decide")]
    lines = [row for slide in every for row in slide.table.rows]
    if schools:
        asked = {"on": view.on, "versus": view.versus}
        findings = [
            row for one in view.periods for row in questions.ask(view, Finding, period=one.period, **asked)
        ]
        assert len(lines) == len(findings)
    assert all(f"{len(lines)} 件需要決定" in slide.title for slide in every) and len(lines) > 3
    order = [("overdue", "behind", "on_track", "no_data").index(line[0].status) for line in lines]
    assert order == sorted(order) and order[0] == 0


HOSTILE = '<img src=x onerror="alert(1)">&amp;\' </section><script>'


def test_hostile_text_of_a_definition_is_text(keelung: Place, monkeypatch: pytest.MonkeyPatch):
    answer = questions.answers
    spoilt = {"kpis": ("label", "short", "unit", "rule", "clause"), "groups": ("name",), "schools": ("name", "group_name"),
              "tables": ("label",), "school_results": ("school_name",), "attention": ("school_names",),
              "data_to_mend": ("label", "school_names"), "kpi_flags": ("message",), "deadlines": ("short", "unit")}  # fmt: skip

    def hostile(snapshot: Any, scope: Any, kind: type[Any], parameters: Any = ()) -> list[Any]:
        rows = answer(snapshot, scope, kind, parameters)
        return [
            dataclasses.replace(row, **dict.fromkeys(spoilt.get(kind.QUERY, ()), HOSTILE)) for row in rows
        ]

    monkeypatch.setattr(questions, "answers", hostile)
    page = report.page(slides.document(keelung.view))
    assert (
        "<img" not in page
        and page.count("<script") == 1
        and page.count("</section>") == page.count("<section")
    )
    assert "&lt;img src=x onerror=" in page


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("xlsx", "--compare", "2022-10-21"), "--compare 只用於簡報"),
        (("ods", "--without-schools"), "--without-schools 只用於簡報"),
        (("xlsx", "--order", "definition"), "--order 只用於簡報"),
        (("ods", "--paper", "a4"), "--paper 只用於簡報"),
        (("html", "--compare", "2022-11-25"), "--compare 要早於截至日"),
        (("html", "--compare", "2022-12-01"), "--compare 要早於截至日"),
    ],
)
def test_an_option_that_fits_not_is_refused(keelung: Place, options: tuple[str, ...], said: str):
    kind, *others = options
    file = keelung.folder / f"out.{kind}"
    done = keelung.ask("export", kind, "--output", file, "--as-of", "2022-11-25", *others)
    assert done.code == 2 and said in done.err and not file.exists()


def test_the_page_has_the_slides_of_the_file(served: Path, sample_warehouse: Path, keelung: Place):
    page = html_of(open_page("present", on="2022-11-25", vs="2022-10-21"))
    file = keelung.export("html", "--compare", "2022-10-21").decode()
    ours = re.compile(r'<section class="slide".*?</section>', re.S)
    assert len(ours.findall(file)) > 15
    assert [one.split("資料快照")[0] for one in ours.findall(page)] == [
        one.split("資料快照")[0] for one in ours.findall(file)
    ]


def test_the_page_offers_the_same_slides_as_the_commands_files(served: Path, keelung: Place):
    app = open_page("present", on="2022-11-25", vs="2022-10-21")
    every = [offer for _, offer in app.session_state["offers"].values()]  # the first page's are among them
    offers = {offer.name.rpartition(".")[2]: offer for offer in every if offer.name.startswith("簡報_")}
    assert set(offers) == {"html", "pdf", "pptx"}
    on_page = re.findall(r'class="file" href="[^"]+" download="([^"]+)"', html_of(app))
    assert on_page == [offers[kind].name for kind in ("html", "pdf", "pptx")]
    served_snapshot = questions.standing(served, "keelung-111")[0]
    own = Place(served, keelung.folder)
    assert own.view.snapshot == served_snapshot
    for kind in ("html", "pptx"):
        assert offers[kind].make() == own.export(kind, "--compare", "2022-10-21")


@pytest.mark.parametrize(
    ("asked", "start", "leave"),
    [
        ({}, "", "./overview?"),
        ({"kpi": "a1a2"}, "kpi-a1a2-111", "./indicator?"),
        ({"group": "行動學習組"}, "group-行動學習組", "./group?"),
        ({"school": "深澳國小"}, "group-自主學習組", "./school?"),
        ({"school": "深澳國小", "kpi": "a1a2"}, "kpi-a1a2-111", "./school?"),
    ],
)
def test_the_page_begins_with_what_was_chosen_and_leads_back_there(served, asked, start, leave):
    page = html_of(open_page("present", **asked))
    assert f'data-start="{start}"' in page
    assert re.search(rf'class="leave" href="{re.escape(leave)}', page)


def test_every_page_leads_to_the_slides_with_what_is_chosen_there(served):
    for name, asked in {
        "overview": {}, "group": {"group": "行動學習組"}, "school": {"school": "深澳國小"}, "indicator": {"kpi": "a1a2"},
        "reminders": {}, "data": {}, "help": {},
    }.items():  # fmt: skip
        (href,) = re.findall(
            r'<a href="(\./present\?[^"]*)" class="present"|$',
            html_of(open_page(name, vs="2022-10-21", **asked)),
        )[:1]
        target = html.unescape(href)
        assert "vs=2022-10-21" in target and all(f"{key}=" in target for key in asked), name


def test_a_bad_address_is_told_to_the_presenter(served):
    page = html_of(open_page("present", on="11/25"))
    assert re.search(r"<ul class=notices><li>! [^<]*網址裡的日期", page)


def test_the_slides_speak_english_without_a_chinese_letter_of_the_product(keelung: Place):
    with written(Manner("en", "ce")):
        page = report.page(slides.document(keelung.view))
    names = {one.name for one in keelung.scope_of(())} | {one.group_name for one in keelung.scope_of(())}
    text = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", page, flags=re.S)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    left = set(re.findall(r"[\u4e00-\u9fff]+", re.sub(r"<[^>]*>", " ", text)))
    assert left == set()


@pytest.mark.parametrize("day", ["2021-01-01", "2022-12-31", "2030-01-01"])
def test_a_city_almost_without_data_has_slides_on_any_day(tmp_path: Path, day: str):
    place = built(tmp_path, coaching=[COACHING])
    on = dt.date.fromisoformat(day)
    view = questions.unaddressed(
        warehouse.current(place, "keelung-111"), access.bureau(), on, on - dt.timedelta(7)
    )
    made = slides.document(view)
    page = report.page(made)
    assert "nan" not in page and "None" not in page
    kinds = list(dict.fromkeys(slide.key.partition("-")[0] for slide in made.slides))
    assert kinds[-3:] == ["decide", "since", "data"]
    assert all(slide.title for slide in made.slides)
