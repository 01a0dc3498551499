"""A job script that measures one node of each kind: run by a shell, with a scheduler and nodes that are made up."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.cli.parser import parse
from cli.program import Run

pytestmark = pytest.mark.skipif(sys.platform == "win32" or shutil.which("sh") is None, reason="needs a POSIX shell")

SRUN = """\
#!/bin/sh
# Runs the rest of its line once for each node, one after the other.
shift
for node in $NODES; do NODE=$node SLURM_PROCID=$node "$@"; done
"""

NODE = """\
#!/bin/sh
# A node's Python: it says of which kind the node is, measures unless the kind is broken, and hands on.
case "$*" in
  *doctor*) echo "{\\"machine\\": {\\"fingerprint\\": \\"kind$((NODE % 2))\\"}}" ;;
  -c*) exec @PYTHON@ "$@" ;;
  *probe*) echo "$NODE $ADVISOR_HOME" >>"$PROBED"; [ "$((NODE % 2))" != "$BROKEN" ] ;;
  *export*) echo "{\\"node\\": $NODE}" >"$6" ;;
esac
"""


def executable(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


Submit = Callable[..., tuple[str, Path]]


@pytest.fixture
def submit(run: Run, tmp_path: Path) -> Submit:
    """Run a script for these nodes; what it says, and the folder it writes to."""
    (tmp_path / "bin").mkdir()
    executable(tmp_path / "bin" / "srun", SRUN)
    node = executable(tmp_path / "it's $(a) python", NODE.replace("@PYTHON@", sys.executable))
    folder = tmp_path / "a folder"

    def submit(nodes: str, broken: str = "none", job: str = "7") -> tuple[str, Path]:
        made = run(
            "fleet", "script", "slurm", "--python", node, "--folder", folder, "--nodes", "4", "--partition", "gpu"
        )
        assert (made.exit, made.stderr) == (0, "")
        ran = subprocess.run(
            ["sh", executable(tmp_path / "job.sh", made.stdout)],
            env={
                **os.environ,
                "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "NODES": nodes,
                "BROKEN": broken,
                "PROBED": str(tmp_path / "probed"),
                "SLURM_JOB_ID": job,
            },
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout + ran.stderr, folder

    return submit


def test_one_node_of_each_kind_is_measured(submit: Submit, tmp_path: Path) -> None:
    said, folder = submit("1 2 3 4")
    assert said.count("is measured.") == 2
    assert said.count("is measured already.") == 2
    assert {kind.name: json.loads((kind / "run.json").read_text()) for kind in folder.iterdir()} == {
        "kind0": {"node": 2},
        "kind1": {"node": 1},
    }
    probed = (tmp_path / "probed").read_text().split()
    assert probed[::2] == ["1", "2"]
    assert not any(Path(home).exists() for home in probed[1::2])


def test_a_kind_that_fails_is_told_and_tried_again_by_the_next_job(submit: Submit) -> None:
    said, folder = submit("1 2", broken="1")
    assert "kind1 could not be measured" in said
    assert {kind.name for kind in folder.iterdir()} == {"kind0", "kind1"}
    assert not (folder / "kind1" / "run.json").exists()
    said, _ = submit("1 2", job="8")
    assert "kind0 is measured already." in said
    assert (folder / "kind1" / "run.json").is_file()
    assert (folder / "kind1" / "job-7-0" / "probe.txt").is_file()
    assert {kind.name for kind in folder.iterdir()} == {"kind0", "kind1"}


def test_what_a_job_runs_is_what_the_program_has(run: Run) -> None:
    """A node is asked for the fingerprint that the program tells, with options that it takes."""
    made = run("fleet", "script", "slurm").stdout
    assert "-m advisor doctor --json" in made
    assert run("doctor", "--json").document["machine"]["fingerprint"]
    for command in (("probe", "--suite", "quick"), ("measurements", "export", "--output", "run.json")):
        assert parse(command).command == command[0]
        assert f"-m advisor {' '.join(command[:2])}" in made


def test_what_is_given_stands_in_the_directives(run: Run) -> None:
    made = run("fleet", "script", "slurm", "--nodes", "3", "--minutes", "90", "--constraint", "a100&ib").stdout
    directives = [line for line in made.splitlines() if line.startswith("#SBATCH")]
    assert "#SBATCH --nodes=3" in directives
    assert "#SBATCH --time=90" in directives
    assert "#SBATCH --constraint=a100&ib" in directives
    assert "#SBATCH --exclusive" in directives
    assert not any("partition" in line for line in directives)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--partition", "gpu\nrm -rf /"),
        ("--partition", "gpu; reboot"),
        ("--constraint", "$(reboot)"),
        ("--python", "python\nreboot"),
        ("--folder", ""),
        ("--nodes", "0"),
    ],
)
def test_what_is_no_name_is_refused(run: Run, option: str, value: str) -> None:
    ran = run("fleet", "script", "slurm", option, value)
    assert (ran.exit, ran.stdout) == (2, "")
    assert option in ran.stderr
