"""Probing on Ray, over a real cluster of three raylets: what becomes of a node is an outcome, and nothing is lost."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest

from cli.program import UNWATCHED, Ran, Run, environment, start
from cli.raylets import Raylets, started
from cli.shims import without

STANDINS = Path(__file__).parents[1] / "probes" / "standins"
RARE = """

def _library():
    import os, sys
    sys.path.append(os.environ.get("LD_LIBRARY_PATH", ""))
    import rare_library
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs Ray"),
    pytest.mark.skipif(os.name != "posix", reason="processes are ended as POSIX does"),
]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which everything of this module is stored."""
    return tmp_path_factory.mktemp("measured")


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A framework that is light and takes so long that it can be interrupted, and one that only large nodes have."""
    frameworks = tmp_path_factory.mktemp("added") / "frameworks"
    frameworks.mkdir()
    slow = (STANDINS / "on_slow.py.txt").read_text(encoding="utf-8")
    assert "+ 0.06" in slow
    (frameworks / "on_slow.py").write_text(slow.replace("+ 0.06", "+ 0.4"), encoding="utf-8")
    rare = re.sub(r"(def start.*\n)", r"\1    _library()\n", slow)
    (frameworks / "on_rare.py").write_text(rare + RARE, encoding="utf-8")
    return frameworks.parent


@pytest.fixture(scope="module")
def raylets(measured: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raylets]:
    scratch, only_large = tmp_path_factory.mktemp("scratch"), tmp_path_factory.mktemp("only_large")
    (only_large / "rare_library.py").touch()
    about = {"TMPDIR": str(scratch), "ONLY_LARGE": str(only_large)}
    with started({**environment(measured, UNWATCHED), **about}) as cluster:
        yield cluster
    assert list(scratch.glob("advisor-*")) == [], "no file of a run is left"


@pytest.fixture(scope="module")
def asked(raylets: Raylets, probes: Path) -> tuple[str, ...]:
    return (
        *("fleet", "probe", "--address", raylets.address, "--probes", str(probes)),
        *("--frameworks", "slow,rare", "--budget", "20", "--json"),
    )


class Call:
    """A call that is going on, with what it has said until now."""

    def __init__(self, arguments: tuple[str, ...], home: Path) -> None:
        self.process = start(*arguments, home=home)
        self.lines: list[str] = []

    def says(self, words: str) -> re.Match[str]:
        """Wait for a line on standard error in which these words are found."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(words, line):
                return found
        raise AssertionError("".join(self.lines))

    def ends(self) -> tuple[int, Any]:
        """Wait for its end: the status, and the document that it prints."""
        out, err = self.process.communicate(timeout=120)
        self.lines += err.splitlines()
        return self.process.returncode, json.loads(out)


@contextmanager
def calling(arguments: tuple[str, ...], home: Path) -> Iterator[Call]:
    call = Call(arguments, home)
    try:
        yield call
    finally:
        call.process.kill()
        call.process.communicate()


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=30)
    return not alive


def document(ran: Ran, status: int = 0) -> Any:
    assert ran.exit == status, ran.stderr
    return ran.document


@pytest.fixture(scope="module")
def killed(raylets: Raylets, asked: tuple[str, ...], measured: Path) -> str:
    """A first call that is killed while it measures the second kind: the node that it measured before."""
    with calling(asked, measured) as call:
        node = call.says(r"large, node (\w+): probe 1 of")[1]
        (large,) = [each for each in raylets.nodes if each.startswith(node)]
        (at_work,) = raylets.at_work(large)
        call.says(r"large, node \w+: measured")
        (small,) = [each for each, label in raylets.nodes.items() if label == "small"]
        call.says(r"small, node \w+: probe 1 of")
        (another,) = raylets.at_work(small)
        frameworks = another.children(recursive=True)
        assert frameworks, "they have processes of their own"
    assert gone([at_work, another, *frameworks])
    return large


def test_a_second_call_probes_only_what_is_missing(
    run: Run, raylets: Raylets, asked: tuple[str, ...], measured: Path, killed: str
) -> None:
    home = {"ADVISOR_HOME": str(measured)}
    ran = run(*asked, env=home)
    found = document(ran)
    jsonschema.validate(found, json.loads(run("schema", "fleet-probe").stdout))
    assert found["ray"] == importlib.metadata.version("ray")
    assert f"Ray {found['ray']}" in ran.stderr
    assert "large: was measured before" in ran.stderr
    large, small = found["kinds"]
    assert (large["name"], large["nodes"], small["name"], small["nodes"]) == ("large", 2, "small", 1)
    (told,) = found["nodes"]
    assert (told["kind"], told["fate"]) == ("small", "measured")
    assert told["reason"].startswith("rare/plain: failed: ModuleNotFoundError")
    where = {}
    for kind in (large, small):
        (identity,) = kind["runs"]
        kept = run("measurements", "show", identity, "--json", env=home).document
        assert kept["foreign"]
        expected = "ok" if kept["settings"]["kind"] == "large" else "failed"
        assert {run["framework"]: run["outcome"] for run in kept["frameworks"]}["rare"] == expected
        assert any(result["framework"] == "slow" and result["value"] for result in kept["results"])
        where[kept["settings"]["kind"]] = kept["settings"]["node"]
    assert where == {"large": killed, "small": told["node"]}
    assert {node: raylets.nodes[node] for node in where.values()} == {killed: "large", told["node"]: "small"}


@pytest.mark.usefixtures("killed")
def test_a_node_and_a_worker_that_are_lost_are_outcomes(
    raylets: Raylets, asked: tuple[str, ...], measured: Path
) -> None:
    doomed, robbed = raylets.add("doomed"), raylets.add("robbed")
    with calling(asked, measured) as call:
        call.says(r"doomed, node \w+: probe 1 of")
        at_work = raylets.at_work(doomed)
        raylets.kill(doomed)
        call.says(r"robbed, node \w+: probe 1 of")
        # The kernel's way with whatever takes too much memory.
        for worker in raylets.at_work(robbed):
            worker.kill()
            at_work.append(worker)
        status, found = call.ends()
    assert status == 4
    fates = {node["kind"]: (node["node"], node["fate"]) for node in found["nodes"]}
    assert fates.pop("doomed") == (doomed, "died")
    assert fates.pop("robbed") in ((robbed, "died"), (robbed, "out_of_memory"))
    assert fates == {}, "the others were measured before"
    assert [len(kind["runs"]) for kind in found["kinds"]] == [0, 1, 0, 1]
    assert len(at_work) == 2
    assert gone(at_work)


def test_without_its_package_it_is_said_what_to_install(run: Run, tmp_path: Path) -> None:
    blocked = {**without(tmp_path, "ray"), **UNWATCHED}
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"answers": {"domain": "cv"}}\n', encoding="utf-8")
    commands = {"fleet probe": ("fleet", "probe"), "--ray": ("recommend", "--batch", batch, "--json", "--ray")}
    for place, command in commands.items():
        ran = run(*command, env=blocked)
        assert (ran.exit, ran.stdout) == (2, "")
        assert ran.stderr == (
            f'advisor: {place}: the package ray is not installed. Install it: pip install "framework-advisor[fleet]".\n'
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fleet", "probe", "--address", "ray://head:10001"), "a node of the cluster was expected"),
        (("fleet", "probe", "--per-kind", "0"), "'0' is no whole number"),
        (("fleet", "probe", "--frameworks", "pytorhc"), "'pytorhc' cannot be probed. Did you mean 'pytorch'?"),
        (("recommend", "--set", "domain=cv", "--ray"), "one recommendation is not shared out. Add --batch FILE"),
        (("recommend", "--batch", "x", "--json", "--jobs", "2", "--ray"), "one way or the other"),
    ],
)
def test_what_makes_no_sense_is_told(run: Run, arguments: tuple[str, ...], words: str) -> None:
    ran = run(*arguments)
    assert (ran.exit, ran.stdout) == (2, "")
    assert words in ran.stderr


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster that starts is not measured for coverage."""
    for name, value in UNWATCHED.items():
        monkeypatch.setenv(name, value)


BATCH = ("recommend", "--batch", "-", "--json", "--no-detect", "--depth", "core")


def lines(number: int) -> str:
    domains = ("cv", "llm", "bayesian", "tabular")
    return "".join(
        json.dumps({"id": i, "answers": {"domain": domains[i % 4], "accelerator_count": i}}) + "\n"
        for i in range(number)
    )


@pytest.mark.usefixtures("unwatched")
def test_a_batch_on_a_cluster_of_its_own_has_the_same_bytes_and_leaves_nothing(run: Run, home: Path) -> None:
    more = lines(12) + '{broken\n{"id": "w", "answers": {"domian": "cv"}}\n\n' + lines(2)
    alone = run(*BATCH, stdin=lines(1) + more)
    process = start(*BATCH, "--ray", "local", home=home)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(lines(1))
        process.stdin.flush()
        first = process.stdout.readline()
        family = psutil.Process(process.pid).children(recursive=True)
        listening = {
            connection.laddr.ip
            for each in family
            for connection in each.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        }
        commands = [" ".join(each.cmdline()) for each in family]
        rest, err = process.communicate(more, timeout=90)
    finally:
        process.kill()
    assert (process.returncode, err, first + rest) == (0, "", alone.stdout)
    assert listening
    assert listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}, "nobody else can reach it"
    assert any("raylet" in command for command in commands)
    assert gone(family)
    (scratch,) = {found[0] for command in commands if (found := re.search(r"/\w+/advisor-\w+(?=/session)", command))}
    assert not Path(scratch).exists()


@pytest.mark.usefixtures("unwatched")
def test_an_interrupt_ends_a_cluster_of_its_own(home: Path) -> None:
    process = start(*BATCH, "--ray", "local", home=home)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(lines(2))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 0
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, err) == (130, "advisor: interrupted\n")
    assert gone(family)


def test_a_cluster_that_is_named_by_the_environment_is_the_one_that_is_meant(run: Run) -> None:
    ran = run("fleet", "probe", env={**UNWATCHED, "RAY_ADDRESS": "127.0.0.1:1"})
    assert (ran.exit, ran.stdout) == (2, "")
    assert "127.0.0.1:1: it cannot be joined" in ran.stderr
