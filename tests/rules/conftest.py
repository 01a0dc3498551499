from __future__ import annotations

import pytest

from advisor import resources
from advisor.audit.audit import audit
from advisor.audit.examples import Stage
from advisor.loading.cases import read_cases, read_examples
from advisor.loading.knowledge import load
from advisor.model.audit import Audit
from advisor.model.knowledge import KnowledgeBase

LATER = "9999-12-31"
"""A day on which nothing is still to come: no test depends on the clock."""


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    """The shipped rules over the shipped knowledge."""
    return load(use_cache=False)


@pytest.fixture(scope="session")
def stage(base: KnowledgeBase) -> Stage:
    """Where the rules are put in situations."""
    return Stage(base)


@pytest.fixture(scope="session")
def audited(base: KnowledgeBase) -> Audit:
    """What `advisor rules check` finds."""
    folder = resources.knowledge()
    cases = [case.answers for case in read_cases(sorted((folder / "cases").glob("*.yaml")), base)]
    cases += read_examples(sorted((folder / "examples").glob("*.yaml")), base)
    return audit(base, cases, LATER)
