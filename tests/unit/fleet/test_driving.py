"""Many nodes, few kinds: what is probed, what is kept, and what a later call still has to do."""

from __future__ import annotations

from typing import Any

import pytest
from made_up_cluster import PLAN, MadeUp, machine, measured, order, run_on

from advisor.evidence.halt import Halt
from advisor.fleet import driving
from advisor.fleet.driving import Desk
from advisor.fleet.taking import Ended
from advisor.frozen import replace
from advisor.model.environment import Recipe
from advisor.model.fleet_probe import FleetProbe
from advisor.model.measurement import TERMS, Measurements

DIED = Ended(fate="died", reason="the node is gone")
RECIPE = Recipe(
    framework="absent",
    platforms=("linux x86_64",),
    accelerators=(),
    python=">=3.11",
    requirements=("absent==1",),
    modules=("absent",),
    download_mb=1,
    installed_mb=1,
)


class Store:
    """What is kept, as the next call finds it."""

    def __init__(self) -> None:
        self.runs: list[Measurements] = []
        self.said: list[str] = []

    def probe(self, cluster: MadeUp, per_kind: int = 1, halt: Halt | None = None, **asked: Any) -> FleetProbe:
        desk = Desk(stored=tuple(self.runs), keep=self.runs.append, say=self.said.append, halt=halt or Halt())
        return driving.probe(cluster, replace(order(per_kind), **asked), desk)


@pytest.fixture
def store() -> Store:
    return Store()


def test_a_thousand_nodes_of_twelve_kinds_take_twelve_probes(store: Store) -> None:
    cluster = MadeUp(1000, 12)
    found = store.probe(cluster)
    assert len(cluster.probed) == len(found.kinds) == len(store.runs) == 12
    assert sum(kind.nodes for kind in found.kinds) == 1000
    assert found.complete
    assert {run.machine.fingerprint for run in store.runs} == {machine(kind).fingerprint for kind in range(12)}


def test_what_is_kept_is_foreign_and_says_where_it_was_measured(store: Store) -> None:
    found = store.probe(MadeUp(6, 2, labels=("a100", "h100")))
    assert [kind.name for kind in found.kinds] == ["a100", "h100"]
    for kind, run in zip(found.kinds, sorted(store.runs, key=lambda run: run.settings["kind"]), strict=True):
        assert run.foreign
        assert kind.runs == (run.id,)
        assert (run.settings["kind"], run.settings["nodes"]) == (kind.name, "3")
        (fate,) = [fate for fate in found.nodes if fate.run == run.id]
        assert (fate.node, fate.fate, fate.reason) == (run.settings["node"], "measured", "not installed: absent")


def test_a_label_divides_machines_that_are_the_same(store: Store) -> None:
    found = store.probe(MadeUp(4, 1, labels=("fast", "slow")))
    assert [(kind.name, kind.nodes) for kind in found.kinds] == [("fast", 2), ("slow", 2)]
    assert len({kind.fingerprint for kind in found.kinds}) == 1
    assert len(store.runs) == 2


def test_a_second_call_probes_only_what_is_missing(store: Store) -> None:
    first = store.probe(MadeUp(6, 3, {1: DIED, 4: DIED}))
    assert not first.complete
    assert {fate.node: fate.fate for fate in first.nodes} == {
        "00000000": "measured", "00000001": "died", "00000002": "measured", "00000004": "died",
    }  # fmt: skip
    cluster = MadeUp(6, 3)
    second = store.probe(cluster)
    assert cluster.probed == [1]
    assert second.complete
    assert store.probe(MadeUp(6, 3)).nodes == ()


def test_another_node_of_the_kind_stands_in_for_one_that_fails(store: Store) -> None:
    cluster = MadeUp(12, 3, {0: DIED})
    found = store.probe(cluster)
    assert found.complete
    assert sorted(cluster.probed) == [0, 1, 2, 3]
    assert any(line.startswith("Chip 0") and "died: the node is gone" in line for line in store.said)


def test_a_kind_on_which_all_fail_is_not_tried_without_end(store: Store) -> None:
    cluster = MadeUp(1000, 2, dict.fromkeys(range(0, 1000, 2), DIED))
    found = store.probe(cluster)
    assert not found.complete
    assert sorted(cluster.probed) == [0, 1, 2]
    assert [len(kind.runs) for kind in found.kinds] == [0, 1]


@pytest.mark.parametrize(("busy", "measured"), [(5, True), (15, True), (16, False)])
def test_those_that_are_busy_are_passed_over_but_not_without_end(store: Store, busy: int, measured: bool) -> None:  # noqa: FBT001
    fates = {**dict.fromkeys(range(busy), Ended(fate="busy", reason="not free")), busy: DIED}
    cluster = MadeUp(1000, 1, fates)
    assert store.probe(cluster).complete == measured
    assert cluster.probed == list(range(min(busy + 2, 17)))


def test_several_of_each_kind_are_different_nodes_now_and_later(store: Store) -> None:
    store.probe(MadeUp(8, 2), per_kind=2)
    cluster = MadeUp(8, 2)
    found = store.probe(cluster, per_kind=3)
    assert sorted(cluster.probed) == [4, 5]
    assert found.complete
    assert len({run.settings["node"] for run in store.runs}) == 6
    assert [kind.wanted for kind in store.probe(MadeUp(3, 2), per_kind=9).kinds] == [2, 1]


def test_nodes_that_share_a_host_take_turns(store: Store) -> None:
    cluster = MadeUp(12, 6, hosts=lambda number: str(number % 2))
    assert store.probe(cluster).complete
    assert len(cluster.probed) == 6
    assert cluster.most_on_a_host == 1


def test_a_node_that_does_not_say_what_it_is_leaves_the_call_incomplete(store: Store) -> None:
    found = store.probe(MadeUp(3, 1, {2: Ended(fate="refused", reason="No module named 'advisor'")}))
    assert not found.complete
    first, _ = found.nodes
    assert (first.node, first.kind, first.fate) == ("00000002", "", "refused")
    assert [len(kind.runs) for kind in found.kinds] == [1]


def test_halted_it_begins_with_nothing_more_and_keeps_what_there_is(store: Store) -> None:
    halt = Halt()
    cluster = MadeUp(4, 4, hosts=lambda _: "the same")
    cluster.on_probe = lambda _: halt.ask() if len(cluster.probed) == 2 else None
    found = store.probe(cluster, halt=halt)
    assert cluster.probed == [0, 1]
    assert [fate.fate for fate in found.nodes] == ["measured", "stopped"]
    assert len(store.runs) == 1
    later = MadeUp(4, 4)
    assert store.probe(later).complete
    assert sorted(later.probed) == [1, 2, 3]


@pytest.mark.parametrize(
    ("ended", "fate", "reason"),
    [
        (Ended(fate="measured", content=b"{"), "refused", "node 00000000"),
        (Ended(fate="measured", content=b'{"machine": {}}'), "refused", "Field required"),
        (measured(machine(7)), "refused", "it was Chip 0, 8 cores, 64 GB, no accelerator, linux, and is Chip 7"),
        (measured(machine(0), results=()), "no_figures", "not installed: absent"),
        (measured(machine(0), settings={"suite": "quick", "stopped": "yes"}), "stopped", "not installed"),
    ],
)
def test_what_a_node_sends_is_checked(store: Store, ended: Ended, fate: str, reason: str) -> None:
    found = store.probe(MadeUp(1, 1, {0: ended}))
    (told,) = found.nodes
    assert told.fate == fate
    assert reason in told.reason
    assert not found.complete
    assert len(store.runs) == (fate == "stopped"), "what was measured until it was stopped is kept"


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({}, False),
        ({"foreign": True}, False),
        ({"settings": {"suite": "full", "device": "auto"}}, True),
        ({"settings": {"suite": "quick", "device": "cpu"}}, True),
        ({"settings": {"suite": "quick", "device": "auto", "stopped": "yes"}}, True),
        ({"settings": {"suite": "quick", "device": "auto", "kind": "other"}}, True),
        ({"terms": TERMS - 1}, True),
        ({"results": ()}, True),
        ({"frameworks": run_on(machine(0)).frameworks[:1]}, True),
        ({"machine": machine(1)}, True),
    ],
)
def test_what_was_measured_in_another_way_does_not_count(store: Store, changes: dict[str, Any], again: bool) -> None:  # noqa: FBT001
    store.runs = [replace(run_on(machine(0)), **changes)]
    cluster = MadeUp(1, 1)
    assert store.probe(cluster).complete
    assert cluster.probed == [0] * again


@pytest.mark.parametrize(
    ("asked", "again"),
    [
        ({}, False),
        ({"installer": "uv", "recipes": (RECIPE,)}, True),
        ({"installer": "pip", "recipes": (replace(RECIPE, framework="good"),)}, False),
        ({"plan": replace(PLAN, interpreters={"absent": "/opt/absent/bin/python"})}, True),
        ({"plan": replace(PLAN, interpreters={"good": "/opt/good/bin/python"})}, False),
    ],
)
def test_what_was_not_installed_is_measured_where_it_is_brought(
    store: Store,
    asked: dict[str, Any],
    again: bool,  # noqa: FBT001
) -> None:
    store.probe(MadeUp(1, 1))
    cluster = MadeUp(1, 1)
    store.probe(cluster, **asked)
    assert cluster.probed == [0] * again


def test_nothing_there_is_no_answer(store: Store) -> None:
    assert not store.probe(MadeUp(0, 1)).complete
