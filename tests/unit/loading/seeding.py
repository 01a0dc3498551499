"""Copies of the knowledge base with faults in them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from advisor import resources
from advisor.errors import InputError, Problem
from advisor.loading.knowledge import load
from advisor.model.knowledge import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Folders:
    """A copy of the knowledge and rules folders."""

    root: Path

    def load(self) -> KnowledgeBase:
        return load(own=(self.root / "knowledge", self.root / "rules"), use_cache=False)

    def problems(self) -> tuple[Problem, ...]:
        """What loading refuses; nothing where it does not."""
        try:
            self.load()
        except InputError as error:
            return error.problems
        return ()

    def edit(self, file: str, pattern: str, new: str) -> int:
        """Replace the first match of the pattern; the line on which the last line of the new text stands."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        match = re.search(pattern, text, re.MULTILINE)
        assert match, f"{file} has no {pattern}"
        path.write_text(text[: match.start()] + new + text[match.end() :], encoding="utf-8")
        return text.count("\n", 0, match.start()) + new.rstrip("\n").count("\n") + 1

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def copied(folder: Path) -> Folders:
    shutil.copytree(resources.knowledge(), folder / "knowledge")
    shutil.copytree(resources.rules(), folder / "rules")
    return Folders(folder)
