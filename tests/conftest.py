"""The samples, written and built once for every test that wants a realistic warehouse and does not change it."""

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from dashboard import sample, warehouse
from dashboard.definitions import contracts, programmes
from dashboard.definitions.places import Places

KEELUNG, NTPC = "keelung-111", "ntpc-5g-112"


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
def both(sample_data: Path, sample_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples of both programmes: the data folder of each by the programme's name, and a `warehouse` of both."""
    folder = tmp_path_factory.mktemp("both")
    shutil.copytree(sample_data, folder / KEELUNG)
    shutil.copytree(sample_warehouse, folder / "warehouse")
    sample.WRITERS[NTPC](folder / NTPC)
    _publish(folder / NTPC, folder / "warehouse")
    return folder
