"""The options that a recommendation ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from advisor.model.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """One option, with everything that is known of it."""

    id: str
    name: str
    summary: str
    package: str
    """What pip installs, as an extra of this project or a requirement."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """By attribute. `attribute@word` is what holds on the training accelerator `word` instead of in general."""
