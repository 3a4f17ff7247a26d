"""Data that change while pages are open: the update button, pages that follow, a source out of reach, a file dropped in.

The product is one of its own, since its data folder is changed.
"""

import datetime as dt
import json
import re
import shutil
import time

import pytest
from playwright.sync_api import expect

from dashboard.ui.frame import following
from dashboard.warehouse import status
from tests.browser.conftest import PROGRAMME, WIDTHS, serving
from tests.running import PATIENCE

SCHOOL = "深澳國小"
VISITS = "學校名稱,輔導日期,輔導人員,主題\n深澳國小,111/11/01,甲,補\n"


@pytest.fixture(scope="module")
def product(tmp_path_factory, sample_data, sample_warehouse):
    """The sample of one programme, built already."""

    def prepare(folder):
        shutil.copytree(sample_data, folder / "sample" / "data" / PROGRAMME)
        shutil.copytree(sample_warehouse, folder / "sample" / "warehouse")
        told = f'[data]\n{PROGRAMME} = "data/{PROGRAMME}"\n'
        (folder / "sample" / "kpi.toml").write_text(told, encoding="utf-8")

    with serving(tmp_path_factory, prepare) as started:
        yield started


def quiet(view):
    return view.page.locator(".kpi .quiet").first.inner_text()


def folder(product):
    return product.folder / "sample" / "data" / PROGRAMME


def place(product):
    return product.folder / "sample" / "warehouse" / PROGRAMME


def update(view):
    """Clicks, and waits until the build has noted what became of it and the page has noticed."""
    note = place(view.product) / status.REFRESH
    before, deadline = note.stat().st_mtime_ns, time.monotonic() + PATIENCE
    view.page.get_by_role("button", name="立即更新").click()
    while note.stat().st_mtime_ns == before:
        assert time.monotonic() < deadline, view.product.log.read_text(encoding="utf-8")[-2000:]
        view.page.wait_for_timeout(100)
    expect(view.page.get_by_role("button", name="立即更新")).to_be_visible()
    view.settle()


def visits(product, school=SCHOOL):
    return product.results()[("coaching", "school", "自主學習組", school)]["counted"]


def test_an_update_without_changes_leaves_the_snapshot_and_says_when_it_looked(look, product):
    view = look().open("data")
    before = quiet(view)
    update(view)
    expect(view.page.locator(".kpi .sub", has_text="已檢查")).to_be_visible()
    (looked,) = re.findall(
        r"已檢查 (\d\d:\d\d)，資料沒有變動。", view.page.locator(".kpi .sub").first.inner_text()
    )
    assert quiet(view).replace(f" · 最後檢查 {looked}", "") == before != quiet(view)


def test_a_new_snapshot_reaches_an_open_page_within_thirty_seconds_as_it_was_chosen(look, product):
    watcher, clerk = look().open("school", school=SCHOOL, on="2022-11-22"), look().open("data")
    before, address, count = quiet(watcher), watcher.page.url, int(visits(product))
    (folder(product) / "入校輔導_補.csv").write_text(VISITS, encoding="utf-8")
    update(clerk)
    assert following.LOOK_EVERY <= 30
    expect(watcher.page.locator(".kpi .quiet").first).not_to_have_text(before, timeout=180_000)
    watcher.settle()
    assert watcher.page.url == address
    shown = [
        figure for figure in watcher.figures() if figure["kpi"] == "coaching" and figure["school"] == SCHOOL
    ]
    assert {figure["counted"] for figure in shown} == {str(count + 1)} == {visits(product)}
    assert watcher.errors == clerk.errors == []


def test_who_looks_while_another_updates_sees_by_whom_and_how_far(look, product):
    with status.locked(place(product), "排程") as note:
        view = look().open("data")
        notice = view.page.locator(".kpi .msg", has_text="更新中 0%：準備")
        expect(notice).to_contain_text("由 排程 於")
        assert view.page.get_by_role("button", name="立即更新").count() == 0
        time.sleep(status.NOTED_EVERY)
        note(0.4, "讀取 觀課紀錄.csv")
        expect(view.page.locator(".kpi .msg")).to_contain_text("更新中 40%：讀取 觀課紀錄.csv")
        expect(view.page.get_by_role("progressbar", name="更新進度")).to_have_attribute("aria-valuenow", "40")
    expect(view.page.get_by_role("button", name="立即更新")).to_be_visible()


def test_a_file_is_tried_out_before_it_is_taken_and_the_former_one_is_kept(look, product, tmp_path):
    former = VISITS.replace("111/11/01", "111/11/05")
    (folder(product) / "入校輔導_換.csv").write_text(former, encoding="utf-8")
    view = look().open("data")
    update(view)
    count = int(visits(product))
    given = tmp_path / "入校輔導_換.csv"
    given.write_text(former + "深澳國小,111/11/02,甲,再補\n深奧國小,111/11/03,甲,錯校\n", encoding="utf-8")
    view.page.get_by_text("放入檔案").first.click()
    view.page.set_input_files("input[type=file]", given)
    expect(view.page.get_by_text("檢查結果")).to_be_visible()
    view.settle()
    text = view.text()
    assert "取代同名檔案" in text and "可能是「深澳國小」" in text
    assert visits(product) == str(count), "nothing is taken yet"
    view.page.get_by_role("button", name="採用").click()
    expect(view.page.get_by_text("檢查結果")).to_have_count(0)
    expect(view.page.get_by_role("button", name="立即更新")).to_be_visible()
    expect(view.page.locator(".kpi .msg", has_text="更新中")).to_have_count(0)
    view.settle()
    assert visits(product) == str(count + 1)
    (kept,) = (folder(product) / ".former").glob("*/入校輔導_換.csv")
    assert kept.read_text(encoding="utf-8") == former


def test_a_file_accepted_while_another_build_runs_is_taken_in_when_that_ends(look, product, tmp_path):
    view, other = look().open("data"), look().open("data")
    count = int(visits(product))
    given = tmp_path / "入校輔導_又補.csv"
    given.write_text(VISITS.replace("111/11/01", "111/11/04"), encoding="utf-8")
    view.page.get_by_text("放入檔案").first.click()
    view.page.set_input_files("input[type=file]", given)
    expect(view.page.get_by_text("檢查結果")).to_be_visible()
    with status.locked(place(product), "排程"):
        view.page.get_by_role("button", name="採用").click()
        expect(view.page.get_by_text("你的更新排在它後面")).to_be_visible()
        expect(other.page.locator(".kpi .msg", has_text="由 排程 於")).to_be_visible()
        assert "你的更新" not in other.text()
        assert (folder(product) / given.name).exists() and visits(product) == str(count)
    expect(view.page.get_by_text("更新完成，你放入的「入校輔導_又補.csv」已在數字裡。")).to_be_visible(
        timeout=60_000
    )
    assert visits(product) == str(count + 1)
    expect(other.page.get_by_role("button", name="立即更新")).to_be_visible()
    for one in (view, other):
        one.settle()
        assert "沒有完成" not in one.text() and one.errors == []
    assert "更新完成" not in other.text()


NO_TABLES = {
    "照片.csv": (b"\x89PNG", "不是任何資料表"),
    "研習紀錄.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "不是文字檔"),
    "教職員名冊_壞.csv": ("學校名稱,姓名\n深澳國小,甲\n".encode(), "找不到「教師編號」"),
}


def test_a_file_that_is_no_table_cannot_be_taken(look, product, tmp_path):
    view = look().open("data")
    view.page.get_by_text("放入檔案").first.click()
    for name, (content, told) in NO_TABLES.items():
        (tmp_path / name).write_bytes(content)
        view.page.set_input_files("input[type=file]", tmp_path / name)
        expect(view.page.get_by_test_id("stMain"), name).to_contain_text(told)
        view.settle()
        expect(view.page.get_by_text("不能採用"), name).to_be_visible()
        assert view.page.get_by_role("button", name="採用").count() == 0, name
        assert not (folder(product) / name).exists(), name


def test_a_source_out_of_reach_is_marked_on_every_page_and_explained_on_one(look, product):
    now = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).replace(tzinfo=None, microsecond=0)
    refresh = place(product) / status.REFRESH
    before = refresh.read_bytes()
    view = look()
    try:
        for days, mark, widths in (
            (1, "! 公開授課 停在", ("1440",)),
            (5, "✕ 公開授課 5 天未更新", ("1920", "390")),
        ):
            told = {
                "id": "x" * 30,
                "title": "全市公開授課",
                "link": "https://docs.google.com/spreadsheets/d/x/edit",
            }
            told |= {"tables": ["public_lessons"], "good_at": str(now - dt.timedelta(days=days, hours=1))}
            told |= {"problem": "Google 暫時無法服務（503）。會在下次更新再試。"}
            refresh.write_text(
                json.dumps({"at": str(now), "error": None, "sheets": [told]}), encoding="utf-8"
            )
            for page in ("group", "school", "overview", "data"):
                view.open(page) if days == 1 and page == "group" else view.go(page)
                for width in widths:
                    view.page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
                    assert mark in quiet(view), (page, width)
            assert "503" in view.text() and "沿用" in view.text()
            for width in widths:
                view.resize(*WIDTHS[width])
                assert view.serious() == [], width
    finally:
        refresh.write_bytes(before)


def test_a_notice_to_a_school_tells_each_row_and_can_be_copied(look, product):
    view = look().open("data", school=SCHOOL)
    notice = view.page.locator("pre", has_text=f"{SCHOOL} 您好")
    expect(notice).to_be_visible()
    rows = [
        row
        for row in json.loads(product.kpi("rejects", "--programme", PROGRAMME, "--format", "json"))
        if SCHOOL in row["file"]
    ]
    assert rows
    for row in rows:
        assert f"{row['file']} 第 {row['line']} 列" in notice.inner_text()
        assert row["message"] in notice.inner_text()
