"""Probing from the command line, with the real frameworks that are installed here; nobody has to be the faster one."""

from __future__ import annotations

import importlib.util
import json
import signal
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli.program import Ran, Run, example, start

pytestmark = [pytest.mark.frameworks, pytest.mark.slow]

PART = ("--frameworks", "jax,mlx", "--probes-only", "step_policy")
LAPTOP = ("recommend", "--answers", example("laptop"))


@pytest.fixture(scope="module")
def there() -> None:
    for module in ("jax", "mlx"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} cannot be imported")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("measured")


@pytest.fixture(scope="module")
def answered(run: Run, stored: Path, there: None) -> Ran:  # noqa: ARG001  (asked for, for what it makes sure of)
    """An answer with everything measured on the way that fits into the budget."""
    return run(*LAPTOP, "--probe", "run", "--budget", "75", "--json", env={"ADVISOR_HOME": str(stored)})


def document(ran: Ran) -> dict[str, Any]:
    assert ran.exit == 0, ran.stderr
    return dict(ran.document)


@pytest.mark.usefixtures("there")
def test_a_part_of_the_suite_is_printed_as_json_and_not_stored(run: Run, tmp_path: Path) -> None:
    ran = run("probe", *PART, "--json", env={"ADVISOR_HOME": str(tmp_path)})
    found = document(ran)
    jsonschema.validate(found, json.loads(run("schema", "measurements").stdout))
    assert {run["framework"] for run in found["frameworks"]} == {"jax", "mlx"}
    assert {(r["framework"], r["probe"]) for r in found["results"]} == {("jax", "step_policy"), ("mlx", "step_policy")}
    assert "probe 1 of 1: step_policy" in ran.stderr
    assert "not stored" in ran.stderr
    assert not (tmp_path / "measurements.sqlite3").exists()


@pytest.mark.usefixtures("there")
def test_for_people_there_is_a_table(run: Run, tmp_path: Path) -> None:
    ran = run("probe", *PART, "--no-store", env={"ADVISOR_HOME": str(tmp_path)})
    assert ran.exit == 0
    said = " ".join(ran.stdout.split())
    assert all(word in said for word in ("jax/jit", "mlx/eager", "advisor probe --suite full", "step_policy"))


def test_what_is_measured_has_its_part_in_the_answer(answered: Ran) -> None:
    said = document(answered)
    (used,) = said["measurements"]["used"]
    assert f"measurement.{used}" in {evidence["id"] for evidence in said["evidence"]}
    graded = {c["grade"] for ranked in said["ranking"] for c in ranked["contributions"] if c["criterion"] == "speed"}
    assert "measured" in graded


def test_what_was_measured_before_is_used_again_and_only_when_it_may_be(answered: Ran, run: Run, stored: Path) -> None:
    home = {"ADVISOR_HOME": str(stored)}
    again = document(run(*LAPTOP, "--json", env=home))
    assert again["measurements"] == document(answered)["measurements"]
    assert again["ranking"] == document(answered)["ranking"]
    for without in (["--probe", "off"], ["--no-detect"]):
        assert document(run(*LAPTOP, *without, "--json", env=home))["measurements"]["used"] == []


@pytest.mark.usefixtures("answered")
def test_the_doctor_knows_when_it_was(run: Run, stored: Path) -> None:
    ran = run("doctor", "--json", env={"ADVISOR_HOME": str(stored)})
    shown = run("measurements", "show", "--json", env={"ADVISOR_HOME": str(stored)})
    assert document(ran)["measured"] == document(shown)["measured"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--frameworks", "jaxx"), "'jaxx' cannot be probed. Did you mean 'jax'?"),
        (("--probes-only", "gem"), "'gem' is not a probe. Did you mean 'gemm'?"),
        (("--budget", "0"), "0 is not between 1 and 86400 seconds."),
        (("--python", "jax"), "'jax' is not FRAMEWORK=INTERPRETER."),
        (("--python", "torch=/bin/python"), "'torch' cannot be probed. Did you mean 'pytorch'?"),
    ],
)
def test_what_cannot_be_probed_is_said_before_anything_starts(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run("probe", *arguments)
    assert (ran.exit, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_an_interpreter_without_the_framework_is_an_outcome(run: Run, tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.symlink_to("/nowhere/python")
    ran = run("probe", "--frameworks", "jax", "--python", f"jax={bare}", "--json", "--no-store")
    (found,) = document(ran)["frameworks"]
    assert found["outcome"] == "failed"
    assert "does not start" in found["reason"]


WORKLOADS = [
    {"name": "mine", "workload_class": "rl", "sizes": {"batch": 16, "mlp_width": 32, "image": 84}},
    {"name": "solver", "workload_class": "scientific", "sizes": {"solver_steps": 4, "batch": 8, "width": 4}},
]


@pytest.mark.usefixtures("there")
def test_workloads_are_predicted_at_their_sizes(run: Run, tmp_path: Path) -> None:
    asked = tmp_path / "mine.json"
    asked.write_text(json.dumps(WORKLOADS), encoding="utf-8")
    ran = run("probe", "--profiles", str(asked), "--frameworks", "jax,mlx/eager", "--json")
    found = document(ran)
    jsonschema.validate(found, json.loads(run("schema", "measurements").stdout))
    assert {(each["name"], each["workload_class"]) for each in found["classes"]} == {
        ("mine", "rl"), ("solver", "scientific"),
    }  # fmt: skip
    mine = next(each for each in found["classes"] if each["name"] == "mine")
    assert mine["sizes"] == WORKLOADS[0]["sizes"]
    assert "sizes.image says nothing of rl, and is passed over." in ran.stderr
    assert "not stored" in ran.stderr


@pytest.mark.usefixtures("there")
def test_sizes_in_the_answers_are_measured_and_count(run: Run, tmp_path: Path) -> None:
    home = {"ADVISOR_HOME": str(tmp_path)}
    sizes = ("--set", "sizes.batch=2", "--set", "sizes.image=16", "--set", "sizes.width=16")
    first = document(run(*LAPTOP, *sizes, "--probe", "run", "--budget", "60", "--json", env=home))
    again = document(run(*LAPTOP, *sizes, "--probe", "auto", "--budget", "60", "--json", env=home))
    assert again["measurements"] == first["measurements"], "what is known already is not measured again"
    shown = document(run("measurements", "show", "--json", env=home))
    assert any(each["name"] == "answers" and each["sizes"]["batch"] == 2 for each in shown["classes"])


def test_a_workload_that_makes_no_sense_is_said_before_anything_starts(run: Run, tmp_path: Path) -> None:
    asked = tmp_path / "mine.json"
    asked.write_text('[{"name": "mine", "workload_class": "rll", "sizes": {"bach": 1}}]', encoding="utf-8")
    ran = run("probe", "--profiles", str(asked))
    assert (ran.exit, ran.stdout) == (2, "")
    assert "'rll' is not a class of workload. Did you mean 'rl'?" in ran.stderr
    assert "'bach' is not a word of sizes. Did you mean 'batch'?" in ran.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
@pytest.mark.usefixtures("there")
def test_interrupted_it_stores_what_was_measured_until_then(run: Run, tmp_path: Path) -> None:
    process = start("probe", "--budget", "300", home=tmp_path)
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if line.startswith("probe 2 of"):
            break
    process.send_signal(signal.SIGINT)
    said += process.stderr.readlines()
    for pipe in (process.stdin, process.stdout, process.stderr):
        assert pipe is not None
        pipe.close()
    assert process.wait(20) == 130, said
    assert said[-2:] == ["advisor: probe: what was measured until then is stored.\n", "advisor: interrupted\n"]
    found = document(run("measurements", "show", "--json", env={"ADVISOR_HOME": str(tmp_path)}))
    assert {result["outcome"] for result in found["results"]} & {"ok", "unstable"}
    assert any(result["reason"] == "stopped" for result in found["results"])
    assert "Stopped before its end" in run("measurements", "show", env={"ADVISOR_HOME": str(tmp_path)}).stdout
