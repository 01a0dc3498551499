"""The parts of a stack that stand around the primary framework."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from advisor.frozen import dataclass
from advisor.model.fact import NOT_APPLICABLE, Fact, Source
from advisor.model.rule import Place

Status = Literal["active", "maintenance", "beta", "experimental", "ended"]

THINGS = ("layer", "purpose", "goes_with", "status", "licence", "platforms", "release", "lineage")
"""What is known of every component: the attribute of each of its facts."""

HARDWARE: Mapping[Place, str] = {"develop": "develop_hw", "train": "train_hw", "deploy": "deploy_chip"}
"""The answer that names the accelerator of a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A library, runtime, server or tool that a stack can name."""

    id: str
    name: str
    layer: str
    """One of the vocabulary's layers."""
    purpose: str
    status: Status
    source: Source
    """Where status and purpose were read."""
    also: tuple[Source, ...] = ()
    """Further sources: only together do they show everything that is said of it."""
    requires: tuple[str, ...] = ()
    """Primaries of which one has to be the recommended one; empty when it goes with any."""
    excludes: tuple[str, ...] = ()
    """Components that cannot stand beside it in one place."""
    platforms: tuple[str, ...] = ()
    """Operating systems (words of `train_os`) where it runs, for the place it is put; empty where that is not bound."""
    accelerators: tuple[str, ...] = ()
    """Accelerators (words of `train_hw` and `deploy_chip`) of which it needs one, where it is put; empty where that is
    not bound."""
    beside: tuple[str, ...] = ()
    """What has to stand in the stack too, each a component or several with `|` between them, of which one will do."""
    breaks: tuple[str, ...] = ()
    """Words of `constraints` that it cannot keep where it is put: it needs a network, or Python at run time."""
    pins: str = ""
    """The releases of the primary's package that it declares to work with, as in `torch>=2.9,<2.10`."""
    asks: tuple[str, ...] = ()
    """The same of other packages, where the newest release is none of them: of a part of the stack an older one is
    taken, and an exact release of any other package is installed too."""
    licence: str = "unknown"
    """SPDX identifier, `proprietary`, or one of the states of a fact."""
    python: str = NOT_APPLICABLE
    """The Python versions it asks for."""
    package: str = ""
    """Its name on the package index, if it is there."""
    release: str = "unknown"
    """The newest release that is not withdrawn, with its day."""
    index: Source | None = None
    """Where release and Python were looked up, if not in `source`."""
    replaces: tuple[str, ...] = ()
    successor: str = ""
    """What takes its place once its day is over."""
    note: str = ""
    expires: tuple[str, str] = ("", "")
    """The days from which the release, and everything else, should be looked at again."""
    origin: str = ""
    """The overlay it came from; empty for what comes with the program."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Its eight things, each as a fact."""
        said = {
            "layer": self.layer,
            "purpose": self.purpose,
            "goes_with": f"{_said(self.requires)}; excludes {_said(self.excludes, 'nothing')}" + self._bounds(),
            "status": self.status,
            "licence": self.licence,
            "platforms": f"{_said(self.platforms)}; "
            + (f"on {_said(self.accelerators)}; " if self.accelerators else "")
            + f"Python {self.python}",
            "release": self.release,
            "lineage": f"replaces {_said(self.replaces, 'nothing')}; replaced by {self.successor or 'nothing'}",
        }
        return tuple(self._fact(thing, said[thing]) for thing in THINGS)

    def _bounds(self) -> str:
        bounds = {"needs": self.beside, "cannot keep": self.breaks, "works with": (self.pins,) if self.pins else ()}
        return "".join(f"; {what} {_said(words)}" for what, words in bounds.items() if words)

    def _fact(self, thing: str, value: str) -> Fact:
        released = thing == "release"
        return Fact(
            id=f"component.{self.id}.{thing}",
            attribute=thing,
            value=value,
            source=self.index if released and self.index else self.source,
            also=() if released and self.index else self.also,
            note=self.note if thing == "status" else "",
            expires=self.expires[0 if released else 1],
            origin=self.origin,
        )


def _said(names: tuple[str, ...], empty: str = "any") -> str:
    return ", ".join(names) or empty
