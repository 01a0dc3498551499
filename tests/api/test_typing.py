"""What the package says of its types is what a type checker finds, as strictly as it can look."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli.program import Run, environment

SAMPLE = Path(__file__).with_name("sample.py")
WRONG = """
import advisor

advisor.recommend({}, depth="deep")
advisor.explain({}, "what-if", "jax")
advisor.explain({}, "why", "jax", surely=True)
advisor.recommend({}).status = "decided"
advisor.recomend({})
"""


def checked(file: Path, home: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """Checked from elsewhere, with no settings but the strictest."""
    env = environment(home)
    # What the program is found by, the type checker finds it by too.
    env["MYPYPATH"] = env["PYTHONPATH"]
    tool = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), "--config-file", "", str(file)]
    return subprocess.run(tool, capture_output=True, text=True, check=False, cwd=cache, env=env)


@pytest.mark.slow
def test_a_program_that_uses_it_is_sound(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    done = checked(SAMPLE, home, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG, encoding="utf-8")
    done = checked(wrong, home, tmp_path)
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert {line.split(":")[1] for line in errors} == {"4", "5", "6", "7", "8"}, done.stdout


def test_the_same_program_runs(run: Run) -> None:
    ran = run(program=(str(SAMPLE),))
    assert (ran.exit, ran.stderr) == (0, "")
    said = json.loads(ran.stdout)
    assert said[0].startswith("decided: pytorch with ")
    assert said[1].startswith("jax is second of ")
    assert said[2].startswith("With train_hw google_tpu")
    assert said[5] == "Did you mean 'domain'?"
    assert said[6] == "decided"
