"""What fails is not empty: a file that cannot be read any more keeps the rows that it had, and every kept snapshot can be
made again from the files that it was made of."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl

from dashboard import warehouse
from dashboard.cli.common import EVERY_SCHOOL
from dashboard.definitions import programmes
from dashboard.definitions.places import Places
from dashboard.warehouse import manifest, originals
from tests.running import PROGRAMME, Outcome, build, inputs, kpi, stored

FIELD = "學校名稱,輔導日期,輔導人員,主題\n"
GOOD = FIELD + "深澳國小,111/10/03,王一平,備課\n深澳國小,111/10/04,王一平,議課\n"
OTHER = "學校名稱,授課教師,授課日期,數位學習模式\n深澳國小,林小美,111/10/05,是\n"


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(text: str) -> list[list[object]]:
    return [list(line.split(",")) for line in text.splitlines()]


def results(place: Path) -> list[str]:
    """The figures; that former rows stand behind some of them is a flag, and changes none."""
    told = kpi("results", "--warehouse", place, "--as-of", "2022-11-25", "--format", "csv").out
    return [line.rpartition(",")[0] for line in told.splitlines()]


BREAK: dict[str, Callable[[bytes], bytes]] = {
    "cut to nothing": lambda _: b"",
    "a picture": lambda _: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "another header": lambda content: content.replace("輔導日期".encode(), "日子".encode(), 1),
    "a formula that failed": lambda _: FIELD.encode() + b"#REF!\n",
    "errors in the required column": lambda _: (
        FIELD.encode() + "#N/A,#N/A,王一平,備課\n#N/A,#N/A,,\n".encode()
    ),
    "an import still at work": lambda _: FIELD.encode() + b"Loading...\n,,,\n",
    "an import still at work, in Chinese": lambda _: FIELD.encode() + "載入中…\n".encode(),
    "an error that the program calls one": lambda _: FIELD.encode() + b"#ERROR!\n",
    "an error of a newer program": lambda _: FIELD.encode() + b"#CALC!,#BLOCKED!,#BUSY!,\n",
    "an error of another program": lambda _: FIELD.encode() + b"Err:508,Err:508,,\n",
    "columns too narrow for their numbers": lambda _: (
        FIELD.encode() + "深澳國小,########,王一平,備課\n".encode()
    ),
    "errors above a total and a signature": lambda _: (
        FIELD.encode() + "#REF!,#REF!,,\n合計,,,\n承辦人：王一平,,,\n".encode()
    ),
}


def test_a_file_that_cannot_be_read_any_more_keeps_the_rows_that_it_had(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    (data / "公開授課.csv").write_text(OTHER, "utf-8")
    good = {how: GOOD.replace("王一平", f"輔導員{number}").encode() for number, how in enumerate(BREAK)}
    for how, content in good.items():
        (data / f"入校輔導_{how}.csv").write_bytes(content)
    assert build(data, place).code == 0
    before = results(place)
    for how, content in good.items():
        (data / f"入校輔導_{how}.csv").write_bytes(BREAK[how](content))
    told = build(data, place)
    assert told.code == 0
    assert results(place) == before
    ((built_at,),) = stored(place, "select former_built_at from snapshot")
    since = dict(stored(place, "select file, stale_since from inputs"))
    found = inputs(place)
    for how in BREAK:
        file = f"入校輔導_{how}.csv"
        row = found[file]
        assert (row["read"], row["accepted"], row["problem"]) == (2, 2, None), how
        assert f"{file}：現在讀不進來，沿用 20" in told.err, how
        assert since[file] == built_at, how
    assert since["公開授課.csv"] is None


def test_rows_that_stand_go_on_standing_with_the_day_of_their_last_reading(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    (data / "入校輔導.csv").write_text(GOOD, "utf-8")
    build(data, place)
    ((first,),) = stored(place, "select built_at from snapshot")
    for content in (b"", b"\0\1\2\3" * 100, FIELD.encode() + b"#REF!\n"):
        (data / "入校輔導.csv").write_bytes(content)
        build(data, place)
        assert stored(place, "select stale_since, accepted from inputs") == [(first, 2)]
    (data / "入校輔導.csv").write_text(GOOD + "深澳國小,111/10/05,王一平,觀課\n", "utf-8")
    assert "沿用" not in build(data, place).err
    assert stored(place, "select stale_since, accepted from inputs") == [(None, 3)]


def test_a_file_that_is_gone_was_taken_away(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    (data / "入校輔導.csv").write_text(GOOD, "utf-8")
    (data / "公開授課.csv").write_text(OTHER, "utf-8")
    build(data, place)
    (data / "入校輔導.csv").unlink()
    told = build(data, place).err
    assert "入校輔導.csv：上次更新還讀過這個檔案，現在不在資料夾裡" in told
    assert stored(place, "select file from inputs where table_name is not null") == [("公開授課.csv",)]
    assert stored(place, "select supplied from tables where table_name = 'coaching'") == [(False,)]
    again = kpi("build", "--data", data, "--warehouse", place, "--programme", PROGRAMME, "--if-changed")
    assert "沒有變" in again.out + again.err, "it is no change that it is still gone"
    build(data, place)
    assert stored(place, "select file from inputs") == [("公開授課.csv",)], "it is told once"


def test_a_file_that_was_renamed_is_not_told_to_be_gone(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    (data / "入校輔導.csv").write_text(GOOD, "utf-8")
    build(data, place)
    (data / "入校輔導.csv").rename(data / "入校輔導_新.csv")
    assert "現在不在資料夾裡" not in build(data, place).err


def test_what_was_never_read_is_told_and_counts_nothing(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    (data / "公開授課.csv").write_text(OTHER, "utf-8")
    (data / "入校輔導.csv").write_bytes(b"")
    assert "讀不進來：入校輔導.csv" in build(data, place).err
    assert "讀不進來：入校輔導.csv" in build(data, place).err
    assert stored(place, "select supplied from tables where table_name = 'coaching'") == [(False,)]


def test_a_worksheet_that_broke_stands_while_the_others_are_read_anew(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    book = data / "各校填報.xlsx"
    book.write_bytes(workbook(入校輔導=cells(GOOD), 公開授課=cells(OTHER)))
    build(data, place)
    more = OTHER + "深美國小,林小美,111/10/06,是\n"
    book.write_bytes(workbook(入校輔導=[*cells(FIELD), ["#REF!"]], 公開授課=cells(more)))
    build(data, place)
    found = {row["file"]: row["accepted"] for row in inputs(place).values()}
    assert found == {"各校填報.xlsx#入校輔導": 2, "各校填報.xlsx#公開授課": 2}
    assert kpi("rebuild", "current", "--warehouse", place).code == 0


def test_every_worksheet_of_a_damaged_workbook_stands(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    damages = {"nothing": b"", "cut": b"PK\x03\x04 cut", "no workbook": b"not a workbook at all"}
    for number, name in enumerate(damages):
        book = {
            "入校輔導": GOOD.replace("王一平", f"輔導員{number}"),
            "公開授課": OTHER.replace("小美", f"小{number}"),
        }
        content = workbook(**{title: cells(text) for title, text in book.items()})
        (data / f"{name}.xlsx").write_bytes(content)
    assert build(data, place).code == 0
    before = results(place)
    for name, content in damages.items():
        (data / f"{name}.xlsx").write_bytes(content)
    assert build(data, place).code == 0
    assert results(place) == before
    accepted = {file: row["accepted"] for file, row in inputs(place).items()}
    for name in damages:
        assert (accepted[f"{name}.xlsx#入校輔導"], accepted[f"{name}.xlsx#公開授課"]) == (2, 1), name


def test_the_former_rows_stand_for_a_large_file_too(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    rows = [f"深澳國小,111/{1 + i % 9}/{1 + i % 28},輔導員{i},備課備課備課備課備課" for i in range(9000)]
    (data / "入校輔導.csv").write_text(FIELD + "\n".join(rows), "utf-8")
    build(data, place)
    before = stored(place, "select accepted from inputs")
    errors = ["#N/A,#N/A,輔導員,備課備課備課備課備課"] * 9000
    (data / "入校輔導.csv").write_text(FIELD + "\n".join(errors), "utf-8")
    build(data, place)
    assert stored(place, "select accepted from inputs") == before
    assert stored(place, "select count(*) from inputs where stale_since is not null") == [(1,)]


def test_the_original_of_every_file_is_kept_once_and_goes_with_its_last_snapshot(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    (data / "公開授課.csv").write_text(OTHER, "utf-8")
    kept = place / PROGRAMME / originals.FOLDER
    contents = []
    for i in range(manifest.KEPT + 2):
        content = (GOOD + f"深澳國小,111/10/{i + 10},王一平,備課\n").encode()
        contents.append(hashlib.sha256(content).hexdigest())
        (data / "入校輔導.csv").write_bytes(content)
        build(data, place)
    there = {path.name.removesuffix(".gz") for path in kept.glob("*.gz")}
    assert there == {*contents[-manifest.KEPT :], hashlib.sha256(OTHER.encode()).hexdigest()}
    assert len(list(kept.glob("*.txt"))) == manifest.KEPT
    for path in kept.glob("*.gz"):
        content = gzip.decompress(path.read_bytes())
        assert hashlib.sha256(content).hexdigest() == path.name.removesuffix(".gz")


def copy(sample_warehouse: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sample_warehouse, tmp_path / "warehouse")


def test_any_kept_snapshot_is_made_again_with_the_same_figures(
    sample_data: Path, sample_warehouse: Path, tmp_path: Path
) -> None:
    data = shutil.copytree(sample_data, tmp_path / "data")
    place = copy(sample_warehouse, tmp_path)
    first = warehouse.current(place, PROGRAMME).stamp
    for path in sorted(data.glob("研習紀錄*"))[:2]:
        path.unlink()
    assert build(data, place).code == 0
    shutil.rmtree(data)  # the originals are enough
    for stamp in (first, "current"):
        made = kpi("rebuild", stamp, "--warehouse", place)
        assert made.code == 0, made.out + made.err
        assert made.out.count("全部相同") == 4
        assert "數字完全相同" in made.err


def test_the_other_programme_is_made_again_too(tmp_path: Path) -> None:
    kpi("sample", tmp_path / "data", "--programme", "ntpc-5g-112")
    place = tmp_path / "warehouse"
    kpi("build", "--data", tmp_path / "data", "--warehouse", place, "--programme", "ntpc-5g-112")
    made = kpi("rebuild", "current", "--warehouse", place)
    assert (made.code, made.out.count("全部相同")) == (0, 4), made.out + made.err


def rebuilt(sample_warehouse: Path, tmp_path: Path, sql: str) -> Outcome:
    """What `kpi rebuild` says of a snapshot in which somebody ran `sql`."""
    place = copy(sample_warehouse, tmp_path)
    snapshot = warehouse.current(place, PROGRAMME)
    with duckdb.connect(str(snapshot.path)) as con:
        con.execute(sql)
    manifest.seal(snapshot.path)
    return kpi("rebuild", "current", "--warehouse", place)


def test_a_snapshot_that_somebody_altered_is_found_out(sample_warehouse: Path, tmp_path: Path) -> None:
    made = rebuilt(
        sample_warehouse,
        tmp_path,
        "update results set counted = counted + 1 where level = 'city' and counted > 0",
    )
    assert made.code == 3
    assert "重建少了" in made.out
    assert "數字不同" in made.err


def test_what_a_former_version_did_not_state_yet_is_no_difference(
    sample_warehouse: Path, tmp_path: Path
) -> None:
    made = rebuilt(
        sample_warehouse,
        tmp_path,
        "create or replace table units as select * exclude (parts, masked_parts) from units",
    )
    assert (made.code, made.out.count("全部相同")) == (0, 4), made.out + made.err


def test_an_altered_part_of_a_unit_is_found_out(sample_warehouse: Path, tmp_path: Path) -> None:
    made = rebuilt(sample_warehouse, tmp_path, "update units set parts = [] where kpi = 'a1a2'")
    assert made.code == 3 and made.out.count("全部相同") == 3, made.out + made.err


def test_an_original_that_is_lost_or_damaged_is_named(sample_warehouse: Path, tmp_path: Path) -> None:
    for number, damage in enumerate((lambda p: p.unlink(), lambda p: p.write_bytes(p.read_bytes()[:-9]),
                                     lambda p: p.write_bytes(gzip.compress(b"other")))):  # fmt: skip
        place = copy(sample_warehouse, tmp_path / str(number))
        path = max((place / PROGRAMME / originals.FOLDER).glob("*.gz"), key=lambda p: p.stat().st_size)
        damage(path)
        made = kpi("rebuild", "current", "--warehouse", place)
        assert made.code == 3
        assert "研習紀錄" in made.err
        assert "沒有留存或已損壞" in made.err


def test_an_unknown_snapshot_is_answered_with_those_that_there_are(sample_warehouse: Path) -> None:
    place = sample_warehouse
    made = kpi("rebuild", "20200101T000000000000", "--warehouse", place)
    assert made.code == 3
    assert warehouse.current(place, PROGRAMME).stamp in made.err


def test_an_upload_that_cannot_be_read_does_not_pass_for_the_file_that_it_replaces(tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "warehouse"
    data.mkdir()
    (data / "入校輔導.csv").write_text(GOOD, "utf-8")
    (data / "公開授課.csv").write_text(OTHER, "utf-8")
    build(data, place)
    (data / "公開授課.csv").write_bytes(b"")
    definition = programmes.FOLDER / f"{PROGRAMME}.toml"
    trial = warehouse.try_out(
        warehouse.current(place, PROGRAMME), definition, Places(data), "入校輔導.csv", b"", EVERY_SCHOOL,
        dt.date(2022, 11, 25),
    )  # fmt: skip
    assert not trial.readable
    read = {now.table_name: now.read for _, now in trial.tables if now.supplied}
    assert read == {"public_lessons": 1}  # another file that broke meanwhile stands, as it would at an update
