"""Where a forced version stands to those that a release serves."""

from __future__ import annotations

import pytest

from advisor.model.versions import is_version, standing


@pytest.mark.parametrize(
    ("version", "named", "expected"),
    [
        ("3.12", ("3.11", "3.12", "3.13"), "served"),
        ("3.12.4", ("3.11", "3.12", "3.13"), "served"),
        ("3.8", ("3.11", "3.12"), "older"),
        ("3.15", ("3.11", "3.12"), "newer"),
        ("3.12", ("3.11", "3.13"), "skipped"),
        ("3.13", ("3.12", "3.13t"), "served"),
        ("3.10", ">=3.10", "served"),
        ("3.10", ">=3.10.1,<3.14", "served"),
        ("3.13", ">=3.13.14,<3.14", "served"),
        ("3.13.2", ">=3.13.14,<3.14", "older"),
        ("3.9", ">=3.10", "older"),
        ("3.14", ">=3.10,<3.14", "newer"),
        ("3.14", "unknown", ""),
        ("three", ("3.11",), ""),
        ("3.11", (), ""),
    ],
)
def test_a_version_stands_somewhere_to_those_that_are_named(
    version: str, named: str | tuple[str, ...], expected: str
) -> None:
    assert standing(version, named) == expected


@pytest.mark.parametrize(("text", "names_one"), [("3.12", True), ("3.12.4", True), (">=3.11", False), ("3.11+", False)])
def test_a_range_is_no_version(text: str, *, names_one: bool) -> None:
    assert is_version(text) is names_one
