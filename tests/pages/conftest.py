from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium
from playwright.sync_api import Browser

from pages.samples import write


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages of a file: what drives it keeps others from a loop of events of their own."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every page as a file, by name."""
    return write(tmp_path_factory.mktemp("pages"))
