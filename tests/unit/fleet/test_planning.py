"""Laws of choosing nodes, and which versions are installed on which of them."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from made_up_cluster import machine

from advisor.fleet import planning
from advisor.fleet.node import Look
from advisor.fleet.planning import Node, Tried
from advisor.frozen import replace
from advisor.model.environment import Recipe
from advisor.model.fleet_probe import Fate
from advisor.model.measurement import Accelerator, Machine

NODES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from(["", "a"])), max_size=20)
"""Of each its kind, its host and its label."""


def look(there: Machine, host: str = "h") -> Look:
    return Look(machine=there, host=host, platform="linux x86_64", program="1")


def kinds_of(nodes: list[tuple[int, int, str]]) -> tuple[planning.Kind, ...]:
    return planning.kinds(
        (Node(id=str(i), address="", label=label), look(machine(kind), str(host)))
        for i, (kind, host, label) in enumerate(nodes)
    )


@given(NODES)
def test_every_node_is_of_one_kind(nodes: list[tuple[int, int, str]]) -> None:
    found = kinds_of(nodes)
    assert sorted(place.node.id for kind in found for place in kind.places) == sorted(map(str, range(len(nodes))))
    assert len({kind.key for kind in found}) == len(found) == len({(kind, label) for kind, _, label in nodes})


@given(NODES, st.integers(1, 4), st.randoms(use_true_random=False))
def test_whatever_becomes_of_them_it_ends_with_as_many_as_can_be_had(
    nodes: list[tuple[int, int, str]], per_kind: int, random: Random
) -> None:
    found = kinds_of(nodes)
    tried: list[Tried] = []
    while tasks := list(planning.due(found, tried, per_kind)):
        assert len({task.place.host for task in tasks}) == len(tasks), "one at a time on a host"
        for task in tasks:
            fate: Fate = random.choice(("measured", "measured", "died"))
            tried.append(Tried(kind=task.kind.key, node=task.place.node.id, host=task.place.host, fate=fate))
    assert len({each.node for each in tried}) == len(tried), "none twice"
    for kind in found:
        fates = [each.fate for each in tried if each.kind == kind.key]
        good, bad = fates.count("measured"), fates.count("died")
        assert good <= per_kind
        assert len(fates) <= per_kind + planning.SPARE
        enough = good == per_kind or len(fates) == min(per_kind + planning.SPARE, len(kind.places))
        assert enough, (good, bad)


def test_a_host_that_is_busy_is_waited_for() -> None:
    found = kinds_of([(0, 0, ""), (1, 0, "")])
    (first,) = planning.due(found, [], 1)
    running = Tried(kind=first.kind.key, node=first.place.node.id, host="0")
    assert list(planning.due(found, [running], 1)) == []
    (second,) = planning.due(found, [replace(running, fate="measured")], 1)
    assert second.kind != first.kind


def test_the_versions_are_those_that_fit_the_machine() -> None:
    def recipe(*accelerators: str, **changes: Any) -> Recipe:
        made = Recipe(
            framework="pytorch",
            platforms=("linux x86_64",),
            accelerators=accelerators,
            python=">=3.11",
            requirements=(f"torch=={len(accelerators)}",),
            modules=("torch",),
            download_mb=1,
            installed_mb=1,
        )
        return replace(made, **changes)

    recipes = (recipe("nvidia_gpu"), recipe(), recipe(framework="jax", platforms=("darwin arm64",)))
    card = Accelerator(vendor="nvidia_gpu", name="H100")
    names = ("pytorch/compiled", "pytorch", "jax", "unheard_of")
    made = {}
    for there in (machine(0), replace(machine(1), accelerators=(card,))):
        (kind,) = planning.kinds([(Node(id="1", address=""), look(there))])
        made[there.cpu] = planning.environments(kind, recipes, names)
    assert made == {"Chip 0": {"pytorch": ("torch==0",)}, "Chip 1": {"pytorch": ("torch==1",)}}


def test_all_that_a_node_has_is_held_but_what_only_names_it() -> None:
    there = {
        "CPU": 8.0,
        "GPU": 2.0,
        "memory": 1e9 + 0.5,
        "object_store_memory": 1e8,
        "TPU": 4.0,
        "accelerator_type:H100": 1.0,
        "node:10.0.0.1": 1.0,
        "node:__internal_head__": 1.0,
    }
    assert planning.everything(Node(id="1", address="10.0.0.1", resources=there)) == {
        "num_cpus": 8.0,
        "num_gpus": 2.0,
        "memory": 10**9,
        "resources": {"TPU": 4.0, "accelerator_type:H100": 1.0},
    }
