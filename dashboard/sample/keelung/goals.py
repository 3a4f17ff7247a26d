"""The state of the schools on the sample's day, decided before a single record is made.

A sample drawn row by row would leave it to chance whether anybody is overdue. Here each indicator has a share
of schools that met it and a share on track; which they are follows their quality; the records are made to
fit. The arithmetic of `required` is repeated on purpose: the sample must not lean on the code it exercises.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard.sample.keelung.schools import Floats, Ints

AS_OF = date(2022, 11, 25)
YEAR_GONE = (AS_OF - date(2022, 1, 1)) / (date(2022, 12, 31) - date(2022, 1, 1))
TERM_GONE = (AS_OF - date(2022, 8, 1)) / (date(2023, 1, 31) - date(2022, 8, 1))


@dataclass(frozen=True)
class Goal:
    """One indicator's outcome over all schools; those neither met nor on track are behind (or overdue)."""

    met: float  # share of the schools
    on_track: float  # share of the schools
    pace: float  # how much of the required number is due by now
    weakest: float  # the least that a school behind has of what is due
    surplus: float = 0.0  # what a school that met it may have beyond the required number


GOALS = {
    "a1a2": Goal(met=0.30, on_track=0.32, pace=YEAR_GONE, weakest=0.70),
    "infosec": Goal(met=0.22, on_track=0.38, pace=YEAR_GONE, weakest=0.65),
    "digital_literacy": Goal(met=0.84, on_track=0.06, pace=YEAR_GONE, weakest=0.0, surplus=2.5),
    "it_lead": Goal(met=0.76, on_track=0.0, pace=1.0, weakest=0.0),
    "public_lesson": Goal(met=0.75, on_track=0.25, pace=0.0, weakest=0.0, surplus=4.0),
    "cross_observation": Goal(met=0.66, on_track=0.14, pace=YEAR_GONE, weakest=0.0, surplus=1.5),
    "srl_survey": Goal(met=0.25, on_track=0.42, pace=TERM_GONE, weakest=0.0, surplus=0.3),
    "achievement": Goal(met=0.20, on_track=0.45, pace=TERM_GONE, weakest=0.0, surplus=0.4),
}


def attained(goal: Goal, required: Ints, quality: Floats, rng: np.random.Generator) -> Ints:
    """The number that counts at each school: the better schools met the goal, the weaker ones are behind."""
    schools = len(required)
    order = np.argsort(-(quality + rng.normal(0, 0.6, schools)), kind="stable")
    place = np.empty(schools)
    place[order] = (np.arange(schools) + 0.5) / schools
    due = np.floor(required * goal.pace).astype(np.int64)
    met = required + np.floor(rng.random(schools) * goal.surplus * required).astype(np.int64)
    close = rng.integers(due, np.maximum(required, due + 1))
    far = np.floor(due * rng.uniform(goal.weakest, 1.0, schools)).astype(np.int64)
    far = np.clip(far, 0, np.maximum(due - 1, 0))
    return np.select([place < goal.met, place < goal.met + goal.on_track], [met, close], far)
