"""The sample, written and built once for every test that wants a realistic warehouse."""

from pathlib import Path

import pytest

from dashboard import programmes, sample, warehouse
from dashboard.sources import contracts
from dashboard.sources.places import Places


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's data folder."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    sample.write(folder)
    return folder


@pytest.fixture(scope="session")
def sample_warehouse(sample_data: Path) -> Path:
    """A warehouse with a snapshot of the sample."""
    tables = contracts.load()
    (path,) = programmes.find(sample_data)
    place = sample_data.parent / "warehouse"
    warehouse.publish(place, programmes.load(path, tables), Places(sample_data), tables)
    return place
