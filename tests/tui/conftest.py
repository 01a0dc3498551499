from __future__ import annotations

import sys
from pathlib import Path

from cli.program import home, run

# Stand-ins for frameworks lie beside the tests of the runner, which are no package.
sys.path.append(str(Path(__file__).resolve().parents[1] / "probes"))

__all__ = ["home", "run"]
