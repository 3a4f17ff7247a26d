"""How the files of ntpc-5g-112 come about."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from tests.oracle import render as engine
from tests.oracle.facts import LessonRow, TrainingRow
from tests.oracle.ntpc.facts import (
    ANCHOR,
    ITEMS,
    OTHER,
    UNKNOWN_CATEGORIES,
    BudgetRow,
    EffectRow,
    Facts,
    ParticipantRow,
    PlanRow,
    SchoolRow,
    Statement,
    TargetRow,
    every_school,
)
from tests.oracle.ntpc.faults import faults, slips, taken_codes
from tests.oracle.ntpc.sheets import SCHEMA


def _rough_key(statement: Statement) -> tuple[object, ...]:
    school = statement.school
    if isinstance(statement, TrainingRow):
        return statement.course, statement.held_on
    if isinstance(statement, LessonRow):
        return school, statement.taught_on
    if isinstance(statement, ParticipantRow):
        return school, statement.semester, statement.name
    if isinstance(statement, PlanRow):
        return school, statement.title
    if isinstance(statement, EffectRow):
        return school, statement.method, statement.completed_on
    if isinstance(statement, TargetRow):
        return school, statement.item
    if isinstance(statement, BudgetRow):
        return school, statement.year, statement.kind, statement.item
    return (school,) if isinstance(statement, SchoolRow) else ()


def _school_of(rng: random.Random, statement: Statement) -> str:
    return every_school()[statement.school or ANCHOR].plain


def _is_stranger(facts: Facts, statement: Statement) -> bool:
    return isinstance(statement, TrainingRow) and not facts.knows(statement)


def _doubts(statement: Statement) -> Iterator[str]:
    """An item of targets that fits none."""
    if isinstance(statement, TargetRow) and statement.item not in (*ITEMS, OTHER):
        yield "bad_choice"


render = partial(
    engine.render,
    engine.Habits(
        SCHEMA,
        seed=lambda seed: seed * 6271 + 3,
        slip_share=0.12,
        slips=slips,
        faults=faults,
        rough_key=_rough_key,
        unknown_categories=UNKNOWN_CATEGORIES,
        school_of=_school_of,
        parts=(1, 2, 3),
        tails=("", "_新北市", "-2023", "(最新)"),
        workbook="匯出/112-113年填報資料",
        ignored="學校名稱,輔導日期,輔導人員,日期,活動\n深澳國小,2023-10-07,路人,2023-10-07,發表會\n",
        # Files of the other programme among them.
        strangers=(".入校輔導.csv", "~$入校輔導.xlsx", "備忘.csv", "自主學習量表_112.csv", "學力觀察.csv"),
        is_stranger=_is_stranger,
        doubts=_doubts,
        last=taken_codes,
    ),
)
