"""Folders laid over the program's own knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from advisor.errors import InputError
from advisor.loading.knowledge import load
from advisor.model.knowledge import KnowledgeBase

MADE_UP = Path(__file__).resolve().parents[2] / "cases" / "made_up"

HEAD = """\
id: lattice
name: Lattice
summary: Made up.
sources:
  own: {ref: here, observed: "2026-01-01", grade: official}
facts:
"""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A folder of knowledge, and one of rules beside it."""

    root: Path

    @property
    def knowledge(self) -> Path:
        return self.root / "ours"

    @property
    def rules(self) -> Path:
        return self.root / "rules"

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def load(self, *, use_cache: bool = False) -> KnowledgeBase:
        knowledge, rules = ([path] if path.exists() else [] for path in (self.knowledge, self.rules))
        return load(knowledge, rules, use_cache=use_cache)

    def problems(self, *, use_cache: bool = False) -> list[str]:
        """What loading refuses, by its place below the overlay; nothing where it does not."""
        try:
            self.load(use_cache=use_cache)
        except InputError as error:
            return [str(problem).removeprefix(f"{self.root}/") for problem in error.problems]
        return []
