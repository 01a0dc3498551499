"""What runs out while probing: memory, room for temporary files, patience with what is printed. Each is an outcome."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import standin_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="mounts and control groups of Linux"),
]

GROUPS = Path("/sys/fs/cgroup")
MEASURED = {"ok", "unstable"}
"""With a figure; on a busy machine it may be called unstable."""
MEMORY = 700_000_000
"""Enough for NumPy and the harness several times over."""
PROGRAM = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from standin_folder import GEMM
from advisor.evidence.probing import run as probing
from advisor.evidence.probing.plan import Limits, Plan
limits = Limits(start_s=20, prepare_s=30, measure_s=5, rounds_s=1)
plan = Plan(probes=Path(sys.argv[1]), definitions=(GEMM,), frameworks=tuple(sys.argv[2:]), limits=limits, threads=1)
print(json.dumps(asdict(probing.run(plan))))
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return standin_folder.folder(tmp_path / "probes", "greedy", "good")


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


def measure(place: Path, scratch: Path, variant: str, *before: str, join: Callable[[], None] | None = None) -> Any:
    """Measure a greedy variant beside a good one in a process of its own, and see that nothing is left of it."""
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": paths}
    command = [*before, sys.executable, "-c", PROGRAM, str(place), f"greedy/{variant}", "good/plain"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, preexec_fn=join, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    end = time.monotonic() + 5
    while standin_folder.processes(place.parent) or any(scratch.iterdir()):
        assert time.monotonic() < end, "something is left"
        time.sleep(0.05)
    return json.loads(done.stdout)


def outcome(found: dict[str, Any], framework: str) -> tuple[str, str]:
    result = next(each for each in found["results"] if each["framework"] == framework)
    return result["outcome"], result["reason"]


def test_who_prints_without_end_is_ended(place: Path, scratch: Path) -> None:
    found = measure(place, scratch, "log")
    assert outcome(found, "greedy") == ("failed", "it printed more than 50 MB and was ended")
    assert outcome(found, "good")[0] in MEASURED


def test_a_full_disk_is_the_outcome_of_who_met_it(place: Path, scratch: Path) -> None:
    found = measure(place, scratch, "disk", *_mounted(scratch, "size=3m"))
    assert outcome(found, "greedy")[0] == "failed"
    assert "No space left on device" in outcome(found, "greedy")[1]
    assert outcome(found, "good")[0] in MEASURED


def test_a_place_for_temporary_files_that_cannot_be_written_to_is_passed_over(place: Path, scratch: Path) -> None:
    found = measure(place, scratch, "log", *_mounted(scratch, "size=1m,ro"))
    assert outcome(found, "good")[0] in MEASURED


def test_who_takes_all_memory_is_ended_and_the_others_go_on(
    place: Path, scratch: Path, group: Callable[[], None]
) -> None:
    found = measure(place, scratch, "memory", join=group)
    kind, reason = outcome(found, "greedy")
    assert kind == "failed"
    assert "memory" in reason
    assert outcome(found, "good")[0] in MEASURED


@pytest.fixture
def group() -> Iterator[Callable[[], None]]:
    """Make a control group with little memory, and give what joins it."""
    old = (GROUPS / "memory").is_dir()
    folder = (GROUPS / "memory" if old else GROUPS) / f"advisor-test-{os.getpid()}"
    try:
        folder.mkdir()
        limit = "memory.limit_in_bytes" if old else "memory.max"
        (folder / limit).write_text(str(MEMORY), encoding="ascii")
    except OSError as error:
        pytest.skip(f"no control group can be made: {error}")

    def join() -> None:
        (folder / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")

    try:
        yield join
    finally:
        _removed(folder)


def _removed(folder: Path) -> None:
    """Remove a control group; a process that has just been killed may be in it for a moment."""
    for _ in range(50):
        try:
            folder.rmdir()
        except OSError:
            time.sleep(0.1)
        else:
            return


def _mounted(folder: Path, options: str) -> list[str]:
    """Give what runs a command with a small file system over a folder, which is gone with it."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("file systems can be mounted by root alone")
    mount = f'mount -t tmpfs -o {options} tmpfs "{folder}" && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", mount, "sh"]
