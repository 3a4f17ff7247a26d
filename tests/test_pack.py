"""The pack of a group: what a lead school hands out, of its own schools alone, the same as the commands' own files."""

import datetime as dt
import io
import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pptx import Presentation

from dashboard import access, meetings, questions, reminders, warehouse
from dashboard.exports import pack
from dashboard.exports.slide_facts import Choices
from dashboard.language.words import file_name
from dashboard.rows import School
from dashboard.state import Decision
from dashboard.state.store import Store
from tests.pages import html_of, open_page
from tests.running import named
from tests.samples import KEELUNG, Place, people_of

GROUP = "自主學習組"
BROKEN = "{{ school"


def packs_of(at: Place, *options: object) -> dict[str, dict[str, bytes]]:
    """The packs of every group, by the group: their parts by name."""
    return _packs(at.warehouse, at.programme, options)


@cache
def _packs(folder_of: Path, of: str, options: tuple[object, ...]) -> dict[str, dict[str, bytes]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "packs"
        at = Place(folder_of, folder, of)
        done = at.ask("export", "pack", "--every-group", "--output", folder, "--as-of", at.on, *options)
        assert (done.code, done.out) == (0, ""), done.err
        return {path.stem.rpartition("_")[0]: parts(path.read_bytes()) for path in folder.iterdir()}


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def texts_in(name: str, body: bytes) -> Iterator[str]:
    """What stands in a part, and in every part of a package within it, properties and notes included."""
    yield name
    if zipfile.is_zipfile(io.BytesIO(body)):
        for part in parts(body).items():
            yield from texts_in(*part)
    else:
        yield body.decode("utf-8", "ignore")


def of_kind(pack: dict[str, bytes], ending: str) -> bytes:
    (body,) = (body for name, body in pack.items() if name.endswith(ending) and "/" not in name)
    return body


def letters_in(pack: dict[str, bytes]) -> set[str]:
    return {name.partition("/")[2].removesuffix(".docx") for name in pack if "/" in name}


def groups_of(at: Place) -> dict[str, list[Any]]:
    """The schools of each group."""
    groups: dict[str, list[Any]] = {}
    for school in questions.ask(at.view, School):
        groups.setdefault(school.group_name, []).append(school)
    return groups


def test_each_group_has_slides_workbook_and_a_letter_for_each_partner_that_owes(each_programme: Place):
    packs, groups = packs_of(each_programme), groups_of(each_programme)
    assert set(packs) == {file_name(name) for name in groups} and len(packs) > 4
    owing = {one.school for one in reminders.owed(each_programme.view, reminders.Filter())}
    left_out = 0
    for name, schools in groups.items():
        pack, contents = packs[name], packs[name]["說明.txt"].decode("utf-8-sig")
        partners = {one.name for one in schools if one.role != "lead"}
        assert letters_in(pack) == partners & owing, name
        assert all(one in contents for one in pack if one != "說明.txt")
        assert all(one in contents for one in partners - owing), "who has no letter is told"
        assert questions.programme_name(each_programme.view) in contents and name in contents
        assert each_programme.view.facts.fingerprint[:4] in contents
        left_out += len(partners - owing)
    assert each_programme.programme != KEELUNG or left_out


def test_its_slides_and_workbook_are_those_of_the_commands_for_the_group(each_programme: Place):
    name = next(iter(groups_of(each_programme)))
    pack = packs_of(each_programme)[name]
    assert of_kind(pack, ".pptx") == each_programme.export("pptx", "--group", name)
    assert of_kind(pack, ".xlsx") == each_programme.export("xlsx", "--group", name)


def test_one_group_is_one_file_and_the_same_bytes(keelung: Place):
    one = keelung.export("pack", "--group", GROUP)
    assert one == keelung.export("pack", "--group", GROUP)
    assert parts(one) == packs_of(keelung)[GROUP]


def test_a_letter_says_what_its_school_owes_and_of_no_other(keelung: Place):
    pack = packs_of(keelung)[GROUP]
    owed = {one.school: one for one in reminders.in_chinese(keelung.view, reminders.Filter())}
    names = {one.name for one in questions.ask(keelung.view, School)}
    for school in letters_in(pack):
        text = re.sub("<[^>]+>", "", parts(pack[f"函稿/{school}.docx"])["word/document.xml"].decode())
        assert {name for name in names if name in text} == {school}
        for item in owed[school].late:
            assert item.kpi.label in text and reminders.state(item) in text


def test_nothing_of_another_group_and_no_persons_name_is_in_any_part(keelung: Place):
    people, groups = people_of(keelung), groups_of(keelung)
    for name, schools in groups.items():
        text = "\n".join(text for part in packs_of(keelung)[name].items() for text in texts_in(*part))
        mine = {one.name for one in schools}
        others = {one.name for of, every in groups.items() if of != name for one in every}
        assert [one for one in others if one in text and not any(one in own for own in mine)] == []
        assert [of for of in groups if of != name and of in text] == []
        assert named(text, people) == set()


def test_without_schools_its_slides_name_none(keelung: Place):
    deck = of_kind(parts(keelung.export("pack", "--group", GROUP, "--without-schools")), ".pptx")
    text = "\n".join(texts_in("", deck))
    assert not [one.name for one in questions.ask(keelung.view, School) if one.name in text]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ((), "資料包是一組一份"),
        (("--group", GROUP, "--every-group"), "資料包是一組一份"),
        (("--every-group", "--school", "深澳國小"), "不能只要一所學校"),
        (("--group", "沒有這組"), "沒有「沒有這組」這一組"),
        (("--group", GROUP, "--paper", "a4"), "--paper 只用於"),
        (("--group", GROUP, "--template", "x.pptx"), "--template 只用於"),
    ],
)
def test_what_a_pack_has_not_is_refused(keelung: Place, options: tuple[str, ...], why: str):
    file = keelung.folder / "out.zip"
    done = keelung.ask("export", "pack", "--output", file, *options)
    assert done.code != 0 and why in done.err and not file.exists()


def test_every_group_is_for_packs_alone(keelung: Place):
    done = keelung.ask("export", "pptx", "--every-group", "--output", keelung.folder / "out.pptx")
    assert done.code != 0 and "--every-group 只用於" in done.err


def test_a_place_that_cannot_be_written_is_told(keelung: Place):
    (keelung.folder / "file").write_text("x")
    for where, why in (("file", "是檔案，不是資料夾"), ("none/there", "沒有「")):
        done = keelung.ask("export", "pack", "--every-group", "--output", keelung.folder / where)
        assert done.code != 0 and why in done.err
    assert (keelung.folder / "file").read_text() == "x"


@pytest.fixture
def broken_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a template of the bureau's own that is no document."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "letter.docx").write_bytes(b"no package")
    return tmp_path


def test_the_bureaus_own_letter_is_taken_and_a_broken_one_is_told_without_a_path(
    keelung: Place,
    broken_letter: Path,
):
    done = keelung.ask("export", "pack", "--group", GROUP, "--output", broken_letter / "out.zip")
    assert done.code != 0 and "範本「templates/letter.docx」不能用：不是 Word 文件" in done.err
    assert (
        str(broken_letter) not in done.err.replace(f"{broken_letter}/out.zip", "")
        and not (broken_letter / "out.zip").exists()
    )


# Of a frozen meeting


def frozen(state: Store) -> meetings.Meeting:
    """A second meeting, which carries a decision on a school, on two groups and on the whole."""

    def freeze(name: str, on: dt.date) -> meetings.Meeting:
        snapshot = warehouse.current(state.warehouse, KEELUNG)
        view = questions.unaddressed(snapshot, access.bureau(), on)
        return meetings.freeze(state, view, name, Choices())

    first = freeze("十月", dt.date(2022, 10, 21))
    for text, about in {
        "本校的事": {"school": "深澳國小"},
        "本組的事": {"group": GROUP},
        "別組的事": {"group": "行動學習組"},
        "別校的事": {"school": "七堵國小"},
        "全市的事": {},
        "請五堵國小作伴": {"group": GROUP},
        "補資安": {"school": "深澳國小", "kpi": "infosec"},
    }.items():
        state.decide(Decision(first.id, text, **about), None)
    second = freeze("十一月", dt.date(2022, 11, 25))
    state.decide(Decision(second.id, "今天的事", school="深澳國小"), None)
    state.decide(Decision(second.id, "今天別校的事", school="七堵國小"), None)
    return second


def test_of_a_meeting_it_has_the_decisions_on_the_group_and_its_schools(store: Store, tmp_path: Path):
    meeting = frozen(store)
    at = Place(store.warehouse, tmp_path)
    done = at.ask(
        "export", "pack", "--every-group", "--output", tmp_path / "packs", "--meeting", meeting.name
    )
    assert done.code == 0, done.err
    groups = {name: {one.name for one in schools} for name, schools in groups_of(at).items()}
    own = next(name for name, schools in groups.items() if "深澳國小" in schools)
    for path in (tmp_path / "packs").iterdir():
        name = path.name.split("_")[0]
        deck = of_kind(parts(path.read_bytes()), ".pptx")
        text = "\n".join(texts_in("", deck))
        assert meeting.name in text and meeting.name in path.name
        assert ("本校的事" in text) == (name == own) and ("本組的事" in text) == (name == GROUP)
        assert ("別組的事" in text) == (name == "行動學習組") and ("別校的事" in text) == (
            "七堵國小" in groups[name]
        )
        assert "全市的事" in text, "what is decided of all is every group's"
        assert "五堵國小" not in text or "五堵國小" in groups[name]
        assert ("這裡不寫出" in text) == (name == GROUP and "五堵國小" not in groups[name])
        assert ("今天的事" in text) == (name == own) and ("今天別校的事" in text) == (
            "七堵國小" in groups[name]
        )
        assert ("深澳國小、資安 3 小時：補資安" in text) == (name == own)
    done = at.ask(
        "export", "pack", "--group", GROUP, "--output", tmp_path / "one.zip", "--meeting", meeting.name
    )
    assert done.code == 0, done.err
    assert (tmp_path / "one.zip").read_bytes() == next((tmp_path / "packs").glob(f"{GROUP}*")).read_bytes()


def test_the_pages_offer_it_to_the_lead_of_a_group_and_after_a_meeting(store: Store, tmp_path: Path):
    meeting = frozen(store)
    at = Place(store.warehouse, tmp_path)
    expected = at.export("pack", "--group", GROUP)
    day = at.on.isoformat()
    for app, many in (
        (open_page("group", on=day, group=GROUP), 1),
        (open_page("meetings", on=day, meeting=meeting.name), 5),
    ):
        offers = {offer.name: offer for _, offer in app.session_state["offers"].values()}
        names = re.findall(r'download="(資料包_[^"]*\.zip)"', html_of(app))
        packs = [offers[name].make() for name in names]
        assert len(packs) == many
        assert many > 1 or packs == [expected]
        assert all(len(Presentation(io.BytesIO(of_kind(parts(one), ".pptx"))).slides) > 3 for one in packs)
        assert all(load_workbook(io.BytesIO(of_kind(parts(one), ".xlsx"))).sheetnames for one in packs)


def test_a_file_that_exists_is_replaced_whole_and_a_folder_never(keelung: Place):
    file = keelung.folder / "out.pack"
    file.write_bytes(b"before")
    keelung.export("pack", "--group", GROUP)
    assert zipfile.is_zipfile(file) and stat.S_ISREG(file.stat().st_mode)
    done = keelung.ask("export", "pack", "--group", GROUP, "--output", keelung.folder)
    assert done.code != 0 and keelung.folder.is_dir()


def test_no_two_groups_share_a_file(keelung: Place):
    names = pack.names_of(keelung.view, ["A/B", "A:B", "a?b", "..", ".", "長" * 90])
    assert len({name.casefold() for name in names.values()}) == 6
    assert not [name for name in names.values() if name.startswith(".") or set(name) & set('\\/:*?"<>|')]
    assert max(len(name.encode()) for name in names.values()) < 255


def test_a_broken_letter_is_told_before_anything_is_written(
    keelung: Place,
    broken_letter: Path,
):
    done = keelung.ask("export", "pack", "--every-group", "--output", broken_letter / "packs")
    assert done.code != 0 and "不是 Word 文件" in done.err and not (broken_letter / "packs").exists()
