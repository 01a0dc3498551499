"""What the tools work with."""

from __future__ import annotations

from advisor.api.given import Seeing
from advisor.api.knowledge import Knowledge
from advisor.frozen import dataclass
from advisor.mcp.root import Root


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Knowledge, the folder that files may be read from, and whether the machine is looked at."""

    knowledge: Knowledge
    root: Root
    detect: bool = False

    @property
    def seeing(self) -> Seeing:
        """What counts beside the answers."""
        return {"detect": True, "measurements": "stored"} if self.detect else {}
