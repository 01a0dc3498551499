"""What CONTRIBUTING shows is written as it stands there, and run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli.program import Ran, Run

PAGE = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"

pytestmark = pytest.mark.checkout


def sections() -> Mapping[str, list[tuple[str, str]]]:
    """The blocks of code of each section, with the language of each."""
    _, *parts = re.split(r"^## (.*)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    blocks = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return {title: blocks.findall(text) for title, text in zip(parts[::2], parts[1::2], strict=True)}


def walked(title: str, run: Run, folder: Path) -> list[Ran]:
    """What the commands of a section come to, once its files are written."""
    for language, block in sections()[title]:
        if language:
            name = block.partition("\n")[0].removeprefix("# ")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(block, encoding="utf-8")
    blocks = [block for language, block in sections()[title] if not language and block.startswith("advisor ")]
    return [run(*shlex.split(line)[1:], cwd=folder) for block in blocks for line in block.splitlines()]


def test_a_framework(run: Run, tmp_path: Path) -> None:
    check, answer = walked("A framework", run, tmp_path)
    assert (check.exit, check.stderr, answer.exit, answer.stderr) == (0, "", 0, "")
    assert "ours" in answer.stdout


def test_a_rule(run: Run, tmp_path: Path) -> None:
    check, answer = walked("A rule", run, tmp_path)
    assert (check.exit, check.stderr, answer.exit, answer.stderr) == (0, "", 0, "")
    assert "works council" in answer.stdout
    rule = tmp_path / "house" / "rules" / "caution" / "house.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("onprem_server", "cloud_api"), encoding="utf-8")
    refused = run("rules", "check", "--rules", "house/rules", cwd=tmp_path)
    assert refused.exit == 2
    assert next(block for _, block in sections()["A rule"] if block.startswith("problem: ")) in refused.stdout


def test_a_question(run: Run, tmp_path: Path) -> None:
    (answer,) = walked("A question", run, tmp_path)
    assert (answer.exit, answer.stderr) == (0, "")
    assert "How much of the house's code would have to move?" in " ".join(answer.stdout.split())


@pytest.mark.slow
def test_a_probe(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    (measured,) = walked("A probe", run, tmp_path)
    assert measured.exit == 0, measured.stderr
    assert "code, and are run" in measured.stderr
    assert re.search(r"house", measured.stdout)
    assert not re.search(r"failed|Traceback", measured.stdout + measured.stderr)


def test_every_file_it_names_exists() -> None:
    for name in re.findall(
        r"`((?:tests|probes|knowledge|rules)/[\w./]+\.(?:py|yaml|md))`", PAGE.read_text(encoding="utf-8")
    ):
        assert (PAGE.parent / name).exists(), name
