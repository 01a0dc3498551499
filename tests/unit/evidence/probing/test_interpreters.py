from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from advisor.evidence.probing.interpreters import Survey, locate, survey
from advisor.evidence.probing.plan import Offer


def offer(*modules: str, variant: str = "plain", install: str = "thing") -> Offer:
    return Offer(
        framework="thing",
        variant=variant,
        files=(Path("on_thing.py"),),
        modules=modules,
        install=install,
        environment={},
        left_out={},
    )


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_this_interpreter_is_asked_without_importing() -> None:
    found = survey(sys.executable, ["json", "pytest", "no_such_module", "no_such.part"], os.environ)
    assert found.reason == ""
    assert found.python == sys.version.split()[0]
    assert found.modules == {"json": "", "pytest": pytest.__version__, "no_such_module": None, "no_such.part": None}


def test_a_folder_of_that_name_is_no_module(tmp_path: Path) -> None:
    (tmp_path / "torchlike").mkdir()
    found = survey(sys.executable, ["torchlike"], {**os.environ, "PYTHONPATH": str(tmp_path)})
    assert found.modules == {"torchlike": None}


def test_the_working_folder_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torchlike.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    assert survey(sys.executable, ["torchlike"], variables).modules == {"torchlike": None}


@pytest.mark.skipif(sys.platform == "win32", reason="a script of the shell")
def test_an_interpreter_that_chatters_is_understood(tmp_path: Path) -> None:
    chatty = script(tmp_path / "python", f'echo hello; exec "{sys.executable}" "$@"')
    assert survey(chatty, ["json"], os.environ).modules == {"json": ""}


@pytest.mark.skipif(sys.platform == "win32", reason="a script of the shell")
def test_a_broken_interpreter_has_a_reason(tmp_path: Path) -> None:
    broken = script(tmp_path / "python", "echo oh no >&2; exit 7")
    assert "exit status 7): oh no" in survey(broken, ["json"], os.environ).reason
    slow = script(tmp_path / "slow", "exec sleep 30")
    assert "did not answer within 1 s" in survey(slow, ["json"], os.environ, limit_s=1).reason
    assert "does not start" in survey(str(tmp_path / "gone"), ["json"], os.environ).reason


def test_the_first_interpreter_that_has_everything_is_taken() -> None:
    surveys = [
        Survey(interpreter="/one", python="3.9", modules={"thing": None, "numpy": "2"}),
        Survey(interpreter="/two", python="3.12", modules={"thing": "1.5", "numpy": "2"}),
    ]
    found = locate([offer("thing")], surveys)["thing/plain"]
    assert (found.outcome, found.interpreter, found.version, found.python) == ("ok", "/two", "1.5", "3.12")


def test_what_is_missing_is_named_with_the_command_that_installs_it() -> None:
    surveys = [Survey(interpreter="/my python", modules={"thing": "1.5", "other": None, "numpy": None})]
    found = locate([offer("thing", "other", install="thing other")], surveys)["thing/plain"]
    assert found.outcome == "not_installed"
    assert found.reason.startswith("other, numpy cannot be imported there")
    assert found.reason.endswith("'/my python' -m pip install thing other")


def test_only_broken_interpreters_are_a_failure() -> None:
    surveys = [Survey(interpreter="/one", reason="/one does not start: gone")]
    found = locate([offer("thing")], surveys)["thing/plain"]
    assert (found.outcome, found.reason) == ("failed", "/one does not start: gone")


def test_each_variant_is_located_by_itself() -> None:
    surveys = [Survey(interpreter="/one", modules={"thing": "1", "jax": None, "torch": "2", "numpy": "2"})]
    found = locate([offer("thing", "jax", variant="jax"), offer("thing", "torch", variant="torch")], surveys)
    assert {name: each.outcome for name, each in found.items()} == {"thing/jax": "not_installed", "thing/torch": "ok"}
