"""`advisor probe --step`: a user's own implementations of one step, in NumPy; nobody has to be the faster one."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from cli.program import Ran, Run

CHAPTER = Path(__file__).resolve().parents[2] / "docs" / "measuring.md"

STEPS = """
import numpy as np

W = np.eye(32, dtype="float32")[::-1].copy()


def _x():
    return np.arange(1, 1025, dtype="float32").reshape(32, 32) / 100


def good():
    return _x(), lambda x: x @ W


def twin():
    return {"x": _x()}, lambda state: {"x": np.matmul(state["x"], W)}, lambda state: [state["x"]]


def wrong():
    return _x(), lambda x: x @ W + 0.1


def shape():
    return _x(), lambda x: (x @ W)[:16]


def frozen():
    x = _x()
    return lambda: x @ W


def raises():
    def step(x):
        raise LookupError("there is no such thing")

    return _x(), step


def broken():
    return 5, 6


def double():
    return _x().astype("float64"), lambda x: x @ W


def silent():
    return object(), lambda x: x


def with_arguments(x):
    return x
"""
STEPS_BY_NAME = """
import time
from pathlib import Path

from beside import batches

TOLERANCE = 1e-6


def _total(factor=1.0):
    total = 0.0

    def step(number):
        nonlocal total
        total += batches[number % len(batches)].sum() * factor
        return total

    return step


def not_listed():
    raise AssertionError


def wait(value):
    assert value > 0
    Path(__file__).with_name("waited").touch()


STEPS = {
    "by-number": lambda: _total(),
    "nearly": lambda: _total(1.01),
    "stuck": lambda: lambda: time.sleep(1000),
}
"""


def write(folder: Path, text: str, name: str = "my_step.py") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def by_name(ran: Ran) -> dict[str, Any]:
    return {result["framework"]: result for result in ran.document["results"]}


@pytest.fixture(scope="module")
def ran(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    place = tmp_path_factory.mktemp("own")
    (place / "temporary").mkdir()
    env = {"ADVISOR_HOME": str(place / "home"), "TMPDIR": str(place / "temporary")}
    ran = run("probe", "--step", write(place, STEPS), "--budget", "90", "--json", env=env)
    assert ran.exit == 0, ran.stderr
    assert not list((place / "temporary").iterdir()), "something is left of the run"
    assert not (place / "home" / "measurements.sqlite3").exists(), "something was stored"
    return ran


@pytest.mark.slow
class TestSteps:
    def test_that_code_is_run_is_said_before_it_is(self, ran: Ran) -> None:
        first, *rest = ran.stderr.splitlines()
        assert first.endswith("my_step.py: what stands there is code, and is run.")
        assert "good/step: started" in rest

    def test_the_answer_has_the_form_of_every_measurement(self, ran: Ran, run: Run) -> None:
        jsonschema.validate(ran.document, json.loads(run("schema", "measurements").stdout))
        names = [found["framework"] for found in ran.document["frameworks"]]
        assert names == ["good", "twin", "wrong", "shape", "frozen", "raises", "broken", "double", "silent"]
        assert {found["probe"] for found in ran.document["results"]} == {"step"}
        assert ran.document["classes"] == []
        assert ran.document["settings"]["step"] == "my_step.py"

    def test_steps_that_agree_are_compared(self, ran: Ran) -> None:
        for name in ("good", "twin"):
            found = by_name(ran)[name]
            assert found["outcome"] in {"ok", "unstable"}, found["reason"]
            assert found["value"] > 0
            assert found["error"] < 1e-6
            assert found["first_s"] > 0
            assert (found["paired"] is not None) is (found["outcome"] == "ok")
            assert not {"uncompared", "other_types"}.intersection(found["flags"])

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("wrong", r"the result differs from that of good: relative error 0\.0\d+, at most 0\.001 is allowed"),
            ("shape", r"they are of the shapes \(16, 32\), those of good of \(32, 32\)"),
            ("frozen", r"the same as the one before: .*; let each depend on the one before, by \(state, step\)"),
            ("raises", r"^my_step\.py:34: LookupError: there is no such thing$"),
        ],
    )
    def test_a_fault_is_an_outcome_with_its_reason(self, ran: Ran, name: str, reason: str) -> None:
        found = by_name(ran)[name]
        assert (found["outcome"], found["value"]) == ("failed", None)
        assert re.search(reason, found["reason"])

    def test_what_returns_no_step_says_what_was_expected(self, ran: Ran) -> None:
        (found,) = [each for each in ran.document["frameworks"] if each["framework"] == "broken"]
        assert found["outcome"] == "failed"
        assert "broken() returned (int, int); it has to return step, (state, step)" in found["reason"]

    def test_what_cannot_be_compared_or_only_half_is_said(self, ran: Ran) -> None:
        assert "uncompared" in by_name(ran)["silent"]["flags"]
        assert "other_types" in by_name(ran)["double"]["flags"]


@pytest.mark.slow
def test_names_are_chosen_and_a_hang_costs_only_itself(run: Run, tmp_path: Path) -> None:
    write(tmp_path, 'import numpy\n\nbatches = numpy.ones((4, 8), dtype="float32")\n', "beside.py")
    file = write(tmp_path, STEPS_BY_NAME)
    ran = run(
        "probe", "--step", file, "--budget", "40", "--tolerance", "0.1", "--python", f"stuck={sys.executable}", "--json"
    )
    assert ran.exit == 0, ran.stderr
    found = by_name(ran)
    assert list(found) == ["by-number", "nearly", "stuck"]
    assert [found[name]["outcome"] for name in ("by-number", "nearly")] == ["ok", "ok"]
    assert found["stuck"]["outcome"] == "timed_out"
    assert "a larger --budget gives it longer" in found["stuck"]["reason"]
    assert 0.005 < found["nearly"]["error"] < 0.1
    assert (tmp_path / "waited").exists()


@pytest.mark.slow
@pytest.mark.checkout
def test_the_example_of_the_chapter_runs(run: Run, tmp_path: Path) -> None:
    (shown,) = re.findall(
        r"^```python\n# (\S+)\n(.*?)^```$", CHAPTER.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    drawn = tmp_path / "drawn.svg"
    ran = run("probe", "--step", write(tmp_path, shown[1], shown[0]), "--budget", "60", "--svg", drawn)
    assert ran.exit == 0, ran.stderr
    said = ran.stdout
    assert re.search(r"^  1  \w+/step .* 1\.00 ", said, re.MULTILINE)
    assert "What is missing" not in said
    for name in re.findall(r"^def ([a-z]\w*)\(\)", shown[1], re.MULTILINE):
        assert f"{name}/step" in said
        assert f"{name}/step" in "".join(ET.parse(drawn).getroot().itertext())  # noqa: S314


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "import numpy\n\n\ndef _helper():\n    return 1\n",
            "my_step.py: there is no step. It takes two or more functions",
        ),
        ("def one():\n    return (\n", "my_step.py:2: this is no Python: '(' was never closed."),
        (
            "def numpy():\n    return int\n",
            "my_step.py:1: a step cannot be called numpy: so is what is timed beside the",
        ),
        (
            "STEPS = dict(one=int)\n",
            'my_step.py:1: STEPS has to be written out as {"name": function, ...}, each name once.',
        ),
        ('STEPS = {"a": int, "a": int}\n', "my_step.py:1: STEPS has to be written out as"),
        ('STEPS = {\n    "a/b": int,\n}\n', "my_step.py:2: 'a/b' cannot name a step: letters, digits and _ . + - were"),
        ("TOLERANCE = -1\n\n\ndef one():\n    return int\n", "my_step.py:1: TOLERANCE has to be a positive number"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_before_it_is_run(run: Run, tmp_path: Path, text: str, said: str) -> None:
    ran = run("probe", "--step", write(tmp_path, text))
    assert (ran.exit, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert "is run" not in ran.stderr.replace("in the file is run", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--python", "two=/bin/python"), "--python: 'two' is no step of "),
        (("--frameworks", "jax"), "--frameworks: it is about the program's own probes, and --step runs none of them."),
        (("--budget", "0"), "--budget: 0 is not between 1 and 86400 seconds."),
        (("--tolerance", "0"), "'0' is no positive number."),
        (("--machine", "colour=red"), "colour"),
    ],
)
def test_what_makes_no_sense_beside_it_is_refused(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = run("probe", "--step", write(tmp_path, "def one():\n    return int\n"), *arguments)
    assert (ran.exit, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_everything_wrong_is_said_at_once(run: Run, tmp_path: Path) -> None:
    ran = run("probe", "--step", tmp_path / "nowhere.py", "--probes-only", "gemm", "--as-shipped")
    assert ran.exit == 2
    assert "nowhere.py: the file cannot be read: No such file or directory." in ran.stderr
    assert all(f"{name}: it is about" in ran.stderr for name in ("--probes-only", "--as-shipped"))


def test_a_tolerance_is_about_one_s_own_steps(run: Run) -> None:
    ran = run("probe", "--tolerance", "0.1")
    assert ran.exit == 2
    assert "--tolerance: it is about the results of one's own steps, and there is no --step." in ran.stderr
