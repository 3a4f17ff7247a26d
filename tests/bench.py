"""`make bench`: how long a build and a question take, as ratios to what the machine can do at all, in one run.

The measure is DuckDB merely reading the same CSV files as text. Each figure is taken in a process of its own, after
import; the machine's speed cancels out of the ratios.
"""

import argparse
import datetime as dt
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

NATION = {"schools": 3400, "teachers": 200000}


def plain_read(data: Path) -> dict[str, Any]:
    """DuckDB reads every CSV file as text and counts its cells, told all it could want to know of the file."""
    import duckdb

    con = duckdb.connect(config={"threads": "2"})
    widths = {path: _width(path) for path in sorted(data.glob("*.csv"))}
    start, cpu, rows = time.perf_counter(), time.process_time(), 0
    for path, width in widths.items():
        try:
            rows += _count(con, path, width, "utf-8")
        except duckdb.Error:
            rows += _count(con, path, width, "latin-1")  # Big5: the bytes are read all the same
    return {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu, "rows": rows}


def _width(path: Path) -> int:
    with path.open("rb") as file:
        return max(line.count(b",") for line in file.read(3000).split(b"\n")[:5]) + 1


def _count(con: Any, path: Path, width: int, encoding: str) -> int:
    columns = ", ".join(f"'c{i}': 'varchar'" for i in range(width))
    counted = ", ".join(f"count(c{i})" for i in range(width))
    query = (
        f"select count(*), {counted} from read_csv($path, columns = {{{columns}}}, auto_detect = false, header = false,"
        " skip = 3, delim = ',', quote = '\"', escape = '\"', null_padding = true, strict_mode = false, encoding = $code)"
    )
    return int(con.execute(query, {"path": str(path), "code": encoding}).fetchall()[0][0])


def build(data: Path, place: Path) -> dict[str, Any]:
    """One build and publication."""
    import pandas  # noqa: F401 (DuckDB imports it while it works, and imports are not measured)

    from dashboard import programmes, warehouse
    from dashboard.sources import contracts

    tables = contracts.load()
    programme = programmes.load(programmes.find(data)[0], tables)
    start, cpu = time.perf_counter(), time.process_time()
    _, counts = warehouse.publish(place, programme, data, tables)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"wall": wall, "cpu": cpu, "rows": sum(c.read for c in counts), "memory": memory}


def ask(place: Path, times: int = 200) -> dict[str, Any]:
    """`kpi results --as-of` on random days, warm: all three levels, fetched whole."""
    from dashboard import access, warehouse

    (programme,) = warehouse.programmes_in(place)
    snapshot = warehouse.current(place, programme)
    draw = random.Random(1)
    taken = []
    for i in range(times + 10):
        on = dt.date(2022, 1, 1) + dt.timedelta(days=draw.randrange(700))
        start = time.perf_counter()
        warehouse.ask(snapshot, "kpi_results", access.bureau(), on=on, level=None, kpi=None)
        if i >= 10:
            taken.append((time.perf_counter() - start) * 1000)
    return {"p50": statistics.median(taken), "p95": statistics.quantiles(taken, n=20)[18]}


def main() -> None:
    """Both sizes, or one step of them in this process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", choices=("plain", "build", "ask"))
    parser.add_argument("--only", choices=("sample", "nation"))
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    steps = {"plain": plain_read, "build": build, "ask": ask}
    if options.step:
        print(json.dumps(steps[options.step](*options.folders)))
        return
    with tempfile.TemporaryDirectory() as root:
        for name, size in (("sample", {}), ("nation", NATION)):
            if options.only in (None, name):
                _measure(name, size, Path(root) / name)


def _measure(name: str, size: dict[str, int], root: Path) -> None:
    from dashboard import sample

    start = time.perf_counter()
    sample.write(root / "data", **size)
    print(f"{name}: written in {time.perf_counter() - start:.1f} s", flush=True)
    plain = min((_step("plain", root / "data") for _ in range(3)), key=lambda found: found["wall"])
    made = min(
        (_step("build", root / "data", root / f"warehouse{i}") for i in range(2)),
        key=lambda found: found["wall"],
    )
    asked = _step("ask", root / "warehouse0")
    print(
        f"  plain read   {plain['wall']:7.2f} s   cpu {plain['cpu']:6.2f} s   {plain['rows']:,} rows of CSV\n"
        f"  build        {made['wall']:7.2f} s   cpu {made['cpu']:6.2f} s   {made['rows']:,} rows,"
        f" peak memory {made['memory']:.2f} GB\n"
        f"  build / plain read = {made['wall'] / plain['wall']:.1f}x wall, {made['cpu'] / plain['cpu']:.1f}x cpu\n"
        f"  results --as-of, warm: p50 {asked['p50']:.1f} ms, p95 {asked['p95']:.1f} ms",
        flush=True,
    )


def _step(step: str, *folders: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench", "--step", step, *map(str, folders)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
