"""The examples that the project began from: the right answer, and for the right reasons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.program import Run, example

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "seed.yaml").read_text(encoding="utf-8"))["cases"]
CLEARLY = 0.05
"""Two options that are further apart are not tied, whatever is drawn."""
EACH_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])

Documents = dict[str, Any]


@pytest.fixture(scope="module")
def documents(run: Run) -> Documents:
    """The recommendation for each case, all in one batch."""
    lines = "".join(json.dumps({"id": case["id"], "answers": case["answers"]}) + "\n" for case in CASES)
    ran = run("recommend", "--batch", "-", "--no-detect", "--json", stdin=lines)
    assert (ran.exit, ran.stderr) == (0, "")
    return {document["id"]: document for document in ran.lines}


@EACH_CASE
def test_the_primary_is_acceptable_and_decided(case: dict[str, Any], documents: Documents) -> None:
    document = documents[case["id"]]
    assert document["recommendation"]["primary"] in case["primary"]
    assert document["recommendation"]["primary"] not in case["barred"]
    assert document["status"] == "decided"


@EACH_CASE
def test_what_has_to_be_said_is_flagged(case: dict[str, Any], documents: Documents) -> None:
    flags = {flag["code"] for flag in documents[case["id"]]["flags"]}
    assert flags >= set(case["flags"])
    assert not flags & {"low_confidence", "contradiction", "out_of_scope"}


@EACH_CASE
def test_the_stack_names_the_companions(case: dict[str, Any], documents: Documents) -> None:
    stack = {part["component"] for part in documents[case["id"]]["recommendation"]["stack"]}
    assert [group for group in case["companions"] if not stack & set(group)] == []
    assert not stack & set(case["never"])


@EACH_CASE
def test_the_first_leads_where_the_reasons_lie(case: dict[str, Any], documents: Documents) -> None:
    shares = {
        ranked["option"]: {c["criterion"]: c for c in ranked["contributions"]}
        for ranked in documents[case["id"]]["ranking"]
    }
    first = shares[documents[case["id"]]["recommendation"]["primary"]]
    for criterion, others in case["ahead"].items():
        assert first[criterion]["evidence"], criterion
        for other in others:
            assert first[criterion]["contribution"] > shares[other][criterion]["contribution"], (criterion, other)


@EACH_CASE
def test_the_reasons_decide(case: dict[str, Any], documents: Documents) -> None:
    first, second = documents[case["id"]]["ranking"][:2]
    lead = {
        mine["criterion"]: mine["contribution"] - theirs["contribution"]
        for mine, theirs in zip(first["contributions"], second["contributions"], strict=True)
    }
    reasons = {criterion for criterion, others in case["ahead"].items() if second["option"] in others}
    assert sum(lead[criterion] for criterion in reasons) > sum(lead.values()) / 2


@EACH_CASE
def test_the_findings_rest_on_what_matters(case: dict[str, Any], documents: Documents) -> None:
    seen = [
        (name, word)
        for finding in documents[case["id"]]["findings"]
        for name, value in finding["facts"].items()
        for word in (value if isinstance(value, list) else [value])
    ]
    assert [fact for fact in case["rests_on"] if not set(fact.items()) <= set(seen)] == []


@EACH_CASE
def test_a_barred_option_is_excluded_with_a_reason_or_far_behind(case: dict[str, Any], documents: Documents) -> None:
    document = documents[case["id"]]
    scores = {ranked["option"]: ranked["score"] for ranked in document["ranking"]}
    excluded = {excluded["option"]: excluded["findings"] for excluded in document["excluded"]}
    for option in case["barred"]:
        assert excluded.get(option) or scores[option] < document["ranking"][0]["score"] - CLEARLY, option


@EACH_CASE
def test_the_shipped_example_tells_the_same(case: dict[str, Any]) -> None:
    assert yaml.safe_load(example(case["example"]).read_text(encoding="utf-8")) == case["answers"]


def test_a_belief_that_is_no_longer_true_is_told_from_the_source(documents: Documents) -> None:
    document = documents["pub-huggingface-backend"]
    (flag,) = (flag for flag in document["flags"] if flag["code"] == "stale_folklore")
    (finding,) = (finding for finding in document["findings"] if finding["id"] in flag["findings"])
    sources = {e["source"] for e in document["evidence"] if e["id"] in finding["evidence"]}
    assert any("MIGRATION_GUIDE_V5" in source for source in sources)
    assert finding["facts"]["requested_framework"] == "tensorflow"
