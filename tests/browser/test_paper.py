"""What a page is on paper, as Chromium prints it: every row, whose figures they are, and nothing that only a screen can do."""

import io
import re
import unicodedata

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.views import PATHS

PAGES = [path for path in PATHS[1:] if path != "present"]  # slides say on themselves whose figures they are
UPRIGHT = {"school", "indicator", "reminders", "help"}
ALL_OWED = {"on": "2022-10-31", "statuses": "overdue,behind,on_track,no_data"}
NTPC = {"programme": "ntpc-5g-112"}
OF_ONE_SCHOOL = {"school": "八斗國小"}  # some sheets of rows given back; those of all schools are fifty more
TURNS = ("上一頁", "下一頁")
MISSING = "沒有印出"

# The rows of a table that can be seen, by what its first column says.
ROWS = """table => [...document.querySelectorAll(`[data-testid="stMain"] ${table} > tbody > tr`)]
    .filter(row => row.checkVisibility()).map(row => row.cells[0].innerText.trim())"""
FAULTS = """() => [...document.querySelectorAll('[data-testid="stMain"] .fault')]
    .filter(row => row.checkVisibility()).length"""
HEADINGS = """() => [...document.querySelectorAll('[data-testid="stMain"] :is(h2, h3, summary)')]
    .filter(one => one.checkVisibility()).map(one => one.innerText.trim().split('\\n').at(-1))"""


def on_paper(view):
    """The view as it is printed, but not yet asked to print: what can be read needs no script and no server."""
    view.page.emulate_media(media="print")
    return view


def prints(view):
    """What the browser does when somebody prints."""
    view.page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")


def sheets(view):
    """The sheets of paper."""
    return PdfReader(io.BytesIO(view.page.pdf(prefer_css_page_size=True))).pages


def plain(text):
    """A text as it can be compared with a PDF's, which holds the radicals ⼩ and ⻑ where 小 and 長 look the same, and its own
    spaces."""
    return re.sub(r"[\s\u2010-\u2015]", "", unicodedata.normalize("NFKC", text)).replace("⻑", "長")


def lines_of(sheet):
    """What stands on a sheet, line by line: first what stands around the page."""
    return [plain(line) for line in sheet.extract_text().splitlines() if line.strip()]


def test_the_reminders_print_every_school_whichever_page_is_shown(kept, product):
    view = kept("reminders", **ALL_OWED)
    schools = list(dict.fromkeys(key[3] for key in product.results("2022-10-31") if key[3]))
    assert len(schools) == 41
    for listed in (40, 1):
        assert len(view.page.evaluate(ROWS, ".owed")) == listed, "the screen turns its pages"
        # Asked to print: a browser says that the medium changed with its next frame, which may come after the question.
        prints(on_paper(view))
        text = view.page.locator('[data-testid="stMain"]').inner_text()
        assert view.page.evaluate(ROWS, ".owed") == schools
        assert not [turn for turn in TURNS if turn in text]
        view.page.emulate_media(media="screen")
        if listed > 1:
            view.page.get_by_role("link", name="下一頁").click()
            expect(view.page.get_by_role("link", name="上一頁")).to_be_visible()
            view.settle()


def test_the_data_print_every_row_given_back(kept):
    view = kept("data")
    listed = int(re.search(r"被退回：(\d+) 列", view.text())[1])
    assert listed > 100 and view.page.evaluate(FAULTS) == 20
    prints(on_paper(view))
    view.page.wait_for_function(f"({FAULTS})() === {listed}")
    text = view.page.locator('[data-testid="stMain"]').inner_text()
    assert not [turn for turn in TURNS if turn in text]


def test_what_is_folded_is_open_on_paper_and_a_fold_of_controls_is_not_there(kept):
    view = kept("data", school="深美國小")
    files = '[aria-label="讀到的檔案"] table'
    assert view.page.evaluate(ROWS, files) == []
    assert len(on_paper(view).page.evaluate(ROWS, files)) > 30
    folds = "\n".join(view.page.evaluate(HEADINGS))
    assert "檔案與工作表" in folds and "放入檔案" not in folds


def test_many_rows_are_fetched_when_somebody_prints_and_said_to_be_missing_where_they_cannot_be(kept):
    view = kept("indicator", kpi="a1a2", school="深美國小")
    told = view.page.get_by_text(re.compile("下表：已計入")).inner_text()
    units = sum(map(int, re.findall(r"\d+", told)))
    assert len(view.page.evaluate(ROWS, ".tall table")) == 30 < units
    view.page.route("**/files/*", lambda route: route.abort())
    on_paper(view)
    prints(view)
    assert MISSING in view.page.evaluate(ROWS, ".tall table")[-1]
    view.page.unroute("**/files/*")
    prints(view)
    assert len(view.page.evaluate(ROWS, ".tall table")) == units
    assert MISSING not in view.text()


@pytest.mark.parametrize(
    ("page", "asked"),
    [*((page, OF_ONE_SCHOOL if page == "data" else {}) for page in PAGES), ("school", NTPC)],
    ids=[*PAGES, "school with a plan"],
)
def test_each_sheet_says_whose_figures_it_bears_and_no_heading_ends_one(kept, page, asked):
    view = kept(page, **asked)
    title = view.page.locator("h1").first.inner_text()
    programme = view.page.get_by_test_id("stSidebar").locator(".brand small").inner_text()
    day, snapshot, mark = re.search(r"截至 (\S+) · 資料快照 (.+?) · 指紋 (\S+)", view.text()).groups()
    printed = sheets(view)
    headings = {plain(heading) for heading in on_paper(view).page.evaluate(HEADINGS)}
    for number, sheet in enumerate(printed, 1):
        lines = lines_of(sheet)
        around = "".join(lines[:2])
        for told in (programme, title, f"截至 {day}", f"資料快照 {snapshot} · 指紋 {mark}",
                     f"第 {number} 頁，共 {len(printed)} 頁"):  # fmt: skip
            assert plain(told) in around, (number, told)
        assert lines[-1] not in headings, number
        upright = page in UPRIGHT and not (page == "school" and asked)
        assert (sheet.mediabox.height > sheet.mediabox.width) == upright
    first = "".join(lines_of(printed[0]))
    signs = ("✓ 達標", "▼ 落後", "✕ 逾期未達", "? 未填報", "! 要留意")
    assert plain("檢視範圍：教育處") in first and all(plain(sign) in first for sign in signs)


def test_a_table_repeats_its_head_on_each_sheet_and_no_row_goes_on_to_the_next(kept, product):
    printed = sheets(kept("reminders", era="ce", **ALL_OWED))
    schools = {key[3] for key in product.results("2022-10-31") if key[3]}
    assert len(printed) > 3
    for sheet in printed[1:]:
        lines = lines_of(sheet)
        head = next(at for at, line in enumerate(lines) if plain("還差什麼") in line)
        assert any(lines[head + 1].startswith(plain(school)) for school in schools), lines[: head + 3]


def test_paper_says_what_is_chosen_and_offers_nothing_to_click(kept):
    view = on_paper(kept("reminders", statuses="overdue,behind", school="八斗國小"))
    text = view.page.locator('[data-testid="stMain"]').inner_text()
    assert "狀態 ✕ 逾期未達、▼ 落後" in text and "分組 全部" in text
    assert not [told for told in ("擬訊息", "下載", "清除篩選") if told in text]
    view = on_paper(kept("data", table="training", school="八斗國小"))
    assert "資料表 研習紀錄" in view.page.locator('[data-testid="stMain"]').inner_text()


def test_paper_is_white_whatever_the_screen_is(browser, product):
    window = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page = window.new_page()
    page.goto(product.address("reminders", school="八斗國小"))
    expect(page.get_by_test_id("stCode")).to_be_visible()
    colours = """() => ['html', 'body', '.stApp', '[data-testid="stCode"] pre'].map(
        test => getComputedStyle(document.querySelector(test)).backgroundColor)"""
    assert "rgb(255, 255, 255)" not in page.evaluate(colours)
    page.emulate_media(media="print", color_scheme="dark")
    assert set(page.evaluate(colours)) == {"rgb(255, 255, 255)"}
    window.close()
