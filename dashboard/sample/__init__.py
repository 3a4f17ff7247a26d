"""A made-up data folder in the formats of real exports, for demonstrations, tests and measurements.

Without a size it holds the 41 schools of the Keelung letter with invented people and records, as they might
have been on 2022-11-25, three days after the IT leads' deadline; otherwise an invented nation with counties
as groups. The names, codes, districts and **class counts** of the 41 are real, the latter those of school
year **113** (the letter is of 111, for which no table was at hand); nobody in the rosters is.

What it is not: a picture of any school's doings. Who did what is dealt out so that every status occurs. One
seed gives the same bytes each time. The second programme has a sample of its own (`demonstration`), of invented
schools. Nothing else of ours is imported, so that no mistake of the code which
the sample exercises can be repeated here.
"""

from dashboard.sample import demonstration
from dashboard.sample.files import SampleError, SizeError
from dashboard.sample.folder import write

WRITERS = {"keelung-111": write, "ntpc-5g-112": demonstration.write}

__all__ = ["WRITERS", "SampleError", "SizeError", "write"]
