"""What probing a large cluster costs whoever drives it, and how much faster a batch is on Ray.

Run it by hand, with as little else going on as can be had, in an environment with the extra `fleet`:

    python tests/benchmarks/fleet.py [LINES]

First 100, 1,000 and 10,000 nodes of twelve kinds that are made up are probed by the real driver: how many probes it
takes, in what time, and the most memory that it held. The bars: twelve probes, less than 5 s for 1,000 nodes, and
memory that grows by the names of the nodes alone. Then LINES lines (2,000 unless told otherwise) are answered by one
process and by a cluster of Ray on this machine; what a single line for each core takes is the start, and is taken off
both. The bars: the same bytes, and at least 1.4 times as fast on two cores.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from batch import write_lines
from enlarging import CHECKOUT

sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "tests" / "unit" / "fleet")]

from made_up_cluster import MadeUp, order  # noqa: E402  (found by the line above)

from advisor.evidence.halt import Halt  # noqa: E402
from advisor.fleet import driving  # noqa: E402
from advisor.fleet.driving import Desk  # noqa: E402

LINES = 2_000
KINDS = 12
CORES = len(os.sched_getaffinity(0))


def desk() -> Desk:
    """Nobody listens."""
    return Desk(keep=lambda _: None, say=lambda _: None, halt=Halt())


def drive(nodes: int) -> None:
    """Probe so many nodes that are made up, and print what that took."""
    cluster = MadeUp(nodes, KINDS)
    began = time.perf_counter()
    driving.probe(cluster, order(), desk())
    seconds = time.perf_counter() - began
    cluster = MadeUp(nodes, KINDS)
    tracemalloc.start()
    driving.probe(cluster, order(), desk())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{nodes:6} nodes: {len(cluster.probed)} probes, {seconds:.2f} s, {most / 2**20:.1f} MB at most")


def answer(lines: Path, home: Path, *options: str) -> tuple[float, str]:
    """Run a batch: its seconds by the clock, and a digest of what it says."""
    environment = {**os.environ, "ADVISOR_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "advisor", "recommend", "--batch", str(lines), "--json", "--no-detect", *options]
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    return time.perf_counter() - began, hashlib.sha256(done.stdout).hexdigest()


def main(number: int) -> None:
    """Measure, and print what came of it."""
    for nodes in (100, 1_000, 10_000):
        drive(nodes)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        # As many lines as there are cores, so that every process of the cluster is started.
        few, many = (write_lines(root / f"{size}.jsonl", size) for size in (CORES, number))
        answer(few, root / "home")
        took = {}
        for name, options in {"one process": (), "Ray": ("--ray", "local")}.items():
            start, _ = answer(few, root / "home", *options)
            seconds, digest = answer(many, root / "home", *options)
            took[name] = seconds - start, digest
            rate = (number - CORES) / took[name][0]
            print(f"{name:12} {rate:6.1f} answers a second, {start:.1f} s to start; sha256 {digest[:12]}")
        (alone, one), (shared, other) = took.values()
        print(f"on {CORES} cores {alone / shared:.2f} times as fast; the same bytes: {one == other}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
