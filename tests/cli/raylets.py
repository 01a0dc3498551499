"""A real cluster of Ray on this machine, several raylets strong, kept by a process of its own.

Run as `python raylets.py`, it starts three raylets, prints what they are, and obeys standard input: a line with a
label adds a node that has it, and is answered with what it is. When the input ends, so does the cluster. In the folder
ONLY_LARGE libraries are looked for on large nodes only.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

LABEL = "advisor-kind"


@dataclass(slots=True)
class Raylets:
    """The cluster, with its keeper in hand."""

    address: str
    nodes: dict[str, str]
    """Node to the label that it has."""
    raylets: dict[str, int]
    """Node to the process of its raylet."""
    keeper: subprocess.Popen[str]

    def add(self, label: str) -> str:
        """Another node."""
        said = self._tell(label)
        self.nodes[said["node"]], self.raylets[said["node"]] = label, said["raylet"]
        return str(said["node"])

    def kill(self, node: str) -> None:
        """End the raylet of a node without a warning, as a machine that loses its power."""
        os.kill(self.raylets[node], signal.SIGKILL)

    def at_work(self, node: str) -> list[psutil.Process]:
        """The processes that measure on a node, which its raylet has started."""
        with suppress(psutil.NoSuchProcess):
            return [
                process
                for process in psutil.Process(self.raylets[node]).children()
                if " ".join(process.cmdline()).startswith("ray::Runner")
            ]
        return []

    def _tell(self, line: str) -> Any:
        assert self.keeper.stdin is not None
        assert self.keeper.stdout is not None
        self.keeper.stdin.write(line + "\n")
        self.keeper.stdin.flush()
        return json.loads(self.keeper.stdout.readline())


@contextmanager
def started(environment: Mapping[str, str]) -> Iterator[Raylets]:
    """Three raylets, one of them `small` and two `large`; none of their processes outlives the context."""
    with (
        tempfile.TemporaryDirectory(prefix="ray", dir="/tmp", ignore_cleanup_errors=True) as folder,
        (Path(folder) / "said").open("wb") as said,
    ):
        keeper = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            env={**environment, "RAY_TMPDIR": folder},
            encoding="utf-8",
        )
        family: list[psutil.Process] = []
        try:
            assert keeper.stdout is not None
            line = keeper.stdout.readline()
            assert line, (Path(folder) / "said").read_text(errors="replace")
            yield Raylets(keeper=keeper, **json.loads(line))
        finally:
            with suppress(psutil.NoSuchProcess):
                family = psutil.Process(keeper.pid).children(recursive=True)
            keeper.communicate(timeout=60)
            _, alive = psutil.wait_procs(family, timeout=10)
            for process in alive:
                process.kill()


def main() -> None:
    """Keep the cluster until standard input ends."""
    from ray import cluster_utils  # noqa: PLC0415  (only here)

    common: dict[str, Any] = {
        "num_cpus": 1,
        "node_ip_address": "127.0.0.1",
        "include_dashboard": False,
        "object_store_memory": 80 * 2**20,
    }
    cluster: Any = cluster_utils.Cluster(
        initialize_head=True,
        head_node_args={
            **common,
            "labels": {LABEL: "small"},
            # A node that is lost is missed within seconds.
            "_system_config": {"health_check_period_ms": 500, "health_check_failure_threshold": 4},
        },
    )
    nodes = {cluster.head_node: "small"}
    large = {"labels": {LABEL: "large"}, "env_vars": {"LD_LIBRARY_PATH": os.environ["ONLY_LARGE"]}}
    nodes |= {cluster.add_node(**common, **large): "large" for _ in range(2)}
    _say(
        address=cluster.address,
        nodes={node.node_id: label for node, label in nodes.items()},
        raylets={node.node_id: _raylet(node) for node in nodes},
    )
    for line in sys.stdin:
        node = cluster.add_node(**common, labels={LABEL: line.strip()})
        _say(node=node.node_id, raylet=_raylet(node))
    cluster.shutdown()


def _raylet(node: Any) -> int:
    (process,) = node.all_processes["raylet"]
    return int(process.process.pid)


def _say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
