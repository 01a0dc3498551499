"""What is imported by whom: a start that needs little takes little time, and nothing starts a framework."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.program import UNWATCHED, Run, example

FRAMEWORKS = {"torch", "jax", "tensorflow", "keras", "mlx", "mxnet", "numpy"}
SCREENS = {"rich", "textual"}
SLOW = {"yaml", "dataclasses", "inspect", "datetime", "shutil", "tempfile", "difflib", "logging", "subprocess"}
"""What takes a good part of a start to load, and only mistakes, dates, other formats and other machines need."""
PROGRAM = """
import json, sys
from advisor.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
RECOMMEND = ("recommend", "--answers", example("laptop"), "--json", "--no-detect")


def imported(run: Run, *arguments: object) -> set[str]:
    return set(json.loads(run(*map(str, arguments), program=("-c", PROGRAM), env=UNWATCHED).stderr))


def test_a_warm_recommendation_imports_neither_frameworks_nor_screens_nor_validators(run: Run) -> None:
    run(*RECOMMEND)
    assert not imported(run, *RECOMMEND) & {*FRAMEWORKS, *SCREENS, "pydantic", "psutil", "platformdirs"}


def test_a_warm_recommendation_for_plain_answers_imports_nothing_slow(run: Run, tmp_path: Path) -> None:
    run(*RECOMMEND)
    answers = tmp_path / "answers.json"
    answers.write_text('{"domain": "cv", "needs": ["streaming"]}\n', encoding="utf-8")
    for given in (("--answers", answers), ("--set", "domain=cv")):
        assert not imported(run, "recommend", *given, "--json", "--no-detect") & SLOW


def test_a_cold_recommendation_imports_neither_frameworks_nor_screens(run: Run, tmp_path: object) -> None:
    ran = run(*map(str, RECOMMEND), program=("-c", PROGRAM), env={"ADVISOR_HOME": str(tmp_path)})
    names = set(json.loads(ran.stderr))
    assert "pydantic" in names
    assert not names & {*FRAMEWORKS, *SCREENS}


def test_detection_imports_no_framework(run: Run) -> None:
    assert not imported(run, "recommend", "--answers", example("laptop"), "--json") & {*FRAMEWORKS, *SCREENS}


@pytest.mark.parametrize("arguments", [("--help",), ("recommend", "--help"), ()])
def test_help_reads_nothing(run: Run, arguments: tuple[str, ...]) -> None:
    heavy = {*FRAMEWORKS, *SCREENS, "pydantic", "yaml", "psutil", "platformdirs", "durable_rules_engine"}
    assert not imported(run, *arguments) & heavy


def test_doctor_imports_no_framework(run: Run) -> None:
    assert not imported(run, "doctor") & FRAMEWORKS
