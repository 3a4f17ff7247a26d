"""Made-up data folders in the formats of real exports, one for each programme: for demonstrations, tests and measurements.

Not a picture of any school's doings: who did what is dealt out so that every status occurs. One seed gives the same
bytes each time. Nothing else of ours is imported, so that no mistake of the code which a sample exercises can be
repeated here.
"""

from dashboard.sample import ntpc
from dashboard.sample.files import SampleError, SizeError
from dashboard.sample.keelung import write

WRITERS = {"keelung-111": write, "ntpc-5g-112": ntpc.write}

__all__ = ["WRITERS", "SampleError", "SizeError", "write"]
