"""The ways between the places of a project are named, checked against facts, and walk back to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from consulting import base, checked, recommend, session

from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.model.recommendation import Passage, Recommendation
from advisor.session import Session

TO_ANDROID = {"domain": "cv", "task": "train", "team_skill": "pytorch", "deploy_target": "android"}
HERE_AND_THERE = {
    **TO_ANDROID,
    "develop_hw": "apple_gpu",
    "develop_os": "macos_arm64",
    "train_hw": "nvidia_gpu",
    "train_os": "linux",
}


def passage(answer: Recommendation, start: str) -> Passage:
    (found,) = [passage for passage in answer.passages if passage.start == start]
    return found


def test_the_way_to_the_target_has_the_state_of_the_fact_and_names_what_leads_there() -> None:
    answer = recommend(TO_ANDROID)
    way = passage(answer, "train")
    fact = base().frameworks[answer.recommendation.primary].facts["runtime.android"]
    assert (way.end, way.to, way.state) == ("deploy", "android", fact.said)
    assert set(way.via) <= {part.component for part in answer.recommendation.stack}
    assert way.via
    finding = next(finding for finding in answer.findings if finding.id == way.finding)
    assert finding.evidence == (fact.id,)
    assert fact.id in {evidence.id for evidence in answer.evidence}


def test_where_code_is_written_elsewhere_what_works_there_is_said() -> None:
    way = passage(recommend(HERE_AND_THERE), "develop")
    fact = base().frameworks["pytorch"].facts["accelerator.macos_arm64.apple_gpu"]
    assert (way.end, way.to, way.state) == ("train", "nvidia_gpu", fact.said)


@pytest.mark.parametrize(
    "answers",
    [
        {**HERE_AND_THERE, "develop_hw": "nvidia_gpu", "develop_os": "linux"},
        {key: value for key, value in HERE_AND_THERE.items() if key != "develop_os"} | {"develop_hw": "cpu"},
    ],
)
def test_there_is_no_passage_where_the_places_are_one_or_one_is_open(answers: dict[str, Any]) -> None:
    assert [way.start for way in recommend(answers).passages] == ["train"]


@pytest.mark.parametrize("target", ["none", None])
def test_without_a_target_nothing_has_to_get_there(target: str | None) -> None:
    answers = {key: value for key, value in TO_ANDROID.items() if key != "deploy_target"}
    assert recommend(answers | ({"deploy_target": target} if target else {})).passages == ()


def test_outside_these_frameworks_there_are_no_passages() -> None:
    answer = recommend({"domain": "optimisation", "deploy_target": "cloud_api"})
    assert (answer.recommendation.primary, answer.passages) == ("none_of_these", ())


@pytest.mark.parametrize(("pins", "flagged"), [("torch<1.0", True), ("torch>=1.0", False), ("", False), ("?!", False)])
def test_a_part_that_does_not_go_with_the_newest_release_is_named(pins: str, *, flagged: bool) -> None:
    name = next(
        part.component
        for part in recommend(TO_ANDROID).recommendation.stack
        if part.place == "train" and part.component in base().components
    )
    changed = {**base().components, name: replace(base().components[name], pins=pins)}
    known = replace(base(), components=changed)
    answer = Session(known, Adviser(known, plain.compile_rules)).recommend(checked(TO_ANDROID), full=False)
    pinned = [finding for finding in answer.findings if finding.id == f"passage.pin.{name}"]
    assert bool(pinned) is flagged
    assert ("version_pin_needed" in {flag.code for flag in answer.flags if f"passage.pin.{name}" in flag.findings}) is (
        flagged
    )
    for finding in pinned:
        assert pins in finding.message
        assert set(finding.evidence) <= {evidence.id for evidence in answer.evidence}


def test_the_real_pins_can_be_read() -> None:
    from packaging.requirements import Requirement  # noqa: PLC0415

    for component in base().components.values():
        if component.pins:
            assert Requirement(component.pins).specifier
    assert session()
