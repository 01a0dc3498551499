"""Runs the program from outside, as a user or a script does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

import advisor
from advisor import resources

EXAMPLES = tuple(sorted((resources.knowledge() / "examples").glob("*.yaml")))
"""The answers that come with the program."""

_PLACE = Path(advisor.__file__).resolve().parent.parent
_LEFT_OUT = ("ADVISOR_HOME", "PYTHONHASHSEED", "PYTHONUNBUFFERED", "PYTHONUTF8")

UNWATCHED = {"COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}
"""For a program without what measures coverage, which imports and opens things of its own."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the program came to."""

    exit: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The one JSON document that standard output holds."""
        return json.loads(self.stdout, parse_constant=_no_json)

    @property
    def lines(self) -> list[Any]:
        """The JSON documents on the lines of standard output, whatever a reader takes for a line."""
        return [json.loads(line, parse_constant=_no_json) for line in self.stdout.splitlines()]


class Run(Protocol):
    """Starts the program and waits for it."""

    def __call__(
        self,
        *arguments: str | Path,
        stdin: str | bytes = "",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        program: tuple[str, ...] = ("-m", "advisor"),
    ) -> Ran: ...


def example(name: str) -> Path:
    """The file of an example."""
    return resources.knowledge() / "examples" / f"{name}.yaml"


def environment(home: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of this process, with those of a test over them; `PYTHONPATH` is put before what is there."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    given = {"ADVISOR_HOME": str(home), **(env or {})}
    # A checkout has to be found from whatever folder a test starts the program in.
    checkout = [str(_PLACE)] if (_PLACE / "pyproject.toml").is_file() else []
    paths = [given.pop("PYTHONPATH", ""), *checkout, kept.get("PYTHONPATH", "")]
    return {**kept, **given, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def start(*arguments: str | Path, home: Path, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """The program, running, with its ends in hand."""
    return subprocess.Popen(
        [sys.executable, "-m", "advisor", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=environment(home),
        encoding="utf-8",
    )


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what the program stores, shared so that knowledge is read from its files once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def run(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the program away from any checkout."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run(
        *arguments: str | Path,
        stdin: str | bytes = "",
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        program: tuple[str, ...] = ("-m", "advisor"),
    ) -> Ran:
        done = subprocess.run(
            [sys.executable, *program, *map(str, arguments)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env=environment(home, env),
            cwd=cwd or elsewhere,
            check=False,
            timeout=150,
        )
        return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return run


def too_wide(text: str) -> list[str]:
    """The lines that do not fit a terminal, but for an address, which stays whole on a line of its own."""
    wide = [line for line in text.splitlines() if len(line) > 80]
    return [line for line in wide if not ("://" in line and len(line.split()) == 1)]


def _no_json(word: str) -> Any:
    raise AssertionError(f"{word} is no JSON")
