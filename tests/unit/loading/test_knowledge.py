"""The real knowledge base, and one that somebody has added to."""

from __future__ import annotations

from pathlib import Path

import pytest
from seeding import copied

from advisor.consult.adviser import Adviser
from advisor.inference import plain
from advisor.loading.knowledge import load
from advisor.model.answers import Situation
from advisor.model.knowledge import KnowledgeBase

HANDMADE = """\
id: handmade
name: handmade
summary: Made up.
package: handmade
sources:
  own: {ref: here, observed: "2026-01-01", grade: official}
facts:
  wheels.linux: {value: stable, source: own}
  accelerator.linux.nvidia_gpu: {value: stable, source: own}
  ecosystem.cv: {value: leading, source: own}
  task.train: {value: leading, source: own}
  maintenance: {value: active, source: own}
  learning_curve: {value: gentle, source: own}
"""
SITUATION = Situation(
    answers={"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"}, origins={}
)


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return load(use_cache=False)


def test_the_real_knowledge_base_loads_and_every_part_is_there(base: KnowledgeBase) -> None:
    assert set(base.frameworks) == set(base.vocabulary.primaries) - {"none_of_these", "needs_more_info"}
    assert set(base.components) | set(base.frameworks) >= set(base.vocabulary.components)
    assert {rule.phase for rule in base.rules} == {"derive", "preference", "eligibility", "stack", "caution"}
    for part in (base.criteria, base.questions, base.components, base.benchmarks, base.folklore):
        assert part
    assert len(base.as_of) == len("2026-11-22")


def test_every_fact_is_known_by_its_own_id(base: KnowledgeBase) -> None:
    for framework in base.frameworks.values():
        assert {fact.id: fact.attribute for fact in framework.facts.values()} == {
            f"{framework.id}.{attribute}": attribute for attribute in framework.facts
        }


def test_a_framework_that_is_a_file_takes_part_without_code(tmp_path: Path, base: KnowledgeBase) -> None:
    folders = copied(tmp_path)
    folders.write("more/frameworks/handmade.yaml", HANDMADE)
    before = Adviser(base, plain.compile_rules).consult(SITUATION).closing.ranking
    after = Adviser(load((tmp_path / "more",), use_cache=False), plain.compile_rules).consult(SITUATION).closing.ranking
    assert before is not None
    assert after is not None
    scores = {scored.option: scored.score for scored in after.scored}
    assert scores.pop("handmade") > 0.5
    assert scores == {scored.option: scored.score for scored in before.scored}
    values = next(scored.values for scored in after.scored if scored.option == "handmade")
    assert values["ecosystem"].evidence == ("handmade.ecosystem.cv",)
    assert values["stability"].mean == 0.5


def test_a_framework_without_support_is_excluded_by_the_same_rules(tmp_path: Path) -> None:
    folders = copied(tmp_path)
    text = HANDMADE.replace("nvidia_gpu: {value: stable", "nvidia_gpu: {value: none")
    folders.write("more/frameworks/handmade.yaml", text)
    excluded = (
        Adviser(load((tmp_path / "more",), use_cache=False), plain.compile_rules).consult(SITUATION).weighed.excluded
    )
    (behind,) = (finding.evidence for finding in excluded["handmade"] if finding.rule == "ELI-001")
    assert set(behind) == {"DER-045", "rule.ELI-001", "handmade.accelerator.linux.nvidia_gpu"}


def test_a_rule_that_is_an_entry_takes_part_without_code(tmp_path: Path, base: KnowledgeBase) -> None:
    folders = copied(tmp_path)
    before = {finding.id for finding in Adviser(base, plain.compile_rules).consult(SITUATION).weighed.findings}
    folders.write(
        "rules/preference/team.yaml",
        """\
sources:
  own: {ref: here, observed: "2026-01-01", grade: judged}
rules:
- id: PRE-900
  title: Made up
  when: {domain: cv}
  then: {weigh: {learning: 1}}
  message: The domain is {domain}.
  reason: None.
  source: own
  examples:
    fires: {answers: {domain: cv}}
    misses: {answers: {domain: nlp}}
""",
    )
    weighed = Adviser(folders.load(), plain.compile_rules).weigh(SITUATION.answers)
    assert {finding.id for finding in weighed.findings} - before == {"PRE-900"}
    assert "The domain is cv." in {finding.message for finding in weighed.findings}
    assert next(w.moved_by for w in weighed.weights if w.criterion == "learning") == {"PRE-900": 1.0}
