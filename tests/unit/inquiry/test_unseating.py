"""Facts that would unseat the first: every claim is run again from outside, over a base with that very fact."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_whatif import session

from advisor import resources
from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.inquiry.unseating import fact_flips
from advisor.inquiry.whatif import first
from advisor.loading.cases import read_cases
from advisor.model.fact import Fact
from advisor.model.recommendation import FactFlip

CASES = {case.id: case for case in read_cases([resources.knowledge() / "cases" / "gold.yaml"], session().base)}


def flips(case: str) -> tuple[FactFlip, ...]:
    one = session()
    return fact_flips(one.adviser, one.consult(CASES[case].answers), 3)


def leader(case: str, flip: FactFlip, word: str) -> str:
    """Who is first where the fact is that word, asked of an adviser of its own."""
    base = session().base
    framework = base.frameworks[flip.option]
    source = next(iter(framework.facts.values())).source
    fact = Fact(id=f"{flip.option}.{flip.attribute}", attribute=flip.attribute, value=word, source=source)
    changed = replace(framework, facts={**framework.facts, flip.attribute: fact})
    adviser = Adviser(replace(base, frameworks={**base.frameworks, flip.option: changed}), plain.compile_rules)
    one = replace(session(), adviser=adviser)
    return first(one.consult(CASES[case].answers).weighed)


@pytest.mark.parametrize("case", sorted(CASES)[::4])
def test_every_claim_flips_and_no_word_nearer_on_its_scale_does(case: str) -> None:
    now = first(session().consult(CASES[case].answers).weighed)
    scales = {criterion.id: criterion.scale for criterion in session().base.criteria}
    for flip in flips(case):
        assert leader(case, flip, flip.becomes) == flip.to != now
        scale = scales[flip.criterion]
        begins = 0.5 if flip.now == "unknown" else scale[flip.now]
        for word, value in scale.items():
            if abs(value - begins) < flip.way and word != flip.now:
                assert leader(case, flip, word) == now


def test_the_smallest_way_comes_first_and_each_fact_once() -> None:
    found = flips("dep-esp32-keyword")
    assert len(found) == 3
    assert [flip.way for flip in found] == sorted(flip.way for flip in found)
    assert len({(flip.option, flip.attribute) for flip in found}) == 3


def test_where_no_framework_is_recommended_no_fact_unseats_one() -> None:
    assert flips("dom-shift-planning") == ()


def test_the_knowledge_base_stays_as_it_was() -> None:
    before = session().base.facts()
    flips("mac-7b-lora")
    assert session().base.facts() == before
