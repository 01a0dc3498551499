"""Which status applies, and what stands as primary beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from consulting import base, recommend

from advisor.consult.adviser import Closing
from advisor.consult.assemble import status_of
from advisor.model.recommendation import Status
from advisor.model.score import Ranking, Scored

NOTHING_REMAINS = {"train_hw": "cerebras", "task": "train", "domain": "cv", "constraints": ["patent_grant_required"]}
REACHED: dict[Status, tuple[dict[str, Any], str]] = {
    "decided": ({"domain": "nlp", "task": "finetune", "existing_code": "pytorch", "code_size": "large"}, "pytorch"),
    "needs_more_info": ({"deploy_target": "android_ios"}, "needs_more_info"),
    "out_of_scope": ({"domain": "optimisation"}, "none_of_these"),
    "low_confidence": (
        {"domain": "llm", "task": "pretrain", "train_hw": "google_tpu", "constraints": ["air_gapped"]},
        "jax",
    ),
    "no_feasible_option": (NOTHING_REMAINS, "needs_more_info"),
    "contradictory": ({**NOTHING_REMAINS, "requested_framework": "litert"}, "needs_more_info"),
    "tie": (
        {
            "domain": "nlp",
            "task": "train",
            "train_hw": "nvidia_gpu",
            "train_os": "linux",
            "deploy_target": "edge_tpu",
            "team_skill": "keras",
        },
        "keras",
    ),
}


def test_a_situation_is_known_for_every_status() -> None:
    assert set(REACHED) == set(get_args(Status))


@pytest.mark.parametrize("status", REACHED)
def test_every_status_can_be_reached_and_has_its_primary(status: Status) -> None:
    raw, primary = REACHED[status]
    answer = recommend(raw)
    assert (answer.status, answer.recommendation.primary) == (status, primary)


ENOUGH = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"}


def test_where_nothing_has_a_weight_nothing_is_sure() -> None:
    answer = recommend({"priorities": {criterion.id: "ignore" for criterion in base().criteria}, **ENOUGH})
    assert answer.status == "low_confidence"
    assert answer.recommendation.confidence is not None
    assert answer.recommendation.confidence.level == "low"


def ranking(p_best: float = 0.9, tied_with: tuple[str, ...] = ()) -> Ranking:
    scored = Scored(option="jax", score=0.7, interval=(0.6, 0.8), values={})
    return Ranking(
        scored=(scored,),
        weights=(),
        p_best=p_best,
        p_top2=1.0,
        expected_regret=0.0,
        tied_with=tied_with,
        p_group=p_best,
    )


def status(order: Ranking | None, confidence: str = "high", **derived: str) -> Status:
    concluded: Mapping[str, frozenset[str]] = {name: frozenset({word}) for name, word in derived.items()}
    return status_of(concluded, Closing(order, confidence, ()))  # type: ignore[arg-type]


def test_the_first_status_that_applies_stands() -> None:
    everything = {"shape": "thin", "doubt": "vendor_access", "clash": "site_and_hardware"}
    assert status(None, "low", **everything) == "contradictory"
    assert status(None, "low", shape="thin", doubt="vendor_access") == "no_feasible_option"
    assert status(ranking(0.1, ("keras",)), "low", scope="outside", **everything) == "out_of_scope"
    assert status(ranking(0.1, ("keras",)), "low", **everything) == "needs_more_info"
    assert status(ranking(0.1, ("keras",)), "low", doubt="vendor_access") == "low_confidence"
    assert status(ranking(0.9, ("keras",)), "high", doubt="vendor_access") == "low_confidence"
    assert status(ranking(0.1, ("keras",)), "medium") == "tie"
    assert status(ranking(0.9)) == "decided"


def test_a_contradiction_with_a_way_out_is_flagged_and_decides_nothing() -> None:
    assert status(ranking(), clash="detected_hardware") == "decided"
    answer = recommend({"domain": "cv", "task": "train", "requested_framework": "litert", "existing_code": "pytorch"})
    assert "contradiction" in {flag.code for flag in answer.flags}
    assert answer.status != "contradictory"


@pytest.mark.parametrize("raw", [{"domain": "optimisation"}, {"domain": "timeseries", "data_scale": "tiny"}])
def test_outside_these_frameworks_the_stack_names_the_tool_and_nothing_else(raw: dict[str, Any]) -> None:
    verdict = recommend(raw).recommendation
    assert verdict.stack
    assert {base().components[part.component].layer for part in verdict.stack} == {"alternative_tool"}


def test_where_too_little_is_known_the_stack_holds_only_what_every_choice_would_share() -> None:
    answer = recommend({"deploy_target": "android_ios"}, full=True)
    assert {part.place for part in answer.recommendation.stack} == {"deploy"}
    assert recommend({"domain": "cv"}, full=True).recommendation.stack == ()
    assert {flag.code for flag in answer.flags} >= {"ask_more", "low_confidence"}
    assert answer.questions


def test_where_nothing_remains_there_is_no_confidence_and_every_option_says_why() -> None:
    answer = recommend(REACHED["no_feasible_option"][0])
    assert answer.recommendation.confidence is None
    assert answer.ranking == ()
    assert {excluded.option for excluded in answer.excluded} == set(base().frameworks)
    assert answer.sensitivity.stays_first == 0.0


@pytest.mark.parametrize("criterion", [c.id for c in base().criteria if c.reads != "speed"])
def test_a_must_excludes_what_is_known_to_be_below_the_threshold_and_nothing_else(criterion: str) -> None:
    raw = {
        "domain": "cv",
        "task": "train",
        "train_hw": "nvidia_gpu",
        "train_os": "linux",
        "deploy_target": "browser",
        "team_skill": "jax",
        "existing_code": "pytorch",
        "needs": ["multi_backend", "custom_cuda_kernels"],
        "team_languages": ["java"],
    }
    threshold = next(c.must for c in base().criteria if c.id == criterion)
    values = {
        ranked.option: next((s for s in ranked.contributions if s.criterion == criterion), None)
        for ranked in recommend(raw).ranking
    }
    below = {option for option, share in values.items() if share and share.evidence and share.value < threshold}
    answer = recommend({**raw, "priorities": {criterion: "must"}})
    excluded = {e.option for e in answer.excluded if f"must.{criterion}@{e.option}" in e.findings}
    assert excluded & set(values) == below
    assert {ranked.option for ranked in answer.ranking} == set(values) - below
    for option in below:
        finding = next(f for f in answer.findings if f.id == f"must.{criterion}@{option}")
        assert finding.facts == {f"priorities.{criterion}": "must"}
        assert finding.evidence


def test_an_answer_that_leads_is_likelier_to_be_accepted_than_a_tie() -> None:
    sure, even = (recommend(REACHED[status][0]).recommendation.confidence for status in ("decided", "tie"))
    assert sure is not None
    assert even is not None
    assert 0 < even.p_accept < sure.p_accept < 1
