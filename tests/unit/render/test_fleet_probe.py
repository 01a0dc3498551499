"""What is said of a cluster that was probed."""

from __future__ import annotations

import json

from advisor.frozen import replace
from advisor.model.fleet_probe import FleetProbe, NodeFate, NodeKind
from advisor.render.fleet_probe import as_json, as_text

LARGE = NodeKind(
    name="large",
    fingerprint="1" * 16,
    machine="AMD EPYC 9654, 192 cores, 768 GB, 8 x NVIDIA H100 80GB HBM3, linux",
    nodes=128,
    wanted=2,
    runs=("0123456789abcdef",),
)
SMALL = replace(LARGE, name="Intel(R) Xeon(R), 8 cores, 32 GB, no accelerator, linux", nodes=1, wanted=1, runs=())
SMALL = replace(SMALL, machine=SMALL.name, fingerprint="2" * 16)
FOUND = FleetProbe(
    ray="2.50.0",
    suite="quick",
    kinds=(LARGE, SMALL),
    nodes=(
        NodeFate(node="abcdef0123", address="10.0.0.1", kind="large", fate="measured", run="0123456789abcdef"),
        NodeFate(node="bbcdef0123", address="10.0.0.2", kind="large", fate="died", reason="the node is gone"),
        NodeFate(node="cbcdef0123", address="10.0.0.3", kind="", fate="refused", reason="No module named 'advisor'"),
    ),
)


def test_each_kind_is_told_and_each_node_that_failed() -> None:
    assert (
        as_text(FOUND)
        == """\
129 nodes of 2 kinds, Ray 2.50.0, quick suite.

large
  AMD EPYC 9654, 192 cores, 768 GB, 8 x NVIDIA H100 80GB HBM3, linux
  128 nodes; measured: 01234567; 1 more wanted

Intel(R) Xeon(R), 8 cores, 32 GB, no accelerator, linux
  1 node; not measured

large, node bbcdef01 (10.0.0.2): died: the node is gone
node cbcdef01 (10.0.0.3): refused: No module named 'advisor'

Not everything is measured; called again, only what is missing is probed.
"""
    )


def test_where_all_is_measured_nothing_is_asked_for() -> None:
    done = replace(FOUND, kinds=(replace(LARGE, wanted=1),), nodes=FOUND.nodes[:1])
    assert done.complete
    assert as_text(done).endswith("  128 nodes; measured: 01234567\n")


def test_what_an_operator_or_a_node_says_obeys_nobody() -> None:
    evil = "\x1b[31m\u202ekind\n"
    told = replace(
        FOUND, kinds=(replace(LARGE, name=evil),), nodes=(replace(FOUND.nodes[1], kind=evil, reason=f"x{evil}"),)
    )
    said = as_text(told)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\u202e" not in as_json(told)
    assert json.loads(as_json(told))["kinds"][0]["name"] == evil
