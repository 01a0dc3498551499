"""What scripts rely on in a recommendation."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from cli.program import EXAMPLES, Run, example

FURTHER: tuple[dict[str, Any], ...] = (
    {"domain": "optimisation"},
    {"domain": "cv", "task": "train", "train_hw": "cerebras", "needs": ["in_browser_training"]},
    {"domain": "nlp", "requested_framework": "mxnet", "existing_code": "mxnet", "priorities": {"upkeep": "must"}},
    {"domain": "cv", "deploy_target": "microcontroller", "sizes": {"batch": 4}, "latency_ms": 1 / 3},
    {},
)


@pytest.fixture(scope="module")
def schema(run: Run) -> Any:
    """The published schema of recommendations."""
    return run("schema", "recommendation").document


@pytest.fixture(scope="module")
def given() -> list[Any]:
    """Answers of many kinds."""
    return [*(yaml.safe_load(file.read_text(encoding="utf-8")) for file in EXAMPLES), *FURTHER]


@pytest.fixture(scope="module")
def documents(run: Run, given: list[Any]) -> list[Any]:
    """The recommendations for them."""
    lines = "".join(json.dumps({"id": n, "answers": answers}) + "\n" for n, answers in enumerate(given))
    found = run("recommend", "--batch", "-", "--json", "--no-detect", "--depth", "full", stdin=lines).lines
    assert [document["id"] for document in found] == list(range(len(given)))
    return found


def test_one_document_on_standard_output_and_nothing_else(run: Run, schema: Any) -> None:
    ran = run("recommend", "--answers", example("frontier_on_tpu"), "--json", "--no-detect")
    assert ran.stderr == ""
    assert "id" not in ran.document
    jsonschema.validate(ran.document, schema)


def test_talk_goes_to_standard_error(run: Run) -> None:
    ran = run("recommend", "--set", "domian=cv", "--json")
    assert (ran.exit, ran.stdout) == (2, "")
    assert "domian" in ran.stderr


def test_recommendations_are_as_the_schema_says(documents: list[Any], schema: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert [error.message for document in documents for error in validator.iter_errors(document)] == []


def test_answers_are_as_the_schema_says(run: Run, given: list[Any]) -> None:
    schema = run("schema", "answers").document
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert [error.message for answers in given for error in validator.iter_errors(answers)] == []
    for wrong in ({"domian": "cv"}, {"domain": "cw"}, {"python_version": 3.1}, {"sizes": {"bach": 1}}):
        assert not validator.is_valid(wrong), wrong


def test_floats_have_at_most_6_digits(documents: list[Any]) -> None:
    for number in (number for document in documents for number in _floats(document)):
        assert number == round(number, 6)


def test_whatever_is_cited_is_there(documents: list[Any]) -> None:
    for document in documents:
        there = Counter(part["id"] for part in (*document["findings"], *document["evidence"]))
        assert set(there.values()) <= {1}
        assert set(_cited(document)) <= set(there)


def test_every_piece_of_evidence_is_cited_and_has_a_dated_source(documents: list[Any]) -> None:
    for document in documents:
        assert {evidence["id"] for evidence in document["evidence"]} <= set(_cited(document))
        for evidence in document["evidence"]:
            assert evidence["statement"]
            assert evidence["source"]
            assert re.fullmatch(r"\d{4}(-\d{2}){0,2}", evidence["observed"])


def test_a_stack_is_small_and_each_part_has_a_finding(documents: list[Any]) -> None:
    for document in documents:
        stack = document["recommendation"]["stack"]
        places = Counter(part["place"] for part in stack)
        assert len(stack) <= 15
        assert all(count <= 8 for count in places.values())
        assert all(part["findings"] for part in stack)
        assert len({(part["place"], part["component"]) for part in stack}) == len(stack)


def test_a_score_is_the_sum_of_what_contributes(documents: list[Any]) -> None:
    for ranked in (ranked for document in documents for ranked in document["ranking"]):
        contributions = ranked["contributions"]
        assert ranked["score"] == pytest.approx(sum(c["contribution"] for c in contributions), abs=2e-5)
        assert sum(c["weight"] for c in contributions) == pytest.approx(1, abs=2e-5)
        low, high = ranked["interval"]
        assert low <= ranked["score"] <= high


def test_the_first_of_the_ranking_is_recommended_or_the_status_says_why_not(documents: list[Any]) -> None:
    for document in documents:
        primary, ranking = document["recommendation"]["primary"], document["ranking"]
        scores = [ranked["score"] for ranked in ranking]
        assert scores == sorted(scores, reverse=True)
        if document["status"] in ("decided", "tie", "low_confidence"):
            assert primary == ranking[0]["option"]
        else:
            assert primary in ("needs_more_info", "none_of_these")


def test_an_option_is_ranked_or_excluded_with_its_reasons(documents: list[Any]) -> None:
    for document in documents:
        ranked = {ranked["option"] for ranked in document["ranking"]}
        excluded = {excluded["option"] for excluded in document["excluded"]}
        assert not ranked & excluded
        assert len(ranked | excluded) >= 6
        assert all(excluded["findings"] for excluded in document["excluded"])


def test_where_it_comes_from_is_said(documents: list[Any], run: Run) -> None:
    from advisor import __version__  # noqa: PLC0415  (named here only)

    for provenance in (document["provenance"] for document in documents):
        assert provenance["advisor"] == __version__
        assert provenance["engine"] in ("durable-rules", "plain")
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", provenance["knowledge"])
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", provenance["rules"])
        assert provenance["measurements"] == []
    detail = run("recommend", "--answers", EXAMPLES[0], "--no-detect", "--detail").stdout
    for finding in documents[0]["findings"]:
        assert finding["id"] in detail
    for evidence in documents[0]["evidence"]:
        assert evidence["id"] in detail


def _floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _floats(part)


def _cited(document: dict[str, Any]) -> Iterator[str]:
    for part in (*document["recommendation"]["stack"], *document["excluded"], *document["flags"]):
        yield from part["findings"]
    for ranked in document["ranking"]:
        for contribution in ranked["contributions"]:
            yield from contribution["evidence"]
    for finding in document["findings"]:
        yield from finding["evidence"]
    yield from (document["exit"] or {}).get("evidence", ())
    for step in document["next_steps"]:
        yield from (*step["findings"], *step["evidence"])
