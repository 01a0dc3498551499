"""The forms in which `advisor probe` prints what it found; nothing has to be installed to see them."""

from __future__ import annotations

import json
import sys
import venv
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cli.program import Run


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python without any framework."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=sys.platform != "win32")
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def probe(run: Run, bare: Path, *arguments: object) -> str:
    ran = run("probe", "--frameworks", "jax", "--python", f"jax={bare}", "--no-store", *map(str, arguments))
    assert ran.exit == 0, ran.stderr
    return ran.stdout


def test_each_format_says_what_is_missing_in_its_own_way(run: Run, bare: Path) -> None:
    assert "\nWhat is missing\n  Not installed  jax/jit: " in probe(run, bare)
    assert "\n- Not installed: jax/jit: " in probe(run, bare, "--format", "markdown")
    assert ET.fromstring(probe(run, bare, "--format", "svg")).tag.endswith("svg")  # noqa: S314


def test_json_has_a_short_name(run: Run, bare: Path) -> None:
    short, long = (json.loads(probe(run, bare, *form)) for form in (["--json"], ["--format", "json"]))
    assert short["frameworks"] == long["frameworks"]


def test_a_drawing_can_be_had_beside_the_text(run: Run, bare: Path, tmp_path: Path) -> None:
    assert "What is missing" in probe(run, bare, "--svg", tmp_path / "drawn.svg")
    assert "Nothing could be compared." in (tmp_path / "drawn.svg").read_text(encoding="utf-8")
