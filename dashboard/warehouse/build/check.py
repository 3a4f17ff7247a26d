"""The checks of a snapshot, before anybody sees it."""

from dashboard.paths import QUERIES
from dashboard.warehouse.build.base import Build, BuildError


def check(build: Build) -> None:
    """Every query in `queries/checks/` must return no rows.

    Raises:
        BuildError: with the title of each check that failed and its first rows.
    """
    build.progress(0.97, "查核")
    failed = []
    for path in sorted((QUERIES / "checks").glob("*.sql")):
        query = path.read_text(encoding="utf-8")
        if rows := build.con.execute(query).fetchall():
            title = query.partition("\n")[0].removeprefix("-- ").partition(":")[0]
            failed.append(f"查核「{title}」未通過：{rows[:3]}")
    if failed:
        raise BuildError("\n".join(failed))
