"""kpi.toml: every key does what it says, and what is wrong with one is one sentence that tells where and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.definitions import deployment
from dashboard.definitions.deployment import Config, ConfigError
from dashboard.definitions.places import Entry, Spreadsheet, gid_in, id_in
from tests.running import kpi

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
LINK = f"https://docs.google.com/spreadsheets/d/{ID}/edit"


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine that the tests run on."""
    for name in (deployment.VARIABLE, deployment.KEY_VARIABLE):
        monkeypatch.delenv(name, raising=False)


def loaded(folder: Path, text: str) -> Config:
    """The configuration of a kpi.toml."""
    (folder / "kpi.toml").write_text(text, encoding="utf-8")
    return deployment.load(folder)


def test_every_key_does_what_it_says(tmp_path: Path):
    found = loaded(
        tmp_path,
        f"""
programmes = ["keelung-111"]
data = "exports"
warehouse = "/srv/kpi"
stale_after_days = 7

[google]
key = "keys/reader.json"
deadline = "90s"

[[spreadsheets]]
link = "{LINK}#gid=7"
programme = "keelung-111"
by_link = true

[[spreadsheets]]
link = "{ID}B"

[[spreadsheets.worksheets]]
title = "表單回應 1"
table = "achievement"
rename = {{ "填表時間" = "時間戳記" }}
constants = {{ "評量方式" = "短期學習成效" }}

[[spreadsheets.worksheets]]
gid = 12
table = ""

[[files]]
name = "彙整.xlsx#工作表1"
table = "training"
""",
    )
    assert (found.programmes, found.configured) == (("keelung-111",), True)
    assert (found.data, found.warehouse) == (tmp_path / "exports", Path("/srv/kpi"))
    assert (found.key, found.deadline, found.stale_after_days) == (tmp_path / "keys/reader.json", 90.0, 7)
    form = Entry("achievement", {"填表時間": "時間戳記"}, {"評量方式": "短期學習成效"})
    assert found.spreadsheets == (
        ("keelung-111", Spreadsheet(ID, (7,), {}, True)),
        (None, Spreadsheet(f"{ID}B", (12,), {"表單回應 1": form, 12: Entry("")}, False)),
    )
    assert found.files == {"彙整.xlsx#工作表1": Entry("training")}


def test_everything_may_be_left_out(tmp_path: Path):
    found = loaded(tmp_path, "")
    assert (found.programmes, found.data, found.warehouse) == ((), tmp_path / "data", tmp_path / "warehouse")
    assert (found.key, found.deadline, found.stale_after_days) == (None, 300.0, 3)
    assert (found.spreadsheets, found.files, found.configured) == ((), {}, True)


@pytest.mark.parametrize("data", [True, False])
def test_without_a_file_the_data_folder_alone_decides(tmp_path: Path, data: bool):
    if data:
        (tmp_path / "data").mkdir()
    found = deployment.load(tmp_path)
    assert (found.configured, found.data, found.warehouse) == (
        data,
        tmp_path / "data",
        tmp_path / "warehouse",
    )


def test_a_folder_a_programme_and_its_own_spreadsheets(tmp_path: Path):
    found = loaded(
        tmp_path,
        f'[data]\n"keelung-111" = "基隆"\n"demo-112" = "/srv/demo"\n'
        f'[[spreadsheets]]\nlink = "{ID}"\nprogramme = "demo-112"\n[[spreadsheets]]\nlink = "{ID}B"\n',
    )
    (tmp_path / "基隆").mkdir()
    ours, others = found.places_of("keelung-111"), found.places_of("demo-112")
    assert (ours.folder, [one.id for one in ours.spreadsheets]) == (tmp_path / "基隆", [f"{ID}B"])
    assert [one.id for one in others.spreadsheets] == [ID, f"{ID}B"]
    assert others.folder is None  # not there, and not needed beside spreadsheets
    assert found.folder_of("another") == tmp_path / "data"


def test_one_spreadsheet_may_serve_two_programmes(tmp_path: Path):
    sheet = '[[spreadsheets]]\nlink = "{}"\nprogramme = "{}"\n'
    found = loaded(tmp_path, sheet.format(ID, "keelung-111") + sheet.format(ID, "demo-112"))
    assert [one.id for one in found.places_of("demo-112").spreadsheets] == [ID]


def test_a_data_folder_of_the_command_line_is_the_only_source(tmp_path: Path):
    found = loaded(tmp_path, f'[data]\n"keelung-111" = "基隆"\n[[spreadsheets]]\nlink = "{ID}"\n')
    changed = deployment.with_folders(found, ("keelung-111",), tmp_path / "other", tmp_path / "w")
    assert (changed.programmes, changed.folders, changed.spreadsheets) == (("keelung-111",), {}, ())
    assert (changed.folder_of("keelung-111"), changed.warehouse) == (tmp_path / "other", tmp_path / "w")
    assert deployment.with_folders(found, (), None, None) == found


def test_the_key_of_the_environment_is_taken_where_the_file_names_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(deployment.KEY_VARIABLE, "/etc/kpi/reader.json")
    assert loaded(tmp_path, "").key == Path("/etc/kpi/reader.json")
    assert loaded(tmp_path, '[google]\nkey = "own.json"\n').key == tmp_path / "own.json"
    assert loaded(tmp_path, '[google]\nkey = ""\n').key is None


def test_the_key_may_lie_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert loaded(tmp_path, '[google]\nkey = "~/reader.json"\n').key == tmp_path / "home" / "reader.json"


def test_the_served_product_learns_its_file_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    loaded(tmp_path, 'data = "exports"\n')
    for name in (tmp_path, tmp_path / "kpi.toml"):
        monkeypatch.setenv(deployment.VARIABLE, str(name))
        assert deployment.from_environment().data == tmp_path / "exports"


@pytest.mark.parametrize(
    ("link", "id", "gid"),
    [
        (LINK, ID, 0),
        (f"{LINK}#gid=0", ID, 0),
        (f"{LINK}?gid=123#gid=123", ID, 123),
        (f"{LINK}?usp=sharing", ID, 0),
        (f"{LINK}?usp=sharing&gid=45", ID, 45),
        (f"https://docs.google.com/spreadsheets/d/{ID}", ID, 0),
        (f"https://docs.google.com/spreadsheets/d/{ID}/", ID, 0),
        (f"https://docs.google.com/spreadsheets/u/0/d/{ID}/edit#gid=9", ID, 9),
        (f"https://docs.google.com/spreadsheets/u/12/d/{ID}/edit", ID, 0),
        (f"https://docs.google.com/spreadsheets/d/{ID}/htmlview", ID, 0),
        (ID, ID, 0),
        ("", None, 0),
        ("表單", None, 0),
        ("1AbC", None, 0),
        (f"http://docs.google.com/spreadsheets/d/{ID}/edit", None, 0),
        (f"https://docs.google.com.example/spreadsheets/d/{ID}/edit", None, 0),
        (f"https://example.org/?x=https://docs.google.com/spreadsheets/d/{ID}/edit", None, 0),
        (f"https://docs.google.com/document/d/{ID}/edit", None, 0),
        (f"https://docs.google.com/forms/d/{ID}/edit", None, 0),
        (f"{ID}/../../x", None, 0),
        (f"{LINK}\n", None, 0),
    ],
)
def test_a_link_gives_the_spreadsheet_and_its_worksheet(link: str, id: str | None, gid: int):
    assert id_in(link) == id
    assert id is None or gid_in(link) == gid


SHEET = f'[[spreadsheets]]\nlink = "{ID}"\n'
ENTRY = f'{SHEET}[[spreadsheets.worksheets]]\ntitle = "甲"\n'
NAMELESS = "的 spreadsheets 第 1 個：每個 worksheets 須有 title（文字）或 gid（數字）。"
WRONG = {
    "an unknown key": ('warehause = "x"', "有不認得的鍵：warehause。可用的鍵：programmes、data、"),
    "an unknown key of google": ('[google]\ntoken = "x"', "有不認得的鍵：google.token。可用的鍵：key、deadline。"),
    "an unknown key of a spreadsheet": (f'{SHEET}url = "x"', "有不認得的鍵：spreadsheets 第 1 個的 url。"),
    "an unknown key of a worksheet": (f'{ENTRY}name = "x"', "spreadsheets 第 1 個的 worksheets.name。"),
    "an unknown key of a file": ('[[files]]\nname = "x.csv"\ntitle = "x"', "files 第 1 個的 title。"),
    "programmes that are no list": ('programmes = "keelung-111"', '的 programmes 須是清單，例如 programmes = ["keelung-111"]。'),
    "programmes of numbers": ("programmes = [111]", "的 programmes 須是清單"),
    "a folder that is a number": ("data = 5", '的 data 須是路徑，例如 data = "data"。'),
    "a programme's folder that is a number": ('[data]\n"keelung-111" = 5', "的 data.keelung-111 須是路徑"),
    "a warehouse that is a list": ("warehouse = []", "的 warehouse 須是路徑"),
    "no days": ("stale_after_days = 0", "的 stale_after_days 須是 1 以上的天數。"),
    "half days": ("stale_after_days = 1.5", "的 stale_after_days 須是 1 以上的天數。"),
    "days that are true": ("stale_after_days = true", "的 stale_after_days 須是 1 以上的天數。"),
    "google that is a text": ('google = "x"', "的 google 須是一節 [google]。"),
    "a key that is a number": ("[google]\nkey = 5", "的 google.key 須是路徑"),
    "a deadline without a unit": ("[google]\ndeadline = 300", '的 google.deadline 須是一段時間，例如 deadline = "5m"。'),
    "a deadline of nothing": ('[google]\ndeadline = "0s"', "的 google.deadline 須是一段時間"),
    "a deadline of days": ('[google]\ndeadline = "1d"', "的 google.deadline 須是一段時間"),
    "one spreadsheet": (f'[spreadsheets]\nlink = "{ID}"', "的 spreadsheets 須是一節節 [[spreadsheets]]。"),
    "spreadsheets as texts": (f'spreadsheets = ["{ID}"]', "的 spreadsheets 須是一節節 [[spreadsheets]]。"),
    "a spreadsheet without a link": ("[[spreadsheets]]\nby_link = true", "的 spreadsheets 第 1 個：link「」不是 Google 試算表的網址或代號。"),
    "a link elsewhere": (f'{SHEET}[[spreadsheets]]\nlink = "https://example.org/x"', "的 spreadsheets 第 2 個：link「https://example.org/x」不是"),
    "a spreadsheet twice": (f'{SHEET}[[spreadsheets]]\nlink = "{LINK}"', "的 spreadsheets 第 2 個：這份試算表前面已經有了。"),
    "a spreadsheet twice, once for all": (f'{SHEET}[[spreadsheets]]\nlink = "{LINK}"\nprogramme = "keelung-111"', "前面已經有了"),
    "by_link that is a text": (f'{SHEET}by_link = "yes"', "的 by_link 須是 true 或 false。"),
    "a programme that is a number": (f"{SHEET}programme = 111", "的 programme （spreadsheets 第 1 個）須是計畫的代號。"),
    "one worksheet": (f'{SHEET}[spreadsheets.worksheets]\ntitle = "甲"', "的 worksheets 須是一節節 [[worksheets]]。"),
    "a worksheet without a name": (f'{SHEET}[[spreadsheets.worksheets]]\ntable = ""', NAMELESS),
    "a title that is a number": (f"{SHEET}[[spreadsheets.worksheets]]\ntitle = 5", NAMELESS),
    "a gid that is a text": (f'{SHEET}[[spreadsheets.worksheets]]\ngid = "5"', NAMELESS),
    "a gid that is true": (f"{SHEET}[[spreadsheets.worksheets]]\ngid = true", NAMELESS),
    "a table that is a number": (f"{ENTRY}table = 5", "的 table （spreadsheets 第 1 個）須是資料表的代號。"),
    "columns that are a list": (f'{ENTRY}rename = ["a"]', '的 rename （spreadsheets 第 1 個）須是一組「"文字" = "文字"」。'),
    "a constant that is a number": (f"{ENTRY}constants = {{ a = 1 }}", "的 constants （spreadsheets 第 1 個）須是一組"),
    "a file without a name": ('[[files]]\ntable = "staff"', "的 files 第 1 個：須有 name，例如"),
    "one file": ('[files]\nname = "x.csv"', "的 files 須是一節節 [[files]]。"),
    "no TOML": ("programmes = [", "不是正確的 TOML："),
    "a key twice": ('data = "a"\ndata = "b"', "不是正確的 TOML："),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, case: str):
    text, told = WRONG[case]
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, text)
    sentence = str(raised.value)
    assert sentence.startswith(f"「{tmp_path / 'kpi.toml'}」") and told in sentence
    assert "\n" not in sentence
    checked = kpi("--config", tmp_path / "kpi.toml", "check")
    assert (checked.code, checked.out, checked.err) == (3, "", f"錯誤：{sentence}\n")


def missing(folder: Path) -> Path:
    return folder / "nowhere.toml"


def in_big5(folder: Path) -> Path:
    (folder / "kpi.toml").write_bytes('data = "資料"'.encode("cp950"))
    return folder / "kpi.toml"


@pytest.mark.parametrize(("made", "told"), [(missing, "找不到設定檔"), (in_big5, "不是正確的 TOML")])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, made: Callable[[Path], Path], told: str):
    with pytest.raises(ConfigError, match=told):
        deployment.load(made(tmp_path))


def test_a_file_of_notepad_is_read(tmp_path: Path):
    (tmp_path / "kpi.toml").write_bytes(b'\xef\xbb\xbfdata = "exports"\r\n')
    assert deployment.load(tmp_path).data == tmp_path / "exports"


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("2h", 7200)])
def test_a_length_of_time_has_a_unit(text: str, seconds: float):
    assert deployment.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "15", "m", "0m", "-1m", "1.5h", "1 m", "１５m", "1d"])
def test_what_is_no_length_of_time_is_refused(text: str):
    with pytest.raises(ValueError):
        deployment.seconds(text)


# The server


@pytest.mark.parametrize(("written", "host"), [
    ("kpi.example.gov.tw", "kpi.example.gov.tw"),
    ("KPI.Example.gov.tw", "kpi.example.gov.tw"),
    ("kpi.example.gov.tw:443", "kpi.example.gov.tw"),
    ("10.0.0.5:8080", "10.0.0.5:8080"),
    ("儀表板.教育.tw", "xn--22q516cejx.xn--wcvs22d.tw"),
    ("localhost:9000", "localhost:9000"),
])  # fmt: skip
def test_the_names_that_it_answers_to_are_as_a_browser_writes_them(tmp_path, written, host):
    (tmp_path / "kpi.toml").write_text(f'[server]\nhosts = ["{written}"]\nviewers = 7\n', encoding="utf-8")
    found = deployment.load(tmp_path)
    assert found.hosts == (host,) and found.viewers == 7


@pytest.mark.parametrize("written", [
    '"https://kpi.example.gov.tw"', '"kpi.example.gov.tw/"', '"*"', '"*.example.gov.tw"', '""', '"a b"', '"a..b"',
    '"kpi:0"', '"kpi:99999"', '"kpi:"', '"-kpi"', '"user@kpi"', '"[::1]:80"', "1", '["a"]',
])  # fmt: skip
def test_what_is_no_host_name_is_refused_with_an_example(tmp_path, written):
    (tmp_path / "kpi.toml").write_text(f"[server]\nhosts = [{written}]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"kpi\.example\.gov\.tw"):
        deployment.load(tmp_path)


@pytest.mark.parametrize("line", ["viewers = 0", 'viewers = "10"', "viewers = true", "host = 1"])
def test_a_wrong_key_of_the_server_is_told(tmp_path, line):
    (tmp_path / "kpi.toml").write_text(f"[server]\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="server"):
        deployment.load(tmp_path)
