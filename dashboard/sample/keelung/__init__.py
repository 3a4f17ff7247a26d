"""The sample of Keelung's primary schools, as they might have been on 2022-11-25, three days after the IT leads' deadline.

Without a size it holds the 41 schools of the letter with invented people and records; otherwise an invented nation
with counties as groups. The names, codes, districts and **class counts** of the 41 are real, the latter those of school
year **113** (the letter is of 111, for which no table was at hand); nobody in the rosters is.
"""

from dashboard.sample.keelung.folder import write

__all__ = ["write"]
