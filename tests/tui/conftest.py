from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.program import home, run

from tui.terminal import Terminals

# Stand-ins for frameworks lie beside the tests of the runner, which are no package.
sys.path.append(str(Path(__file__).resolve().parents[1] / "probes"))

__all__ = ["home", "run", "terminals"]


@pytest.fixture
def terminals(tmp_path: Path) -> Iterator[Terminals]:
    """Opens the program on terminals, with the folder of the test as its home."""
    opened = Terminals(tmp_path)
    yield opened
    opened.end()
