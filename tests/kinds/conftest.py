from __future__ import annotations

from cli.program import home, run

__all__ = ["home", "run"]
