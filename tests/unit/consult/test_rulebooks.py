"""The three rulebooks, and what an answer says of the engines that chain them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from consulting import base, checked, recommend

from advisor.consult.adviser import Adviser
from advisor.consult.rulebooks import PHASES, rulebooks
from advisor.inference import choice, durable
from advisor.inference.limits import MOST_USES_OF_A_CHECK
from advisor.model.rule import Condition
from advisor.session import Session

RAW = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"}


def test_every_rule_stands_in_one_rulebook() -> None:
    books = rulebooks(base())
    assert list(books) == list(PHASES)
    assert sorted(rule.id for rules in books.values() for rule in rules) == sorted(rule.id for rule in base().rules)


@pytest.mark.skipif(not durable.available(), reason="durable-rules does not load here")
def test_a_rulebook_too_large_for_one_engine_is_chained_by_the_other_and_the_answer_says_so() -> None:
    caution = next(rule for rule in base().rules if rule.phase == "caution")
    never = Condition(op="is", attribute="domain", value="library")
    many = [replace(caution, id=f"CAU-X{number}", when=never) for number in range(MOST_USES_OF_A_CHECK + 1)]
    crowded = replace(base(), rules=(*base().rules, *many))
    adviser = Adviser(crowded, choice.best())
    answer = Session(crowded, adviser).recommend(checked(RAW), full=False)
    adviser.close()
    assert answer.provenance.engine == "durable-rules (situation, option), plain (verdict)"
    assert answer.recommendation == recommend(RAW).recommendation
    assert answer.findings == recommend(RAW).findings


def test_rulebooks_within_the_limits_are_chained_by_one_engine() -> None:
    adviser = Adviser(base(), choice.best())
    Session(base(), adviser).recommend(checked(RAW), full=False)
    assert adviser.engine_name == ("durable-rules" if durable.available() else "plain")
    adviser.close()
