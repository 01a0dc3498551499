"""Holds what the program says against files that are kept beside the tests.

To write them anew after a change that is meant: `ADVISOR_UPDATE_GOLDEN=1 pytest tests/golden`, look at the difference,
and run again without it. A run that writes never passes.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
INPUTS = FOLDER / "inputs"
UPDATE = "ADVISOR_UPDATE_GOLDEN"


def hold(name: str, text: str) -> None:
    """Fail unless the kept file of that name says exactly this."""
    file = FOLDER / name
    if os.environ.get(UPDATE) == "1":
        file.write_text(text, encoding="utf-8", newline="\n")
        pytest.fail(f"{name} was written; look at it, and run again without {UPDATE}")
    assert file.is_file(), f"{name} is missing; {UPDATE}=1 writes it"
    assert text == file.read_text(encoding="utf-8"), f"{name} differs; {UPDATE}=1 writes it anew where that is meant"
