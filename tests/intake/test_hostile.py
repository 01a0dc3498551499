"""Whatever lies in a folder, it is read or left out in words, and nothing of it is run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from advisor.intake.project.walk import MOST_ENTRIES
from intake.trees import build, read

PLANTED = "import pathlib\npathlib.Path({sentinel!r}).write_text('run')\nimport torch\n"


def test_nothing_that_is_planted_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentinel = tmp_path / "sentinel"
    code = PLANTED.format(sentinel=str(sentinel))
    names = ("setup.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "advisor.py", "yaml.py", "__init__.py")
    pickled = f"cposix\nsystem\n(S'touch {sentinel}'\ntR.".encode()
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": f"!touch {sentinel}\nimport torch"}]})
    project = build(tmp_path / "project", dict.fromkeys(names, code) | {"run.ipynb": notebook, "Makefile": code})
    build(
        project, {"model.pkl": pickled, "model.pt": pickled, "environment.yml": "!!python/object/apply:os.system [x]"}
    )
    monkeypatch.chdir(project)
    modules = set(sys.modules)
    found = read(project)
    assert found.part is not None
    assert "pytorch" in {use.part for use in found.part.uses}
    assert not sentinel.exists()
    assert not {name for name in set(sys.modules) - modules if name in ("setup", "conftest", "sitecustomize")}


def test_links_and_pipes_are_neither_followed_nor_opened(tmp_path: Path) -> None:
    outside = build(tmp_path / "outside", {"requirements.txt": "jax==0.4.1\n", "train.py": "import jax\n"})
    project = build(tmp_path / "project", {"requirements.txt": "torch==2.4.0\n"})
    (project / "self").symlink_to(project)
    (project / "elsewhere").symlink_to(outside)
    (project / "train.py").symlink_to(outside / "train.py")
    os.mkfifo(project / "setup.py")
    found = read(project)
    assert found.part is not None
    assert {use.part for use in found.part.uses} == {"pytorch"}
    assert found.left_out == ("3 x links, which are not followed", "1 x pipes, sockets and devices")


def test_what_cannot_be_read_and_what_is_too_large_is_left_out_in_words(tmp_path: Path) -> None:
    project = build(tmp_path, {"requirements.txt": "torch\n", "big.py": b"import jax\n" * 200_000})
    locked = build(tmp_path / "locked", {"x.py": "import jax\n"})
    locked.chmod(0)
    try:
        found = read(project)
    finally:
        locked.chmod(0o700)
    assert "1 x files larger than 1 MB" in found.left_out
    if os.geteuid():
        assert "1 x folders that cannot be read" in found.left_out


def test_a_file_that_is_broken_is_left_out_by_name(tmp_path: Path) -> None:
    broken = {
        "pyproject.toml": "[project]\n<<<<<<< ours\ndependencies = []\n",
        "package.json": '{"dependencies": {',
        "analysis/first.ipynb": "",
    }
    sound = {"requirements.txt": "torch==2.4.0\n", "other/package.json": "{}", "other/pyproject.toml": ""}
    found = read(build(tmp_path, {**broken, **sound}))
    said = "3 x broken files, whose form cannot be read: package.json, pyproject.toml, analysis/first.ipynb"
    assert found.left_out == (said,)
    assert "pytorch" in {use.part for part in found.parts for use in part.uses}


HOSTILE: dict[str, str | bytes] = {
    "nested.py": "x = " + "(" * 100_000,
    "long.py": "import torch\nx = 1" + "+1" * 100_000,
    "attributes.py": "import torch\ntorch" + ".a" * 100_000,
    "zeros.py": b"import torch\n\0\0",
    "bytes.py": b"import torch\n\xff\xfe\x80",
    "pyproject.toml": "a = " + "[" * 100_000,
    "package.json": "[" * 200_000,
    "bomb.ipynb": '{"cells": ' + "[" * 200_000,
    "cells.ipynb": '{"cells": [1, null, {"cell_type": "code", "source": {"a": 1}}, {"cell_type": "code"}]}',
    "environment.yml": "a: &a [x, x]\nb: &b [*a, *a]\ndependencies:\n" + "- a\n" * 50_000,
    "setup.cfg": "[metadata\nname = %(name)s",
    "requirements.txt": "torch" + "[a]" * 30_000 + "\n" + "=" * 100_000 + "\n-r requirements.txt\n",
    "Pipfile.lock": '{"default": {"torch": 1, "jax": {"version": 7}}}',
    "poetry.lock": '[[package]]\nname = "' + "a" * 100_000,
    "sub/names/package.json": '{"x": "'
    + "a" * 900_000
    + '", "dependencies": {'
    + ", ".join(f'"{"a" * length}": "1"' for length in range(1, 200))
    + "}}",
    "Dockerfile": "FROM " + "a/" * 100_000 + "\nFROM " + "--x " * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_takes_nothing_from_the_others(name: str, tmp_path: Path) -> None:
    found = read(
        build(
            tmp_path, {name: HOSTILE[name], "sub/pyproject.toml": "[project]\nname='x'\ndependencies=['jax==0.4.1']"}
        ),
        "sub",
    )
    assert found.part is not None
    assert found.part.uses[0].versions == ("0.4.1",)


def test_names_that_a_terminal_would_obey_stay_text(tmp_path: Path) -> None:
    project = build(tmp_path, {"\x1b[31mred\u202e/requirements.txt": "torch==2.4.0\n"})
    found = read(project)
    said = repr(found)
    assert "\x1b" not in said
    assert found.parts[0].path == "?[31mred?"


def test_folders_nested_without_end_end(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 60)
    deep.mkdir(parents=True)
    build(tmp_path, {"requirements.txt": "torch==2.4.0\n"})
    (deep / "train.py").write_text("import jax\n", encoding="utf-8")
    found = read(tmp_path)
    assert found.left_out == ("1 x folders deeper than 30",)


def test_of_too_many_files_the_first_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_ENTRIES >= 100_000
    monkeypatch.setattr("advisor.intake.project.walk.MOST_ENTRIES", 20)
    files = {f"x{number:03}.py": "import torch\n" for number in range(50)}
    found = read(build(tmp_path, files))
    assert found.files == 20
    assert found.left_out == ("1 x what lies beyond the first 20 files and folders",)
