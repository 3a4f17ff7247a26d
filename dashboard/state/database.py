"""The database of the store: its address, its engine, and the check of its version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from dashboard.state.model import StateError

FILE = "state.sqlite"
PATIENCE = 20  # seconds that a writer waits for another
LOCK = 0x6B7069  # of PostgreSQL's advisory locks: one process at a time brings the store to this version
VERSION = "kpi_state_version"
MIGRATIONS = Path(__file__).parent / "migrations"


def file_of(warehouse: Path) -> Path:
    """The path of a warehouse's store, if it is a file."""
    return warehouse / FILE


@contextmanager
def reading(warehouse: Path, address: str) -> Iterator[sa.Connection | None]:
    """A connection that reads, or None where nothing was ever written.

    Raises:
        StateError: the store cannot be read, or is of a later version of the product.
    """
    if not address and not file_of(warehouse).exists():
        yield None
        return
    with _state_errors(address), _engine(warehouse, address).connect() as connection:
        if (_version(connection) or "") != newest():
            connection.rollback()
            _bring_up_to_date(_engine(warehouse, address))
        yield connection


@contextmanager
def writing(warehouse: Path, address: str) -> Iterator[sa.Connection]:
    """A connection in a transaction that is committed whole or not at all.

    Raises:
        StateError: the store cannot be written, or is of a later version of the product.
    """
    with _state_errors(address):
        if not address and not file_of(warehouse).exists():
            _make(file_of(warehouse))
        engine = _engine(warehouse, address)
        _bring_up_to_date(engine)
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection


@contextmanager
def _state_errors(address: str) -> Iterator[None]:
    """Turn errors of the database into `StateError` with only their kind: their texts may hold the password."""
    try:
        yield
    except (SQLAlchemyError, OSError, ValueError) as error:
        where = "kpi.toml 的 state 所指的資料庫" if address else f"「{FILE}」"
        cause = getattr(error, "orig", error)
        kind = type(cause).__name__
        todo = (
            "請檢查資料庫是否開著、帳號與權限。"
            if address
            else "請檢查磁碟空間與權限；檔案損壞時，用 kpi state load 由備份還原。"
        )
        raise StateError(f"會議與決定的紀錄讀寫失敗：{where}（{kind}）。{todo}數字與快照不受影響。") from None


def _make(path: Path) -> None:
    """Create the file for its user alone: it may hold the names of persons."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


@lru_cache(maxsize=8)
def _engine(warehouse: Path, address: str) -> sa.Engine:
    if address:
        url = sa.make_url(address).set(drivername="postgresql+psycopg")
        return sa.create_engine(url, pool_pre_ping=True, pool_size=2, connect_args={"connect_timeout": 5})
    file = file_of(warehouse)
    is_writable = os.access(warehouse, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))
    # Where nothing may be written nobody else writes either.
    place = f"{file}" if is_writable else f"{file.absolute().as_uri()}?mode=ro&immutable=1&uri=true"
    engine = sa.create_engine(f"sqlite:///{place}", poolclass=sa.NullPool, connect_args={"timeout": PATIENCE})

    # As SQLAlchemy's documentation has it: Python's own handling of transactions would begin too late.
    @event.listens_for(engine, "connect")
    def prepare(connection, record) -> None:  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        if is_writable:
            connection.execute("pragma journal_mode = wal")
        connection.execute("pragma foreign_keys = on")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def _bring_up_to_date(engine: sa.Engine) -> None:
    """Run the missing versions, in one process at a time."""
    last = newest()
    with engine.connect() as connection:
        if _version(connection) == last:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        version = _version(connection)
        known = {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}
        if version is not None and version not in known:
            raise StateError(
                f"會議與決定的紀錄是較新版本的系統寫的（{version}），這個版本（{last}）讀不懂。請更新系統，或改用那個版本。"
            )
        if version != last:
            settings.attributes |= {"connection": connection, "version_table": VERSION}
            command.upgrade(settings, "head")


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION):
        return None
    return connection.execute(sa.text(f"select version_num from {VERSION}")).scalar()


@lru_cache(maxsize=1)
def newest() -> str:
    """The last version, from the name of its module."""
    return max(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("v[0-9][0-9][0-9][0-9]_*.py"))
