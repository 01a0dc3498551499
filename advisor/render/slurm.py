"""A job script for Slurm that measures one node of each kind and keeps what it finds where all nodes see it."""

from __future__ import annotations

import shlex

from advisor.frozen import dataclass

_MEASURE = """\
# On one node: the first of each kind in a job measures, and what an earlier job has measured is left.
set -eu
python=$1 folder=$2 suite=$3
fingerprint='import json, sys; print(json.load(sys.stdin)["machine"]["fingerprint"])'
kind=$("$python" -m advisor doctor --json | "$python" -c "$fingerprint")
if [ -e "$folder/$kind/run.json" ]; then
  echo "$kind is measured already."
  exit 0
fi
mkdir -p -- "$folder/$kind"
own=$folder/$kind/job-${SLURM_JOB_ID:-0}-${SLURM_RESTART_COUNT:-0}
if ! mkdir -- "$own" 2>/dev/null; then
  echo "$kind is measured by another node."
  exit 0
fi
ADVISOR_HOME=$(mktemp -d)
export ADVISOR_HOME
trap 'rm -rf -- "$ADVISOR_HOME"' EXIT
if "$python" -m advisor probe --suite "$suite" >"$own/probe.txt" 2>&1 &&
  "$python" -m advisor measurements export --output "$own/run.json"; then
  mv -- "$own/run.json" "$folder/$kind/run.json"
  echo "$kind is measured."
else
  echo "$kind could not be measured: see $own/probe.txt." >&2
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
        "measure=$(",
        "  cat <<'END'",
        f"{_MEASURE}END",
        ")",
        'srun --kill-on-bad-exit=0 sh -c "$measure" measure "$python" "$folder" "$suite"',
    ]
    return "\n".join(lines) + "\n"
