"""A small knowledge base with a decision that was made from it, to change one thing about at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.decision.sealing import sealed
from advisor.render.json import written
from cli.program import Ran, Run
from cli.small_base import SmallBase

LOCK = "advisor.lock.json"
SITUATION = ("--set", "train_hw=gpu", "--set", "train_os=linux", "--no-detect")
DECIDED, LATER = "2024-06-01", "2024-06-15"
STACK = """\
sources:
  docs: {ref: design, observed: "2024-06-01", grade: judged}
rules:
- id: STK-001
  title: Data come by a loader
  when: {train_os: linux}
  then: {put: [{component: loader, place: train, prefer: 1}]}
  message: Data have to come from somewhere.
  reason: They do not come by themselves.
  source: docs
  examples:
    fires: {answers: {train_os: linux}, option: red}
    misses: {answers: {train_os: mac}, option: red}
"""


@dataclass(frozen=True, slots=True)
class World:
    """The base, the folder with the decision, and the program that takes the base for its own."""

    base: SmallBase
    folder: Path
    run: Run

    @property
    def lock(self) -> Path:
        return self.folder / LOCK

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.lock.read_text(encoding="utf-8"))
        return found

    def ask(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
        return self.run(*arguments, env={**self.base.env, **(env or {})}, cwd=self.folder)

    def check(self, *arguments: str | Path, as_of: str = LATER) -> Ran:
        return self.ask("check", "--no-detect", "--as-of", as_of, *arguments)

    def edit(self, old: str, new: str) -> None:
        """Change the text of the decision, as somebody does in an editor."""
        text = self.lock.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        self.lock.write_text(text.replace(old, new), encoding="utf-8")

    def reseal(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the decision as if it had been made like that."""
        data = self.data
        change(data)
        self.lock.write_text(written(sealed(data)), encoding="utf-8")


def flat(text: str) -> str:
    """Text without its line breaks and columns."""
    return " ".join(text.split())
