"""One framework under two names is no reason to prefer either."""

from __future__ import annotations

import functools
from pathlib import Path
from random import Random

import pytest
from consulting import base, checked, session, some_answers

from advisor import resources
from advisor.consult.adviser import Adviser
from advisor.frozen import replace
from advisor.inference import plain
from advisor.loading.cases import read_cases
from advisor.loading.knowledge import load
from advisor.model.answers import Answers
from advisor.model.knowledge import Benchmark, KnowledgeBase
from advisor.session import Session

SITUATIONS = 100
WISH = "requested_framework"
"""The one answer that tells a framework from its twin: it asks for one of the two names."""


def with_twins(folder: Path) -> KnowledgeBase:
    """The knowledge base with an overlay in which every framework stands once more, as `NAME-twin`."""
    (folder / "frameworks").mkdir()
    for name in base().frameworks:
        text = (resources.knowledge() / "frameworks" / f"{name}.yaml").read_text(encoding="utf-8")
        twin = text.replace(f"id: {name}\n", f"id: {name}-twin\n", 1)
        (folder / "frameworks" / f"{name}-twin.yaml").write_text(twin, encoding="utf-8")
    loaded = load([folder], use_cache=False)
    # An overlay cannot publish the speed of what no probe knows.
    return replace(loaded, benchmarks=tuple(map(published_of_both, loaded.benchmarks)))


def published_of_both(table: Benchmark) -> Benchmark:
    """The table with the times of each framework for its twin as well."""
    rows = tuple(
        replace(row, times={**row.times, **{twin_of(v): row.times[v] for v in row.times}}) for row in table.rows
    )
    return replace(table, rows=rows)


def twin_of(variant: str) -> str:
    name, _, how = variant.partition("/")
    return f"{name}-twin/{how}"


@functools.cache
def situations() -> tuple[tuple[Answers, str], ...]:
    """Gold cases and then answers that nobody thought of, each with what is first among the frameworks."""
    gold = read_cases([resources.knowledge() / "cases" / "gold.yaml"], base())
    random = [checked(some_answers(Random(f"twin {seed}"))) for seed in range(2 * SITUATIONS)]
    found = []
    for answers in (*(case.answers for case in gold), *random):
        asked = {key: answer for key, answer in answers.items() if key != WISH}
        ranking = session().recommend(asked, full=False).ranking
        if ranking:
            found.append((asked, ranking[0].option))
    return tuple(found[:SITUATIONS])


@pytest.fixture(scope="module")
def beside_its_twin(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Session]:
    """By framework, all of them compared with its twin beside it."""
    doubled = with_twins(tmp_path_factory.mktemp("twins"))
    return {
        name: Session(doubled, Adviser(doubled, plain.compile_rules), only=(*base().frameworks, f"{name}-twin"))
        for name in base().frameworks
    }


def test_a_twin_of_the_first_is_tied_with_it_in_every_situation(beside_its_twin: dict[str, Session]) -> None:
    assert len(situations()) == SITUATIONS
    assert len({first for _, first in situations()}) > 3
    for answers, first in situations():
        document = beside_its_twin[first].recommend(answers, full=False)
        scores = {ranked.option: ranked.score for ranked in document.ranking}
        assert document.ranking[0].option == first, answers
        assert f"{first}-twin" in document.recommendation.tied_with, answers
        assert scores[f"{first}-twin"] == pytest.approx(scores[first], abs=1e-12)


def test_a_second_name_is_no_rival_that_makes_the_first_less_sure(beside_its_twin: dict[str, Session]) -> None:
    """Both together are best at least as often as the one alone."""
    for answers, first in situations():
        alone = session().consult(answers).closing.ranking
        both = beside_its_twin[first].consult(answers).closing.ranking
        assert alone is not None
        assert both is not None
        assert both.p_group >= alone.p_best
