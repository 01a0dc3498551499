"""The document beside the rules says what the rules say."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.loading.knowledge import load
from advisor.render.reference import COMMAND, reference

pytestmark = pytest.mark.checkout


def test_the_reference_of_the_rules_is_up_to_date() -> None:
    kept = Path(__file__).resolve().parents[2] / "rules" / "README.md"
    assert kept.is_file(), f"write it with `{COMMAND}`"
    said = reference(load(use_cache=False).rules)
    # Compared without being shown: what differs are thousands of lines.
    same = kept.read_text(encoding="utf-8") == said
    assert same, f"rules/README.md is stale; write it anew with `{COMMAND}`"
