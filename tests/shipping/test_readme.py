"""README and chapters show what the program really prints, and name only commands and files that there are."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from advisor.cli.parser import build, every_parser, parse

README = Path(__file__).resolve().parents[2] / "README.md"
CHAPTERS = sorted((README.parent / "docs").glob("*.md"))

pytestmark = pytest.mark.checkout


def said() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in (README, *CHAPTERS))


def blocks(language: str = "") -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", said(), re.DOTALL | re.MULTILINE)
    return [block for name, block in found if name == language]


def run(command: str, home: Path, folder: Path = README.parent) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"ADVISOR_HOME": str(home), "PATH": "", "PYTHONPATH": str(README.parent)},
    )


@pytest.mark.parametrize(
    "words", [r"recommend .*", r"how .*", r"why-not .*", r"portfolio .*", r"recommend .* --format requirements"]
)
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


def test_what_is_done_from_python_comes_to_what_stands_there(tmp_path: Path) -> None:
    sample = tmp_path / "sample.txt"
    (block,) = blocks("pycon")
    sample.write_text(block, encoding="utf-8")
    done = run(f"doctest {sample}", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_agent_is_told_a_command_that_there_is() -> None:
    (block,) = blocks("json")
    server = json.loads(block)["mcpServers"]["advisor"]
    assert server["command"] == "advisor"
    assert parse(server["args"]).command == "mcp"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with the decision that the README makes, and the files that watch over it."""
    (line,) = (block.strip() for block in blocks() if block.strip().endswith("--lock"))
    for block in blocks("yaml"):
        if (name := block.partition("\n")[0].removeprefix("# ")).startswith("."):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(block, encoding="utf-8")
    (tmp_path / "knowledge").symlink_to(README.parent / "knowledge")
    assert run(line, tmp_path / "home", tmp_path).returncode == 0
    return tmp_path


def test_a_decision_is_looked_at_again_as_it_stands_there(kept: Path) -> None:
    shown = next(block for block in blocks() if block.startswith("$ advisor check "))
    line, _, expected = shown.partition("\n")
    done = run(line.removeprefix("$ "), kept / "home", kept)
    assert (done.returncode, done.stderr) == (6, "")
    assert done.stdout.startswith(expected)


def test_what_is_noted_in_a_decision_succeeds(kept: Path) -> None:
    commands = next(block for block in blocks() if block.startswith("advisor decide")).splitlines()
    (kept / "before.lock.json").write_bytes((kept / "advisor.lock.json").read_bytes())
    for command in commands:
        done = run(command, kept / "home", kept)
        assert done.returncode == 0, done.stderr
    assert json.loads((kept / "advisor.lock.json").read_text(encoding="utf-8"))["chosen"][0]["option"] == "keras"


def test_the_hook_is_one_and_its_command_succeeds(kept: Path) -> None:
    (repository,) = yaml.safe_load((kept / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    (hook,) = repository["hooks"]
    assert (repository["repo"], hook["language"], hook["pass_filenames"]) == ("local", "system", False)
    assert re.search(hook["files"], "advisor.lock.json")
    assert not re.search(hook["files"], "docs/advisor.lock.json")
    assert run(f"{hook['entry']} --as-of 2026-11-29", kept / "home", kept).returncode == 0


def test_the_workflow_is_one_and_its_command_writes_what_it_uploads(kept: Path) -> None:
    file = kept / ".github" / "workflows" / "decision.yaml"
    held = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(file)]
    done = subprocess.run(held, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    steps = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"]["check"]["steps"]
    (command,) = (step["run"] for step in steps if step.get("run", "").startswith("advisor "))
    assert run(f"{command} --as-of 2027-01-15", kept / "home", kept).returncode == 6
    uploaded = next(step for step in steps if "upload-sarif" in step.get("uses", ""))["with"]["sarif_file"]
    assert json.loads((kept / uploaded).read_text(encoding="utf-8"))["version"] == "2.1.0"


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


def options() -> dict[str, set[str]]:
    """The options of every command, by what calls it."""
    return {
        parser.prog: {name for action in parser._actions for name in action.option_strings if name.startswith("--")}
        for parser in every_parser()
    }


def test_every_part_of_a_command_and_every_option_is_named() -> None:
    text, known = said(), options()
    lines, parts = text.splitlines(), [prog.split() for prog in known if prog.count(" ") == 2]
    lacking = [
        (command, part)
        for _, command, part in parts
        if not any(f"advisor {command}" in line and re.search(rf"\b{part}\b", line) for line in lines)
    ]
    unsaid = {option for each in known.values() for option in each if not re.search(rf"{option}\b", text)}
    assert (lacking, unsaid - {"--help", "--version"}) == ([], set())


def test_every_option_that_is_named_with_a_command_is_one_of_it() -> None:
    known, found = options(), []
    for span in re.findall(r"(?:`|^(?:\$ )?)(advisor [^`\n]+)", said(), re.MULTILINE):
        words = span.split()
        prog = next(" ".join(words[:length]) for length in (3, 2, 1) if " ".join(words[:length]) in known)
        found += [(span, name) for name in re.findall(r"(?<![\w-])--[a-z][\w-]*", span) if name not in known[prog]]
    assert found == []


def test_every_schema_is_listed() -> None:
    action = next(
        action
        for parser in every_parser()
        if parser.prog == "advisor schema"
        for action in parser._actions
        if action.dest == "name"
    )
    row = next(line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| `advisor schema"))
    assert set(re.findall(r"`([\w-]+)`", row)) == set(action.choices or ())


def test_every_file_it_links_to_exists() -> None:
    for file in (README, *CHAPTERS):
        for target in re.findall(r"\]\((?!http)([^)]+)\)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), (file.name, target)


def test_it_never_sends_anybody_to_the_other_project_of_the_name() -> None:
    for file in (README, *CHAPTERS):
        said = file.read_text(encoding="utf-8")
        assert "uvx advisor" not in said
        assert not re.search(r"pip install (-\S+ )*advisor\b", said)
