"""What an interpreter says of the packages installed for it."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from advisor.errors import AdvisorError
from advisor.evidence.machine.installed import look_into

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a script of the shell")


def package(folder: Path, name: str, metadata: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_bytes(metadata.encode("latin-1"))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which every interpreter looks for packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
    return folder


def test_this_interpreter_is_asked() -> None:
    found = look_into(sys.executable, ["pytest", "no-such-package"])
    assert set(found.packages) == {"pytest"}
    assert found.packages["pytest"].version == version("pytest")
    assert (found.python, found.platform) == (sys.version.split()[0], sys.platform)
    assert found.machine == platform.machine()


def test_what_a_package_says_of_itself_is_read(site: Path) -> None:
    metadata = "Metadata-Version: 2.4\nName: red\nVersion: 1.0+cpu\nRequires-Python: >=3.9\nLicense-Expression: MIT\n"
    package(site, "red", metadata)
    red = look_into(sys.executable, ["red"]).packages["red"]
    assert (red.version, red.python, red.licence) == ("1.0+cpu", ">=3.9", "MIT")


def test_a_package_that_says_little_is_no_failure(site: Path) -> None:
    package(site, "bare", "Metadata-Version: 2.1\nName: bare\nVersion: 1.0\n")
    bare = look_into(sys.executable, ["bare"]).packages["bare"]
    assert (bare.version, bare.python, bare.licence) == ("1.0", "", "")


def test_what_has_no_version_is_not_installed(site: Path) -> None:
    package(site, "nameless", "")
    package(site, "bare", "Metadata-Version: 2.1\nName: bare\n")
    package(site, "blank", "Metadata-Version: 2.1\nName: blank\nVersion: \n")
    (site / "empty-1.0.dist-info").mkdir()
    assert look_into(sys.executable, ["nameless", "bare", "blank", "empty"]).packages == {}


def test_broken_metadata_of_one_package_hides_no_other(site: Path) -> None:
    package(site, "good", "Metadata-Version: 2.1\nName: good\nVersion: 1.0\n")
    package(site, "worse", "Metadata-Version: 2.1\nName: worse\nVersion: 1.0\nSummary: \xff\xfe\n")
    found = look_into(sys.executable, ["good", "worse", "../escape", ""]).packages
    assert "good" in found
    assert "worse" not in found


def test_nothing_is_imported(site: Path) -> None:
    package(site, "loud", "Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (site / "loud.py").write_text("raise SystemExit(9)", encoding="utf-8")
    assert look_into(sys.executable, ["loud"]).packages["loud"].version == "1.0"


def test_the_working_folder_is_not_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package(tmp_path, "near", "Metadata-Version: 2.1\nName: near\nVersion: 1.0\n")
    (tmp_path / "json.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert look_into(sys.executable, ["near"]).packages == {}


@POSIX
@pytest.mark.parametrize("said", ["", "5", "null", "[]", "{}", '{"packages": {"a": 1}}', "Python 2.7"])
def test_what_does_not_answer_like_python_is_refused(tmp_path: Path, said: str) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\necho '{said}'\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(AdvisorError, match="could not be asked what is installed"):
        look_into(str(program), ["pytest"])


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AdvisorError, match="Name the Python of an environment that works"):
        look_into(str(tmp_path / "gone"), [])


@POSIX
def test_chatter_before_the_answer_is_passed_over(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\necho \'{{"packages": 5}}\'\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    assert "pytest" in look_into(str(program), ["pytest"]).packages
