"""Whatever chains the program's own rules, whole or narrowed to the situation, says the same."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from consulting import ENGINES, base, some_answers
from tracing import traced

from advisor import resources
from advisor.consult.rulebooks import PHASES, Engines, kinds, rulebooks
from advisor.inference import durable, plain
from advisor.loading.cases import read_cases
from advisor.loading.structure import plain as plain_values
from advisor.model.attribute import family
from advisor.model.trace import Trace

CASES: list[dict[str, Any]] = [
    dict(plain_values(case.answers))
    for case in read_cases(sorted((resources.knowledge() / "cases").glob("*.yaml")), base())
]
NOBODY_THOUGHT_OF = [some_answers(Random(seed)) for seed in range(100)]
CV = {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu", "train_os": "linux"}

needs_durable = pytest.mark.skipif(not durable.available(), reason="durable-rules does not load here")
EACH_ENGINE = pytest.mark.parametrize(
    "engine", [pytest.param(name, marks=needs_durable if name != "plain" else ()) for name in ENGINES]
)


def fired(traces: list[Trace]) -> list[Any]:
    """What fired and what was derived; a narrowed rulebook does not name what nothing in it can conclude."""
    return [(trace.firings, {name: words for name, words in trace.derived.items() if words}) for trace in traces]


@needs_durable
@pytest.mark.parametrize("situations", [CASES, NOBODY_THOUGHT_OF], ids=["cases", "nobody thought of"])
def test_the_engines_agree_on_every_rulebook_of_the_program(situations: list[dict[str, Any]]) -> None:
    with traced(plain.compile_rules) as reference, traced(durable.compile_rules) as core:
        for raw in situations:
            told = reference.tell(raw)
            assert len(told) > 2
            assert core.tell(raw) == told, raw


@EACH_ENGINE
def test_narrowed_to_one_situation_the_rules_say_what_all_of_them_say(engine: str) -> None:
    # Compiling is what takes long: durable-rules is asked about every fourth.
    situations = [*CASES, *NOBODY_THOUGHT_OF][:: 1 if engine == "plain" else 4]
    with traced(ENGINES[engine]) as whole, traced(ENGINES[engine], single=True) as single:
        for raw in situations:
            assert fired(single.tell(raw)) == fired(whole.tell(raw)), raw
    assert len(whole.compiled) == len(PHASES)
    assert sum(single.compiled) < sum(whole.compiled) / 2 * len(single.compiled) / len(PHASES)


@EACH_ENGINE
def test_whatever_does_not_apply_to_an_option_every_rulebook_can_be_compiled(engine: str) -> None:
    families = tuple(sorted({family(projection.path) for projection in base().vocabulary.projections}))
    books = rulebooks(replace(base(), inapplicable=families))
    assert books != rulebooks(base())
    for rules in books.values():
        ENGINES[engine](rules, kinds(base())).close()


def test_for_many_situations_each_rulebook_is_compiled_once_and_whole() -> None:
    with traced(plain.compile_rules) as many:
        assert many.compiled == []
        for raw in CASES[:5]:
            many.tell(raw)
        assert sorted(many.compiled) == sorted(map(len, rulebooks(base()).values()))


def test_for_a_single_one_the_rules_about_options_are_compiled_once_for_all_of_them() -> None:
    with traced(plain.compile_rules, single=True) as single:
        assert len(single.tell(CV)) > len(PHASES)
        assert len(single.compiled) == len(PHASES)


def test_other_answers_are_asked_of_rules_compiled_for_them() -> None:
    engines, asked = Engines(base(), plain.compile_rules, single=True), {"domain": "cv"}
    first = engines.over("situation", asked)
    assert engines.over("situation", {**asked, "clash": frozenset()}) is first
    second = engines.over("situation", {"domain": "llm"})
    assert second is not first
    with pytest.raises(RuntimeError, match="closed"):
        first.consult(asked)
    engines.close()


def test_an_option_is_settled_in_the_verdict_and_nowhere_else() -> None:
    engines = Engines(base(), plain.compile_rules, single=True)
    torch, jax = ({"domain": "cv", "option": option} for option in ("pytorch", "jax"))
    assert engines.over("option", torch) is engines.over("option", jax)
    assert engines.over("verdict", torch) is not engines.over("verdict", jax)
    engines.close()


@EACH_ENGINE
def test_an_engine_has_a_name_once_it_was_asked(engine: str) -> None:
    engines = Engines(base(), ENGINES[engine])
    assert engines.name == ""
    for name in PHASES:
        engines.over(name, {})
    assert engines.name == engine
    engines.close()
