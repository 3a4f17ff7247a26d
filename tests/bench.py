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
from collections.abc import Callable
from pathlib import Path
from typing import Any

NATION = {"schools": 3400, "teachers": 200000}


def plain_read(data: Path) -> dict[str, Any]:
    """DuckDB reads every CSV file as text, as one would ask it to: `read_csv(…, all_varchar = true)`."""
    return _each_file(data, lambda path: "all_varchar = true, null_padding = true, strict_mode = false")


def tight_read(data: Path) -> dict[str, Any]:
    """The same, told all it could want to know of a file, so that it sniffs nothing: the least a read can take."""

    def options(path: Path) -> str:
        with path.open("rb") as file:
            width = max(line.count(b",") for line in file.read(3000).split(b"\n")[:5]) + 1
        columns = ", ".join(f"'c{i}': 'varchar'" for i in range(width))
        return (
            f"columns = {{{columns}}}, auto_detect = false, header = false, skip = 3, delim = ',', quote = '\"',"
            " escape = '\"', null_padding = true, strict_mode = false"
        )

    return _each_file(data, options)


def _each_file(data: Path, options: Callable[[Path], str]) -> dict[str, Any]:
    import duckdb

    con = duckdb.connect(config={"threads": "2"})
    given = {path: options(path) for path in sorted(data.glob("*.csv"))}
    start, cpu, rows = time.perf_counter(), time.process_time(), 0
    for path, how in given.items():
        query = f"select count(*), count(columns(*)) from read_csv($path, {how}, encoding = $code)"
        try:
            found = con.execute(query, {"path": str(path), "code": "utf-8"}).fetchall()
        except duckdb.Error:  # Big5: the bytes are read all the same
            found = con.execute(query, {"path": str(path), "code": "latin-1"}).fetchall()
        rows += int(found[0][0])
    return {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu, "rows": rows}


def build(data: Path, place: Path) -> dict[str, Any]:
    """One build and publication."""
    import pypinyin  # noqa: F401 (imported while it works, and imports are not measured)

    from dashboard import warehouse
    from dashboard.definitions import contracts, programmes
    from dashboard.definitions.places import Places

    tables = contracts.load()
    programme = programmes.load(programmes.find(data)[0], tables)
    start, cpu = time.perf_counter(), time.process_time()
    _, counts = warehouse.publish(place, programme, Places(data), tables)
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
        warehouse.ask(snapshot, "kpi_results", access.bureau(), on=on, level=None, kpi=None, period=None)
        if i >= 10:
            taken.append((time.perf_counter() - start) * 1000)
    return {"p50": statistics.median(taken), "p95": statistics.quantiles(taken, n=20)[18]}


def main() -> None:
    """Both sizes, or one step of them in this process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", choices=("plain", "tight", "build", "ask"))
    parser.add_argument("--only", choices=("sample", "nation"))
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    steps = {"plain": plain_read, "tight": tight_read, "build": build, "ask": ask}
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
    plain, tight = (
        min((_step(step, root / "data") for _ in range(3)), key=lambda found: found["wall"])
        for step in ("plain", "tight")
    )
    made = min(
        (_step("build", root / "data", root / f"warehouse{i}") for i in range(3)),
        key=lambda found: found["wall"],
    )
    asked = _step("ask", root / "warehouse0")
    print(
        f"  plain read   {plain['wall']:7.2f} s   cpu {plain['cpu']:6.2f} s   {plain['rows']:,} rows of CSV\n"
        f"  tight read   {tight['wall']:7.2f} s   cpu {tight['cpu']:6.2f} s   nothing sniffed\n"
        f"  build        {made['wall']:7.2f} s   cpu {made['cpu']:6.2f} s   {made['rows']:,} rows,"
        f" peak memory {made['memory']:.2f} GB\n"
        f"  build / plain read = {made['wall'] / plain['wall']:.1f}x wall, {made['cpu'] / plain['cpu']:.1f}x cpu;"
        f" / tight read = {made['wall'] / tight['wall']:.1f}x wall, {made['cpu'] / tight['cpu']:.1f}x cpu\n"
        f"  results --as-of, warm: p50 {asked['p50']:.1f} ms, p95 {asked['p95']:.1f} ms",
        flush=True,
    )


def _step(step: str, *folders: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench", "--step", step, *map(str, folders)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
