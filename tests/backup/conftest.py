"""Two deployments on each engine: the one that is lost, and the one where its backup is put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import FixedClock
from tests.backup.deployment import Deployment, database_url
from tests.core.tools import NOON


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def here(engine: str, tmp_path: Path) -> Iterator[Deployment]:
    with database_url(engine) as url:
        yield Deployment(tmp_path / "here", url)


@pytest.fixture
def there(engine: str, tmp_path: Path) -> Iterator[Deployment]:
    with database_url(engine) as url:
        yield Deployment(tmp_path / "there", url)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path / "here", "sqlite:///data/plates.db")
