"""The class of a licence, by the SPDX expression that a package states."""

from __future__ import annotations

import pytest

from advisor.policy.licences import class_of


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("MIT", "permissive"),
        ("BSD-3-Clause AND Apache-2.0", "permissive"),
        ("LGPL-3.0-only", "copyleft"),
        ("proprietary", "proprietary"),
        # Together the strictest counts, of alternatives the freest.
        ("Apache-2.0 AND AGPL-3.0-only AND LGPL-3.0-or-later", "copyleft"),
        ("GPL-2.0-only OR MIT", "permissive"),
        ("MIT AND proprietary OR GPL-2.0-only", "copyleft"),
    ],
)
def test_a_licence_that_is_known_has_a_class(expression: str, found: str) -> None:
    assert class_of(expression) == found


@pytest.mark.parametrize(
    "expression",
    ["", "unknown", "not_available", "Llama-3", "MIT AND Llama-3", "MIT OR Llama-3", "(MIT OR GPL-2.0-only)"],
)
def test_of_any_other_nothing_is_guessed(expression: str) -> None:
    assert class_of(expression) is None
