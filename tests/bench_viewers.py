"""`python -m tests.bench_viewers`: many viewers at once, turn by turn with another checkout of the project.

Each viewer looks at a page, thinks five seconds, and looks at the next. What is given is how long an answer took, how many
failed, and how much memory and how many files the server holds at the end. The turns alternate, so that the machine's
speed cancels out.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from pathlib import Path

from tests import visitors
from tests.visitors import Server, Visitor

THINK = 5.0
PAGES = ("overview", "group", "school", "indicator", "data", "reminders")
DAYS = ("2022-11-25", "2022-11-22", "2022-10-31")


async def viewer(server: Server, ends: float, draw: random.Random) -> tuple[list[float], int]:
    """How long each answer took in milliseconds, and how many did not come."""
    taken: list[float] = []
    failed = 0
    visitor = Visitor(server)
    await asyncio.sleep(draw.uniform(0, THINK))
    await visitor.arrive()
    while time.monotonic() < ends:
        start = time.perf_counter()
        try:
            page = await visitor.look(draw.choice(PAGES), on=draw.choice(DAYS))
            failed += "讀不出來" in page or not page
        except Exception:
            failed += 1
        taken.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(THINK)
    await visitor.leave()
    return taken, failed


def turn(server: Server, many: int, seconds: float, seed: int) -> tuple[list[float], int]:
    """All viewers of one turn."""

    async def all_of_them() -> tuple[list[float], int]:
        ends = time.monotonic() + seconds
        each = await asyncio.gather(
            *(viewer(server, ends, random.Random(seed * 1000 + i)) for i in range(many))
        )
        return [took for taken, _ in each for took in taken], sum(failed for _, failed in each)

    return asyncio.run(all_of_them())


def main() -> None:
    """This checkout, and another one beside it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=120.0, help="for each checkout, in four turns")
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        servers: dict[str, Server] = {}
        for label, checkout in (("this", None), ("other", options.beside)):
            if label == "this" or checkout:
                folder = Path(name) / label
                folder.mkdir()
                servers[label] = stack.enter_context(visitors.serving(folder, checkout=checkout))
        found: dict[str, list[float]] = {label: [] for label in servers}
        failed = dict.fromkeys(servers, 0)
        for seed in range(4):
            for label, server in list(servers.items())[:: -1 if seed % 2 else 1]:
                taken, errors = turn(server, options.viewers, options.seconds / 4, seed)
                found[label] += taken
                failed[label] += errors
        for label, server in servers.items():
            status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
            memory = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
            p95 = statistics.quantiles(found[label], n=20)[18]
            print(
                f"{label}: {len(found[label])} answers, {failed[label]} failed, p50 {statistics.median(found[label]):.0f} ms,"
                f" p95 {p95:.0f} ms, {int(memory) // 1024} MB, {server.descriptors()} files",
                flush=True,
            )


if __name__ == "__main__":
    main()
