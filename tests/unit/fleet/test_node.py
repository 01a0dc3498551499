"""What a node does: the real runner over a stand-in, and what is said on the way."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

import pytest

import advisor
from advisor import resources
from advisor.evidence.keeping.exchange import read_foreign
from advisor.evidence.machine.detection import identify
from advisor.evidence.probing.plan import Plan
from advisor.fleet import node
from advisor.fleet.node import Runner
from advisor.locks import hold
from advisor.model.probe import ProbeDefinition

STANDINS = Path(__file__).parents[2] / "probes" / "standins"
GEMM = ProbeDefinition(
    id="gemm", version=1, title="t", motivation="m", sizes={"cpu": {"width": 128}}, tolerance=2e-5, priority=1
)


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))


def plan(place: Path) -> Plan:
    """A plan with a folder of probes that is not there, as that of another machine is."""
    frameworks = place / "frameworks"
    frameworks.mkdir()
    shutil.copy(STANDINS / "on_good.py.txt", frameworks / "on_good.py")
    return Plan(
        probes=Path("/nowhere/probes"),
        added=(place,),
        definitions=(GEMM,),
        frameworks=("good",),
        candidates=("/nowhere/bin/python",),
        budget_s=30,
        lock=place / "driver" / "measuring.lock",
    )


def test_it_says_what_it_is() -> None:
    look = node.look()
    assert look.machine.fingerprint == identify().fingerprint
    assert look.program == advisor.__version__
    assert len(look.platform.split()) == 2


def test_what_shares_a_kernel_shares_a_host(tmp_path: Path) -> None:
    boots = [tmp_path / name for name in ("one", "two", "three")]
    for boot, text in zip(boots, ("aa\n", "aa\n", "bb\n"), strict=True):
        boot.write_text(text, encoding="ascii")
    one, two, three = map(node.host, boots)
    assert one == two != three
    assert "aa" not in one
    assert node.host(tmp_path / "none") == node.host(tmp_path / "nothing")


def test_it_measures_with_what_is_here_and_sends_what_can_be_taken_in(tmp_path: Path) -> None:
    runner = Runner()
    found = read_foreign(runner.probe(plan(tmp_path)), "the node")
    assert [run.framework for run in found.frameworks if run.outcome in ("ok", "unstable")] == ["good"]
    assert any(result.value for result in found.results)
    events = runner.news()
    assert {"starting", "probe", "measured", "done"} <= {event.kind for event in events}
    assert not any(event.results for event in events)
    assert runner.news() == ()


def test_stopped_it_sends_what_there_is(tmp_path: Path) -> None:
    runner, sent = Runner(), []
    measuring = threading.Thread(target=lambda: sent.append(runner.probe(plan(tmp_path))))
    measuring.start()
    while not any(event.kind == "probe" for event in runner.news()):
        time.sleep(0.02)
    runner.stop()
    measuring.join(30)
    assert read_foreign(sent[0], "the node").settings["stopped"] == "yes"


def test_it_waits_for_its_own_machine_and_not_for_that_of_whoever_asks(tmp_path: Path) -> None:
    asked, runner = plan(tmp_path), Runner()
    assert asked.lock is not None
    theirs, own, sent = hold(asked.lock), hold(resources.measuring()), []
    measuring = threading.Thread(target=lambda: sent.append(runner.probe(asked)))
    measuring.start()
    try:
        while not (told := [event.kind for event in runner.news()]):
            time.sleep(0.02)
        assert told == ["waiting"]
    finally:
        os.close(own)
    measuring.join(30)
    os.close(theirs)
    assert any(result.value for result in read_foreign(sent[0], "the node").results)


def test_machines_that_share_a_home_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    locks = set()
    for name in ("n1.example", "n2.example", "../n 3"):
        monkeypatch.setattr("platform.node", lambda name=name: name)
        locks.add(resources.measuring())
    assert {lock.name for lock in locks} == {
        "measuring-n1.example.lock",
        "measuring-n2.example.lock",
        "measuring-.._n_3.lock",
    }
    assert {lock.parent for lock in locks} == {resources.home()}
