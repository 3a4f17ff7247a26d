"""`python -m dashboard.cli` is `kpi`."""

from dashboard.cli import entry

if __name__ == "__main__":
    entry()
