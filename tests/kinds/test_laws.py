"""What has to hold of one decision for many kinds of machine, whatever was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import pytest
from tui.stories import session

from advisor.machines import Fleet, decide, on_kind
from advisor.model.answers import Answers
from advisor.model.fleet import FleetDecision
from advisor.model.measurement import Machine
from kinds.made_up import APPLE, CPU, NVIDIA, measured

ASKED: tuple[Answers, ...] = (
    {"domain": "cv", "task": "train", "here": ("train",)},
    {"domain": "llm", "task": "finetune", "here": ("train",)},
    {"domain": "llm", "task": "finetune", "train_hw": "nvidia_gpu"},
    {"domain": "optimisation"},
    {},
)


@pytest.mark.parametrize("answers", ASKED, ids=str)
@pytest.mark.parametrize("machine", [CPU, NVIDIA, APPLE], ids=["cpu", "nvidia", "apple"])
def test_of_one_kind_the_verdict_is_that_of_its_machine(machine: Machine, answers: Answers) -> None:
    alone = on_kind(session(), measured(machine)).recommend(answers, full=False)
    overall = decided(answers, [machine]).overall
    assert (overall.status, overall.primary) == (alone.status, alone.recommendation.primary)
    assert (overall.confidence, overall.tied_with) == (alone.recommendation.confidence, alone.recommendation.tied_with)
    assert [(each.option, each.score, each.interval) for each in overall.ranking] == [
        (each.option, each.score, each.interval) for each in alone.ranking
    ]
    assert set(overall.excluded) == {each.option for each in alone.excluded}


@pytest.mark.parametrize("answers", ASKED, ids=str)
def test_neither_order_nor_weight_changes_the_answer_for_a_kind(answers: Answers) -> None:
    first = decided(answers, [CPU, NVIDIA, APPLE])
    counted = decided(answers, [CPU, NVIDIA, APPLE], {NVIDIA.fingerprint: 40})
    assert counted.standings == first.standings
    for kind, other in zip(first.kinds, counted.kinds, strict=True):
        assert kind.recommendation == other.recommendation
    for machines in permutations([CPU, NVIDIA, APPLE]):
        found = decided(answers, machines)
        assert found.overall.primary == first.overall.primary
        assert {kind.id: kind for kind in found.kinds} == {kind.id: kind for kind in first.kinds}


def decided(answers: Answers, machines: Sequence[Machine], nodes: Mapping[str, int] | None = None) -> FleetDecision:
    fleet = Fleet(runs=tuple(map(measured, machines)), nodes=nodes or {})
    return decide(session(), fleet, answers, full=False)
