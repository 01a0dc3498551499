"""What holds of every recommendation, over the real knowledge base and answers that nobody thought of."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from consulting import base, recommend, said, session, some_answers

from advisor.inference import durable

SITUATIONS = [some_answers(Random(seed)) for seed in range(200)]
FEW = SITUATIONS[::8]


def written(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)


def shuffled(raw: dict[str, Any], random: Random) -> dict[str, Any]:
    keys = random.sample(list(raw), len(raw))
    mixed = {}
    for key in keys:
        value = raw[key]
        if isinstance(value, list):
            value = random.sample(value, len(value))
        elif isinstance(value, dict):
            value = dict(random.sample(list(value.items()), len(value)))
        mixed[key] = value
    return mixed


@pytest.mark.skipif(not durable.available(), reason="durable-rules does not load here")
@pytest.mark.parametrize("part", range(4))
def test_both_engines_give_the_same_bytes(part: int) -> None:
    for raw in SITUATIONS[part::4]:
        one, other = said(raw), said(raw, engine="durable-rules")
        assert (one["provenance"].pop("engine"), other["provenance"].pop("engine")) == ("plain", "durable-rules")
        assert written(one) == written(other)


def test_the_order_of_keys_words_and_sizes_does_not_matter() -> None:
    random = Random(0)
    for raw in FEW:
        assert written(said(shuffled(raw, random))) == written(said(raw))


def test_what_is_unknown_is_as_good_as_absent() -> None:
    names = [attribute.name for attribute in base().vocabulary.answers]
    for raw in FEW:
        assert written(said({**dict.fromkeys(names, "unknown"), **raw})) == written(said(raw))
        assert written(said({**dict.fromkeys(names), **raw})) == written(said(raw))


def test_a_new_adviser_says_the_same_as_one_that_has_said_much() -> None:
    for raw in FEW[:8]:
        before = written(said(raw))
        session.cache_clear()
        assert written(said(raw)) == before


@pytest.mark.parametrize("raw", SITUATIONS[:100:4], ids=range(25))
def test_every_id_that_is_used_is_defined_and_every_word_is_of_the_vocabulary(raw: dict[str, Any]) -> None:
    answer = said(raw, full=True)
    findings = {finding["id"] for finding in answer["findings"]}
    evidence = {piece["id"] for piece in answer["evidence"]}
    assert len(findings) == len(answer["findings"])
    assert not findings & evidence
    assert used_ids(answer) <= findings | evidence
    vocabulary = base().vocabulary
    assert answer["recommendation"]["primary"] in vocabulary.primaries
    assert {flag["code"] for flag in answer["flags"]} <= set(vocabulary.flags)
    for part in answer["recommendation"]["stack"]:
        assert part["component"] in (*vocabulary.components, *vocabulary.primaries)
        assert part["layer"] in vocabulary.layers
        assert part["findings"]
    for flag in answer["flags"]:
        assert flag["findings"]
        assert flag["message"]


def used_ids(answer: dict[str, Any]) -> set[str]:
    used = {i for finding in answer["findings"] for i in finding["evidence"]}
    used |= {i for ranked in answer["ranking"] for share in ranked["contributions"] for i in share["evidence"]}
    used |= {i for part in answer["recommendation"]["stack"] for i in part["findings"]}
    used |= {i for flag in answer["flags"] for i in flag["findings"]}
    return used | {i for excluded in answer["excluded"] for i in excluded["findings"]}


@pytest.mark.parametrize("raw", FEW, ids=range(len(FEW)))
def test_scores_weights_and_contributions_add_up(raw: dict[str, Any]) -> None:
    answer = recommend(raw)
    options = [ranked.option for ranked in answer.ranking]
    assert sorted(options + [excluded.option for excluded in answer.excluded]) == sorted(base().frameworks)
    assert sum(weight.final for weight in answer.weights) == pytest.approx(1.0) or not any(
        weight.final for weight in answer.weights
    )
    for ranked in answer.ranking:
        assert ranked.score == pytest.approx(sum(share.contribution for share in ranked.contributions))
        assert 0 <= ranked.score <= 1
        for share in ranked.contributions:
            assert share.contribution == pytest.approx(share.weight * share.value)
    scores = [ranked.score for ranked in answer.ranking]
    assert scores == pytest.approx(sorted(scores, reverse=True))
    for excluded in answer.excluded:
        assert excluded.findings


@pytest.mark.parametrize("raw", FEW, ids=range(len(FEW)))
def test_comparing_some_options_leaves_their_scores_as_they_are(raw: dict[str, Any]) -> None:
    everything = {ranked.option: ranked for ranked in recommend(raw).ranking}
    some = recommend(raw, only=("jax", "pytorch"))
    assert {ranked.option for ranked in some.ranking} == {"jax", "pytorch"} & set(everything)
    assert all(everything[ranked.option] == ranked for ranked in some.ranking)
    assert {excluded.option for excluded in some.excluded} <= {"jax", "pytorch"}


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from numbers(part)


def test_the_document_is_json_with_floats_of_six_digits() -> None:
    for raw in FEW:
        answer = said(raw)
        assert json.loads(written(answer)) == answer
        assert all(math.isfinite(number) and round(number, 6) == number for number in numbers(answer))


def test_without_measurements_the_answer_says_so_and_names_the_next_command() -> None:
    answer = recommend({"domain": "cv", "task": "train"})
    assert answer.measurements.used == ()
    assert answer.measurements.share["performance"] == 0.0
    assert "`advisor probe`" in answer.measurements.note
    assert answer.provenance.measurements == ()
    assert answer.provenance.engine == "plain"
