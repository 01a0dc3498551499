"""The options that a recommendation ranks."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.frozen import dataclass, field
from advisor.model.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """One option, with everything that is known of it."""

    id: str
    name: str
    summary: str
    package: str
    """Its name on the package index."""
    binary_package: str = ""
    """The package that holds the wheels, where it is another one."""
    asks: tuple[str, ...] = ()
    """Releases of other packages that it needs and its own package does not ask for, as in `numpy==1.26.4`."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """By attribute. `attribute@word` is what holds on the training accelerator `word` instead of in general."""
    origin: str = ""
    """The overlay it came from; empty for what comes with the program."""

    def comes_as(self, package: str) -> bool:
        """Whether the package, in lower case and with hyphens, is this framework in one of its builds."""
        own = self.package.lower().replace("_", "-")
        return bool(own) and package in {own, f"{own}-cpu", f"{own}-gpu", f"{own}-macos", self.binary_package}
