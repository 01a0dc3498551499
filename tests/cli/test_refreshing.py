"""What is installed here, held against what an index says of it."""

from __future__ import annotations

from dataclasses import replace
from importlib import metadata

import pytest

from advisor.cli.refreshing import _installed
from advisor.evidence.index import Asked
from advisor.model.package import Canary, Package

HERE = metadata.version("pydantic")
PACKAGE = Package(
    observed="2026-11-22",
    latest=HERE,
    released="2026-11-01",
    first="2017-05-03",
    recent=1,
    every=1,
    python="",
    versions=f"0.1 {HERE}",
)


def state(package: Package, *denied: str) -> str:
    canary = Canary(package="x", version="1", digest="sha256:0")
    asked = Asked(canary=canary, packages={"pydantic": package, "no-such-package": PACKAGE}, missing=())
    found = _installed(asked, {"pydantic": denied})
    assert set(found) == {"pydantic"}
    assert found["pydantic"]["version"] == HERE
    return str(found["pydantic"]["state"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "newest"),
        ({"latest": "9999.0", "versions": f"{HERE} 9999.0"}, "older"),
        ({"withdrawn": (HERE,)}, "withdrawn"),
        ({"latest": "0.1", "versions": "0.1"}, "not on the index"),
    ],
)
def test_an_installed_release_is_the_newest_older_withdrawn_or_unknown_to_the_index(
    changed: dict[str, object], said: str
) -> None:
    assert state(replace(PACKAGE, **changed)) == said  # type: ignore[arg-type]


@pytest.mark.parametrize("withdrawn", [(), (HERE,)])
def test_an_installed_release_that_is_denied_is_called_so_before_anything_else(withdrawn: tuple[str, ...]) -> None:
    assert state(replace(PACKAGE, latest="9999.0", withdrawn=withdrawn), f"{HERE}.0") == "denied"
    assert state(replace(PACKAGE, latest="9999.0"), "0.1") == "older"
