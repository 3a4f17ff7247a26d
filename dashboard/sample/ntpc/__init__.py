"""The sample of New Taipei's 5G demonstration schools, as they might have been on 2023-11-30.

Twenty-four invented schools and nobody real. A school has a quality from 0 to 1, by which its records fall short
or not, and a few are special, so that every status occurs and a ceiling is broken. One seed gives the same bytes.
"""

from dashboard.sample.ntpc.folder import write

__all__ = ["write"]
