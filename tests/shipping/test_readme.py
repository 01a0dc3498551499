"""The README shows what the program really prints, and names only commands that there are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.cli.parser import build

README = Path(__file__).resolve().parents[2] / "README.md"

pytestmark = pytest.mark.checkout


def blocks() -> list[str]:
    return re.findall(r"```\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_the_first_answer_is_printed_as_it_stands_there(tmp_path: Path) -> None:
    shown = next(block for block in blocks() if block.startswith("$ advisor recommend"))
    command, _, expected = shown.partition("\n")
    done = subprocess.run(
        [sys.executable, "-m", *command.removeprefix("$ ").split()],
        cwd=README.parent,
        capture_output=True,
        text=True,
        check=False,
        env={"ADVISOR_HOME": str(tmp_path), "PATH": ""},
    )
    assert done.stderr == ""
    assert done.stdout == expected


def test_both_commands_stand_there_and_name_files_that_exist() -> None:
    first, second = (block.strip() for block in blocks() if "python3" in block)
    assert second == "python3 tests/run.py"
    assert (README.parent / "tests" / "run.py").is_file()
    for word in re.findall(r"\S+\.(?:yaml|txt)", first):
        assert (README.parent / word).is_file(), word


def test_every_command_of_the_program_is_listed_and_no_other() -> None:
    action = next(a for a in build()._actions if a.dest == "command")
    listed = set(re.findall(r"^\| `advisor ([\w-]+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert action.choices is not None
    assert listed == set(action.choices)


def test_every_file_it_links_to_exists() -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / target).exists(), target


def test_it_never_sends_anybody_to_the_other_project_of_the_name() -> None:
    assert "uvx advisor" not in README.read_text(encoding="utf-8")
    assert not re.search(r"pip install (-\S+ )*advisor\b", README.read_text(encoding="utf-8"))
