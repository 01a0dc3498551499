"""`advisor probe --capabilities` from outside, with a stand-in; tests/probes tries the real frameworks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from advisor.cli.trying import held
from advisor.evidence.keeping import store
from advisor.frozen import replace
from advisor.model.measurement import CapabilityResult
from cli.program import Run
from cli.stored import found_here, measured

STANDINS = Path(__file__).parents[1] / "probes" / "standins"
WRONG = CapabilityResult(
    framework="jax",
    variant="eager",
    capability="vmap",
    outcome="wrong",
    reason="off by one",
    version="1.0",
    device="cpu",
)


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a framework of which one capability works, and one does not."""
    folder = tmp_path_factory.mktemp("added")
    for place, name in (("frameworks", "on_able"), ("capabilities", "can_able")):
        (folder / place).mkdir()
        shutil.copy(STANDINS / f"{name}.py.txt", folder / place / f"{name}.py")
    can = folder / "capabilities" / "can_able.py"
    can.write_text(can.read_text(encoding="utf-8").replace("time.sleep(600)", "raise TypeError"), encoding="utf-8")
    return folder


def test_everything_is_tried_and_printed(run: Run, added: Path, tmp_path: Path) -> None:
    told = ("probe", "--capabilities", "--probes", added, "--frameworks", "able")
    ran = run(*told, "--json", env={"ADVISOR_HOME": str(tmp_path)})
    assert ran.exit == 0, ran.stderr
    found = ran.document
    jsonschema.validate(found, json.loads(run("schema", "measurements").stdout))
    outcomes = {each["capability"]: each["outcome"] for each in found["capabilities"]}
    assert (outcomes["vmap"], outcomes["bf16"], outcomes["jvp_of_jvp"]) == ("ok", "wrong", "failed")
    assert found["results"] == found["classes"] == []
    assert "code, and are run" in ran.stderr
    assert "not stored" in ran.stderr


@pytest.mark.parametrize(
    "given", [("--svg", "x.svg"), ("--format", "svg"), ("--probes-only", "gemm"), ("--as-shipped",)]
)
def test_what_says_how_to_time_is_refused(run: Run, tmp_path: Path, given: tuple[str, ...]) -> None:
    ran = run("probe", "--capabilities", *given, cwd=tmp_path)
    assert (ran.exit, ran.stdout) == (2, "")
    assert "nothing is timed where capabilities are tried" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_what_is_documented_otherwise_is_told_by_the_doctor_and_with_the_run(run: Run, tmp_path: Path) -> None:
    kept = store.save(measured(capabilities=(WRONG,)), tmp_path, found_here())
    home = {"ADVISOR_HOME": str(tmp_path)}
    said = "observed here with 1.0 on cpu: wrong: off by one."
    (one,) = run("doctor", "--json", env=home).document["refuted"]
    assert one.startswith("jax/eager, vmap: documented: need.function_transforms is native")
    assert one.endswith(said)
    assert said in " ".join(run("doctor", env=home).stdout.split())
    shown = " ".join(run("measurements", "show", kept.id, env=home).stdout.split())
    assert said in shown
    assert "Wrong vmap: off by one." in shown


def test_what_others_observed_is_shown_and_refutes_nothing_here(run: Run, tmp_path: Path) -> None:
    foreign = replace(measured(capabilities=(WRONG,)), foreign=True)
    store.add(foreign, tmp_path)
    home = {"ADVISOR_HOME": str(tmp_path)}
    shown = run("measurements", "show", env=home).stdout
    assert "off by one" in shown
    assert "observed here" not in shown
    assert run("doctor", "--json", env=home).document["refuted"] == []


def test_nothing_tried_refutes_nothing() -> None:
    assert held(None) == held(measured()) == ()
