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


def blocks(language: str = "") -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [block for name, block in found if name == language]


def run(command: str, home: Path, folder: Path = README.parent) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"ADVISOR_HOME": str(home), "PATH": "", "PYTHONPATH": str(README.parent)},
    )


@pytest.mark.parametrize("words", [r"recommend .*", r"how .*", r"recommend .* --format requirements"])
def test_what_a_command_answers_is_printed_as_it_stands_there(words: str, tmp_path: Path) -> None:
    shown = next(block for block in blocks() if re.match(rf"\$ advisor {words}\n", block))
    line, _, expected = shown.partition("\n")
    done = run(line.removeprefix("$ "), tmp_path)
    assert done.stderr == ""
    # Digests of the files change without the answer.
    assert re.sub(r"sha256:[0-9a-f]{64}", "sha256:...", done.stdout) == expected


def test_how_firmly_the_first_answer_stands_is_what_its_detail_says(tmp_path: Path) -> None:
    line = next(block for block in blocks() if block.startswith("$ advisor recommend ")).partition("\n")[0]
    shown = next(block for block in blocks() if block.startswith("How firmly it stands"))
    assert shown in run(f"{line.removeprefix('$ ')} --detail", tmp_path).stdout


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
