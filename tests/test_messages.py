"""What is told of a row that was not taken: the stored sentence is the one with places, which other languages have too."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard import access, warehouse
from dashboard.definitions import reasons
from dashboard.definitions.column_types import TYPES
from dashboard.language import texts
from dashboard.ui.base import records

RULES = reasons.load()
OF_TYPES = [sentences for kind in TYPES.values() for sentences in kind.sentences.values()]
OF_REASONS = [reason.sentences for reason in RULES.reasons]
SENTENCES = [one.text for sentences in (RULES.cells, *OF_REASONS, *OF_TYPES) for one in sentences]
ENGLISH = texts.Manner("en", "ce")


def rows(place: Path) -> list[dict[str, object]]:
    snapshot, scope = warehouse.current(place, "keelung-111"), access.bureau()
    wanted = {"table": None, "reason": None, "school": None, "fresh": None, "size": 10_000, "skip": 0}
    found = []
    for severity in records.SEVERITIES:
        names, told = warehouse.rows(snapshot, "rejects", scope, severity=severity, **wanted)
        found += [dict(zip(names, row, strict=True)) for row in told]
    return found


@pytest.mark.parametrize("language", [one for one in texts.LANGUAGES if one != texts.SOURCE])
def test_every_sentence_about_a_row_is_translated(language):
    assert len(SENTENCES) > 25
    assert [one for one in SENTENCES if one not in texts.catalogue(language)] == []


def test_the_stored_sentence_is_the_one_with_its_places_filled(sample_warehouse):
    snapshot, scope = warehouse.current(sample_warehouse, "keelung-111"), access.bureau()
    names, found = warehouse.rows(snapshot, "kpi_rejects", scope, all=True)
    stored = sorted(row[names.index("message")] for row in found)
    assert stored == sorted(records.sentence(SimpleNamespace(**row)) for row in rows(sample_warehouse))
    assert not any("{" in told for told in stored)


def test_in_english_the_sentence_is_english_and_the_cell_stays_as_it_was_written(sample_warehouse):
    for row in rows(sample_warehouse):
        with texts.written(ENGLISH):
            told = records.sentence(SimpleNamespace(**row))
        left = told
        for value in sorted(filter(None, row["places"].values()), key=len, reverse=True):
            left = left.replace(value, "")
        assert not re.search(r"[一-鿿]", left), told
        value = row["places"]["value"]
        assert not value or value in told or "{value}" not in row["sentence"]


def test_a_value_that_looks_like_a_place_is_a_value():
    row = SimpleNamespace(
        sentence="{header}「{value}」不能小於 0。", places={"header": "節數", "value": "{header}{0}"}
    )
    assert records.sentence(row) == "節數「{header}{0}」不能小於 0。"
