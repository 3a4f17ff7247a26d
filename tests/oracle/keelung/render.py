"""How the files of keelung-111 come about."""

from __future__ import annotations

import random
from functools import partial

from tests.oracle import render as engine
from tests.oracle.facts import LessonRow, TrainingRow
from tests.oracle.keelung.facts import UNKNOWN_CATEGORIES, AchievementRow, SchoolRow, Statement, all_schools
from tests.oracle.keelung.faults import faults, slips
from tests.oracle.keelung.sheets import SCHEMA


def _rough_key(statement: Statement) -> tuple[object, ...]:
    if isinstance(statement, SchoolRow):
        return (statement.school,)
    if isinstance(statement, TrainingRow):
        return statement.person, statement.course, statement.held_on
    if isinstance(statement, LessonRow):
        return statement.school, statement.taught_on
    if isinstance(statement, AchievementRow):
        return statement.school, statement.class_
    return ()


def _school_of(rng: random.Random, statement: Statement) -> str:
    return getattr(statement, "school", None) or rng.choice(all_schools()).name


render = partial(
    engine.render,
    engine.Habits(
        SCHEMA,
        seed=lambda seed: seed * 7919 + 1,
        slip_share=0.08,
        slips=slips,
        faults=faults,
        rough_key=_rough_key,
        unknown_categories=UNKNOWN_CATEGORIES,
        school_of=_school_of,
        parts=(1, 2, 3, 4),
        tails=("", "_基隆市", "-2022", "(最新)"),
        workbook="匯出/111學年度填報資料",
        ignored="學校名稱,輔導日期,輔導人員\n武崙國小,2022-10-07,路人\n",
        strangers=(".入校輔導.csv", "~$入校輔導.xlsx", "備忘.csv", "讀我.txt"),
    ),
)
