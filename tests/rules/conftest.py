from __future__ import annotations

import pytest

from advisor.loading.knowledge import load
from rules.consulting import Consulting


@pytest.fixture(scope="session")
def consulting() -> Consulting:
    """The shipped rules over the shipped knowledge."""
    return Consulting(load(use_cache=False))
