from __future__ import annotations

import pytest

from advisor.inference import durable, plain
from advisor.inference.engine import Compile


@pytest.fixture(params=["plain", "durable"])
def compile_rules(request: pytest.FixtureRequest) -> Compile:
    """Either engine: what a test says of one, it says of both."""
    if request.param == "plain":
        return plain.compile_rules
    if not durable.available():
        pytest.skip("durable-rules does not load here")
    return durable.compile_rules
