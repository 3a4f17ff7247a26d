"""The samples, written and built once for every test that wants a realistic warehouse and does not change it."""

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import google.auth._exponential_backoff
import pytest
import tenacity.nap
from streamlit.components.v2 import manifest_scanner

from dashboard import sample, warehouse
from dashboard.definitions import contracts, deployment, programmes
from dashboard.definitions.places import Places
from dashboard.sources import transport
from dashboard.state.store import Store
from tests.google_server import Server
from tests.samples import KEELUNG, MEETINGS, NTPC, Place
from tests.sheets_running import Office, book, bring_here


@pytest.fixture(scope="session", autouse=True)
def components_sought_once() -> Iterator[None]:
    """`AppTest` looks through every installed package for components of Streamlit, anew for each test of a page, which
    takes longer than the page."""
    found = functools.cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


def _publish(data: Path, place: Path) -> None:
    tables = contracts.load()
    (path,) = programmes.find(data)
    warehouse.publish(place, programmes.load(path, tables), Places(data), tables)


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's data folder."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    sample.write(folder)
    return folder


@pytest.fixture(scope="session")
def sample_warehouse(sample_data: Path) -> Path:
    """A warehouse with a snapshot of the sample."""
    place = sample_data.parent / "warehouse"
    _publish(sample_data, place)
    return place


@pytest.fixture(scope="session")
def ntpc_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample of ntpc-5g-112: its `data`, and a `warehouse` with a snapshot of it."""
    folder = tmp_path_factory.mktemp("ntpc-sample")
    sample.WRITERS[NTPC](folder / "data")
    _publish(folder / "data", folder / "warehouse")
    return folder


@pytest.fixture(scope="session")
def both(
    sample_data: Path, sample_warehouse: Path, ntpc_sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The samples of both programmes: the data folder of each by the programme's name, and a `warehouse` of both."""
    folder = tmp_path_factory.mktemp("both")
    shutil.copytree(sample_data, folder / KEELUNG)
    shutil.copytree(sample_warehouse, folder / "warehouse")
    shutil.copytree(ntpc_sample / "data", folder / NTPC)
    shutil.copytree(ntpc_sample / "warehouse" / NTPC, folder / "warehouse" / NTPC)
    return folder


def _configured(folder: Path, warehouse: Path, programmes: list[str], patch: pytest.MonkeyPatch) -> None:
    """A configuration of the test's own, which the product reads until the test has ended."""
    file = folder / "kpi.toml"
    file.write_text(f'programmes = {programmes}\nwarehouse = "{warehouse.as_posix()}"\n', encoding="utf-8")
    patch.setenv(deployment.VARIABLE, str(file))


@pytest.fixture
def served(sample_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The warehouse of the sample of the 41 schools, which is served."""
    _configured(tmp_path, sample_warehouse, [KEELUNG], monkeypatch)
    return sample_warehouse


@pytest.fixture
def both_served(both: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the samples of both programmes, which are served."""
    _configured(tmp_path, both / "warehouse", [KEELUNG, NTPC], monkeypatch)
    return both


@pytest.fixture
def own_warehouse(sample_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse of the test's own, with the sample of the 41 schools, which is served."""
    shutil.copytree(sample_warehouse, tmp_path / "warehouse")
    (tmp_path / deployment.FILE).write_text('warehouse = "warehouse"\n', "utf-8")
    monkeypatch.setenv(deployment.VARIABLE, str(tmp_path / deployment.FILE))
    return tmp_path / "warehouse"


@pytest.fixture
def store(own_warehouse: Path) -> Store:
    """What people write beside a warehouse of the test's own."""
    return Store(own_warehouse)


@pytest.fixture
def keelung(sample_warehouse: Path, tmp_path: Path) -> Place:
    """The sample of the 41 schools, and a folder to export to."""
    return Place(sample_warehouse, tmp_path)


@pytest.fixture(params=MEETINGS)
def each_programme(request: pytest.FixtureRequest, both: Path, tmp_path: Path) -> Place:
    """The sample of each programme on the day of its meeting, and a folder to export to."""
    return Place(both / "warehouse", tmp_path, request.param, MEETINGS[request.param][0])


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A deployment with one spreadsheet of eight worksheets, nothing read yet. Waits between tries are only noted."""
    monkeypatch.setattr(transport, "adapter", transport.adapter)
    with Server(book()) as server, Server() as bait:
        bring_here(server.url, bait.url)
        made = Office(tmp_path, server, bait)
        made.write_key()
        made.configure()
        monkeypatch.setattr(transport, "time", made.clock)
        for sleeping in (tenacity.nap, google.auth._exponential_backoff):
            monkeypatch.setattr(sleeping, "time", SimpleNamespace(sleep=made.slept.append))
        yield made
        assert bait.requests == []
