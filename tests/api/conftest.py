from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.program import home, run

import advisor

__all__ = ["at_home", "home", "knowledge", "run"]


@pytest.fixture(scope="session", autouse=True)
def at_home(home: Path) -> Iterator[None]:
    """What is called in this process keeps its cache where the program that is started does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADVISOR_HOME", str(home))
        yield


@pytest.fixture(scope="session")
def knowledge() -> advisor.Knowledge:
    return advisor.Knowledge()
