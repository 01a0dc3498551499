"""A batch is answered alike by every process that has a part in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from advisor.cli.batch import open_alike
from advisor.cli.session import open_session
from advisor.errors import InputError

KNOWN: dict[str, Any] = {"machine": None, "measurements": None}


@pytest.fixture(scope="module")
def digests() -> dict[Any, str]:
    return dict(open_session().base.digests)


def test_by_the_same_knowledge_lines_are_answered(digests: dict[Any, str]) -> None:
    answer = open_alike("", [], [], KNOWN, digests, full=False)
    assert json.loads(answer((1, '{"id": 7, "domain": "cv"}')))["id"] == 7


@pytest.mark.parametrize("name", ["knowledge", "rules"])
def test_who_knows_something_else_answers_nothing(name: str, digests: dict[Any, str]) -> None:
    with pytest.raises(InputError, match=f"not every process has the same {name}: .* Import the same bundle"):
        open_alike("", [], [], KNOWN, {**digests, name: "sha256:0"}, full=False)
