from __future__ import annotations

import pytest
from rule_consulting import Consulting

from advisor.loading.knowledge import load


@pytest.fixture(scope="session")
def consulting() -> Consulting:
    """The shipped rules over the shipped knowledge."""
    return Consulting(load(use_cache=False))
