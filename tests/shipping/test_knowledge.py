"""What the program knows, as a whole: complete, used, sourced, dated, and looked at by a second pair of eyes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.program import Run

from advisor import resources
from advisor.cli.showing import shown_as
from advisor.consult.adviser import Adviser
from advisor.consult.assemble import assemble
from advisor.inference import plain
from advisor.intake.situation import complete
from advisor.loading.cases import read_cases
from advisor.loading.knowledge import load
from advisor.model.fact import OPEN, PRIMARY, Fact
from advisor.model.knowledge import KnowledgeBase
from advisor.upkeep import completeness

SHARE = 0.9
CLAIMS = {f"S{number:03}" for number in range(1, 81)}
"""The claims of the comparison that this project began from."""


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return load(use_cache=False)


@pytest.fixture(scope="module")
def facts(base: KnowledgeBase) -> tuple[Fact, ...]:
    return tuple(base.facts().values())


def test_the_program_itself_finds_nothing_wrong_with_what_it_knows(run: Run) -> None:
    ran = run("knowledge", "check", "--json")
    assert json.loads(ran.stdout)["problems"] == []
    assert ran.exit == 0


def test_every_framework_is_complete_against_the_list_of_attributes(base: KnowledgeBase) -> None:
    wanted = {name for attribute in base.attributes for name in attribute.names}
    for framework in base.frameworks.values():
        assert wanted - set(framework.facts) == set(), framework.id


def test_every_word_of_the_vocabulary_that_can_stand_in_a_stack_is_described(base: KnowledgeBase) -> None:
    assert set(base.vocabulary.components) - {*base.components, *base.frameworks} == set()
    assert set(base.vocabulary.primaries) - {*base.frameworks, "none_of_these", "needs_more_info"} == set()
    for component in base.components.values():
        assert all(fact.said.strip() for fact in component.facts), component.id


def test_what_is_unknown_says_what_was_tried(base: KnowledgeBase, facts: tuple[Fact, ...]) -> None:
    for fact in facts:
        if fact.said in OPEN:
            kind, name, *_ = fact.id.split(".")
            assert fact.note or (kind == "component" and base.components[name].note), fact.id


def test_nine_of_ten_facts_are_from_who_has_to_know(base: KnowledgeBase) -> None:
    for coverage in completeness.frameworks(base).values():
        assert coverage.share >= SHARE
    parts = [fact for component in base.components.values() for fact in component.facts]
    assert sum(fact.source.grade in PRIMARY for fact in parts) >= SHARE * len(parts)


def test_every_fact_has_a_source_and_a_full_day(facts: tuple[Fact, ...]) -> None:
    for fact in facts:
        for source in fact.sources:
            assert source.ref.strip(), fact.id
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", source.observed), fact.id


def test_every_fact_is_read_by_a_rule_a_criterion_or_a_table(base: KnowledgeBase) -> None:
    assert completeness.unused(base) == ()


def test_every_claim_is_resolved_once_and_shown(run: Run, base: KnowledgeBase) -> None:
    resolved = [claim for belief in base.folklore for claim in belief.claims]
    assert sorted(resolved) == sorted(CLAIMS)
    shown = run("knowledge", "folklore").stdout
    assert set(re.findall(r"S\d{3}", shown)) >= CLAIMS


def test_every_fact_that_a_belief_names_is_known(base: KnowledgeBase, facts: tuple[Fact, ...]) -> None:
    known = {fact.id for fact in facts}
    for belief in base.folklore:
        assert set(belief.facts) <= known, belief.id


def test_no_newest_release_is_one_that_must_never_be_recommended(base: KnowledgeBase) -> None:
    denied = {(entry.package, version) for entry in base.denied for version in entry.versions}
    newest = {(component.package, component.release.partition(" ")[0]) for component in base.components.values()}
    newest |= {(f.package, f.facts["latest_release"].said.partition(" ")[0]) for f in base.frameworks.values()}
    assert denied
    assert denied & newest == set()


def test_gold_cases_are_situations_that_can_be_asked(base: KnowledgeBase) -> None:
    cases = read_cases(sorted((resources.knowledge() / "cases").glob("*.yaml")), base)
    assert len({case.id for case in cases}) == len(cases) > 0
    for case in cases:
        assert set(case.acceptable) <= set(base.vocabulary.primaries)


def test_every_piece_of_evidence_behind_an_answer_can_be_shown(base: KnowledgeBase) -> None:
    adviser = Adviser(base, plain.compile_rules)
    for case in read_cases(sorted((resources.knowledge() / "cases").glob("*.yaml")), base):
        answer = assemble(adviser, adviser.consult(complete(case.answers, base.vocabulary, None)))
        assert answer.evidence
        for evidence in answer.evidence:
            document, text = shown_as(evidence.id, base)
            assert document
            assert text


def test_the_last_spot_check_held_in_full() -> None:
    kept: list[dict[str, Any]] = yaml.safe_load(
        Path(resources.knowledge() / "spot_checks.yaml").read_text(encoding="utf-8")
    )
    last = kept[-1]
    assert len(last["facts"]) == len(set(last["facts"])) >= 30
    assert last["held"] == len(last["facts"])
    assert [entry["fact"] for entry in last["failed"]] == []
