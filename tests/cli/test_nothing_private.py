"""What leaves the machine tells neither whose it is nor where anything lies on it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from golden.made_up_run import MEASURED
from pages.samples import answered

from advisor.evidence.keeping import store
from advisor.evidence.machine.detection import identify
from advisor.evidence.portable import identified
from advisor.model.measurement import Measurements
from advisor.render import html
from cli.program import Run, example

MARK = "wanda-zyx9q"
"""Of a user: nothing else is called so."""
FORMATS = ("text", "detail", "markdown", "adr", "html", "json")


@pytest.fixture
def whose(tmp_path: Path) -> dict[str, str]:
    """The variables of that user, who has measured this machine: with paths of hers in what was found."""
    home = tmp_path / MARK
    kept = home / "advisor"
    kept.mkdir(parents=True)
    store.save(told_by(home), kept, (), lambda problem: pytest.fail(str(problem)))
    names = ("USER", "LOGNAME", "USERNAME", "HOSTNAME", "COMPUTERNAME")
    return {"HOME": str(home), "USERPROFILE": str(home), "ADVISOR_HOME": str(kept), **dict.fromkeys(names, MARK)}


def told_by(home: Path) -> Measurements:
    """A run on this machine that says where things lie."""
    python = str(home / "venv" / "bin" / "python")
    runs = tuple(
        replace(run, python=python, reason=f"cannot be imported; install with: {python} -m pip install {run.framework}")
        if run.outcome == "not_installed"
        else replace(run, python=python, reason=run.reason and f"{run.reason}, see {home}/logs/worker.log")
        for run in MEASURED.frameworks
    )
    results = tuple(
        replace(result, reason=result.reason and f"{result.reason} ({home}/a.py)") for result in MEASURED.results
    )
    return identified(replace(MEASURED, machine=identify(), frameworks=runs, results=results))


ANSWERED = ("--set", "domain=llm", "--set", "task=train", "--set", "train_hw=cpu", "--set", "here=train")


@pytest.mark.parametrize("form", FORMATS)
def test_a_recommendation_with_measurements_tells_nothing_of_the_user(
    run: Run, whose: dict[str, str], form: str
) -> None:
    ran = run("recommend", *ANSWERED, "--depth", "core", "--format", form, env=whose)
    assert ran.exit == 0, ran.stderr
    assert MARK not in ran.stdout


def test_a_page_that_shows_what_was_measured_shows_no_path(tmp_path: Path) -> None:
    measured = told_by(tmp_path / MARK)
    said = html.render(answered("llm", measured), measured)
    assert "-m pip install mxnet" in said
    assert "a.py" in said
    assert MARK not in said


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_neither_does_a_portfolio(run: Run, whose: dict[str, str], form: str) -> None:
    given = json.dumps({"id": "one", "answers": {"domain": "llm", "task": "train", "train_hw": "cpu"}})
    ran = run("portfolio", "-", "--format", form, stdin=given, env=whose)
    assert ran.exit == 0, ran.stderr
    assert MARK not in ran.stdout


def test_neither_does_what_is_exported_or_recorded(run: Run, whose: dict[str, str]) -> None:
    exported = run("measurements", "export", env=whose)
    recorded = run("doctor", "--save", "-", env=whose)
    assert (exported.exit, recorded.exit) == (0, 0), exported.stderr + recorded.stderr
    assert "worker.log" in exported.stdout
    for said in (exported.stdout, recorded.stdout):
        assert MARK not in said
        assert str(Path(sys.executable).parent) not in said


def test_neither_does_a_record_in_a_folder_or_an_overlay(run: Run, whose: dict[str, str], tmp_path: Path) -> None:
    """The folder of an overlay is named as it was on the command line, and not by where that is."""
    house = Path(whose["HOME"]) / "house"
    framework = house / "frameworks" / "ours.yaml"
    framework.parent.mkdir(parents=True)
    fact = {"value": "stable", "source": "handbook"}
    source = {"ref": "handbook", "observed": "2026-11-22", "grade": "official"}
    content = {"id": "ours", "name": "Ours", "summary": "Ours.", "sources": {"handbook": source}}
    framework.write_text(json.dumps({**content, "facts": {"wheels.linux": fact}}), encoding="utf-8")
    answers = ("--answers", example("laptop"), "--no-detect", "--depth", "core", "--knowledge", "house")
    for form in FORMATS:
        ran = run(
            "recommend", *answers, "--format", form, "--adr-dir", tmp_path / "records", env=whose, cwd=house.parent
        )
        assert ran.exit == 0, ran.stderr
        assert MARK not in ran.stdout
    records = list((tmp_path / "records").iterdir())
    assert len(records) == len(FORMATS)
    assert all(MARK not in record.read_text(encoding="utf-8") for record in records)
