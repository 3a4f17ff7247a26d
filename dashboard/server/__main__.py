"""`python -m dashboard.server PORT`: what `kpi serve` starts."""

import sys

from dashboard.server.process import serve

if __name__ == "__main__":
    serve(int(sys.argv[1]))
