"""Whether what is handed on for the situations of the field can be resolved: run by hand, where an index answers.

    python tests/benchmarks/handed_on.py

For every situation in `tests/cases/field` and each of its places that is Linux on x86_64, the requirements are written
as `--format requirements` does; those that differ are resolved by uv, for the Python they are written for, from where
pip is configured to take packages. Nothing is installed; what has no wheel is built as far as to say what it requires.
Builds for a processor are resolved as the release that they are builds of. The system is taken for one of 2024, with
glibc 2.39. What was found goes into `handed_on.json` with the day; the script ends with status 1 where something cannot
be resolved.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests")]

import installing  # noqa: E402  (found by the line above)

import advisor  # noqa: E402
from advisor.cli.handing import handed_on  # noqa: E402
from advisor.handoff.ground import ground  # noqa: E402
from advisor.loading.knowledge import load  # noqa: E402
from advisor.model.rule import Place  # noqa: E402

FIELD = CHECKOUT / "tests" / "cases" / "field"
RESULTS = Path(__file__).with_suffix(".json")
PLATFORM = "linux x86_64"
SYSTEM = "x86_64-manylinux_2_39"
AT_ONCE = 4
PLACES: tuple[Place, ...] = ("develop", "train", "deploy")


class Asked(NamedTuple):
    """What is handed on for some places."""

    python: str
    requirements: tuple[str, ...]


def asked() -> Iterator[tuple[str, Asked]]:
    """Of each situation and place that is this platform, by name."""
    base, knowledge = load(), advisor.Knowledge()
    for file in sorted(FIELD.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))["cases"]:
            found = knowledge.recommend(case["answers"], depth="core")
            for place in PLACES:
                if ground(place, found.answers, here=False).platform != PLATFORM:
                    continue
                given = argparse.Namespace(place=place, no_detect=True, knowledge=[])
                text = handed_on("requirements", found, base, given)
                lines = [line for line in text.splitlines() if line and not line.startswith(("#", "-"))]
                python = re.search(r"Python (3\.\d+)", text.replace("\n#  ", ""))
                if lines and python:
                    yield f"{case['id']} {place}", Asked(python[1], tuple(sorted(lines)))


def why_not(one: Asked, folder: Path) -> str:
    """Why the requirements cannot be resolved; empty where they can."""
    file = folder / f"{abs(hash(one))}.txt"
    file.write_text("".join(f"{line.partition('+')[0]}\n" for line in one.requirements), encoding="utf-8")
    command = [str(installing.UV), "pip", "compile", "--quiet", "--no-header", str(file)]
    command += ["--python-version", one.python, "--python-platform", SYSTEM]
    environment = dict(installing.variables(folder / "cache"))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return " ".join(done.stderr.split())[:2000] if done.returncode else ""


def main() -> int:
    """Resolve one after the other, and keep what was found."""
    if installing.UV is None:
        raise SystemExit("uv is not on the path.")
    groups: dict[Asked, list[str]] = {}
    for name, one in asked():
        groups.setdefault(one, []).append(name)
    unresolved = []
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(AT_ONCE) as pool:
        reasons = pool.map(lambda one: why_not(one, Path(name)), groups)
        for number, ((one, situations), why) in enumerate(zip(groups.items(), reasons, strict=True), 1):
            print(f"{number} of {len(groups)}: {', '.join(situations[:3])}: {why or 'resolved'}", flush=True)
            if why:
                unresolved.append({"situations": situations, **one._asdict(), "why": why})
    found = {
        "resolved_on": datetime.now(tz=UTC).date().isoformat(),
        "platform": PLATFORM,
        "places": sum(map(len, groups.values())),
        "sets_of_requirements": len(groups),
        "unresolved": unresolved,
    }
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 1 if unresolved else 0


if __name__ == "__main__":
    sys.exit(main())
