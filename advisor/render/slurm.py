"""A job script for Slurm that measures one node of each kind and keeps what it finds where all nodes see it."""

from __future__ import annotations

import shlex

from advisor.frozen import dataclass

_MEASURE = """\
# On one node. The first of each kind makes the folder of its kind, and the others leave it at that.
set -eu
python=$1 folder=$2 suite=$3
fingerprint='import json, sys; print(json.load(sys.stdin)["machine"]["fingerprint"])'
kind=$("$python" -m advisor doctor --json | "$python" -c "$fingerprint")
if ! mkdir -- "$folder/$kind" 2>/dev/null; then
  echo "$kind is measured already."
  exit 0
fi
ADVISOR_HOME=$(mktemp -d)
export ADVISOR_HOME
trap 'rm -rf -- "$ADVISOR_HOME"' EXIT
# What did not come to its end is measured again by the next job.
if "$python" -m advisor probe --suite "$suite" >"$folder/$kind/probe.txt" 2>&1 &&
  "$python" -m advisor measurements export --output "$folder/$kind/run.json"; then
  echo "$kind is measured."
else
  mv -- "$folder/$kind" "$folder/failed-$kind-${SLURM_JOB_ID:-0}-${SLURM_PROCID:-0}"
  echo "$kind could not be measured: see probe.txt there." >&2
fi
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a job asks for, and what it runs."""

    nodes: int
    minutes: int
    partition: str
    constraint: str
    python: str
    suite: str
    folder: str


def script(job: Job) -> str:
    """The script, for `sbatch`. Whatever was given stands in it as quoted text, never as code."""
    asked = {
        "job-name": "advisor-probe",
        "nodes": str(job.nodes),
        "ntasks-per-node": "1",
        "time": str(job.minutes),
        "partition": job.partition,
        "constraint": job.constraint,
    }
    directives = [f"#SBATCH --{name}={value}" for name, value in asked.items() if value]
    lines = [
        "#!/bin/sh",
        *directives,
        # Nothing else runs on a node that is measured.
        "#SBATCH --exclusive",
        "# Measures one node of each kind. Then, on your own machine, for every run.json in the folders of the kinds:",
        "#   advisor measurements import FOLDER/KIND/run.json",
        "set -eu",
        f"python={shlex.quote(job.python)}",
        f"folder={shlex.quote(job.folder)}",
        f"suite={shlex.quote(job.suite)}",
        'mkdir -p -- "$folder"',
        f"measure={shlex.quote(_MEASURE)}",
        'srun --kill-on-bad-exit=0 sh -c "$measure" measure "$python" "$folder" "$suite"',
    ]
    return "\n".join(lines) + "\n"
