"""What the package index says of a framework, as facts: what it does not say is not made up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.loading.registry import Registry
from advisor.model.package import Package

PACKAGE = Package(
    observed="2026-11-22",
    latest="2.1",
    released="2026-10-01",
    first="2020-01-02",
    recent=5,
    every=90,
    python=">=3.11",
    versions="1.0 2.0 2.1",
)


def facts(**changed: object) -> dict[str, object]:
    registry = Registry(packages={"red": replace(PACKAGE, **changed)})  # type: ignore[arg-type]
    return {attribute: value for attribute, value, _ in registry.facts("red", "")}


def test_what_the_index_says_is_a_fact_each() -> None:
    assert facts(wheels=("any",)) == {
        "first_release": "on the package index since 2020-01-02",
        "latest_release": "2.1 (2026-10-01)",
        "release_cadence": "5 in two years, every 90 days in the median",
        "python": ">=3.11",
        "architectures": ("any",),
    }


@pytest.mark.parametrize(
    ("changed", "attribute", "said"),
    [
        ({"first": "unknown"}, "first_release", "unknown"),
        ({"released": "unknown"}, "latest_release", "2.1"),
        ({"recent": 1, "every": 0}, "release_cadence", "1 in two years"),
        ({"python": ""}, "python", "not declared to the index"),
        ({"interpreters": ("3.11", "3.12")}, "python", ("3.11", "3.12")),
        ({}, "architectures", "none"),
    ],
)
def test_what_it_does_not_say_is_not_made_up(changed: dict[str, object], attribute: str, said: object) -> None:
    assert facts(**changed)[attribute] == said


def test_where_every_release_is_withdrawn_nothing_is_known_of_the_newest() -> None:
    assert set(facts(latest="unknown").values()) == {"unknown"}


def test_what_is_unknown_says_why() -> None:
    registry = Registry(packages={"red": replace(PACKAGE, latest="unknown")})
    assert all(note for _, _, note in registry.facts("red", ""))
