"""What is written down as plain values comes back as the same model, validated or not."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.loading.structure import plain, structure
from advisor.loading.validate import adapter
from advisor.model.fact import Fact, Grade, Source
from advisor.model.framework import Framework
from advisor.model.knowledge import Criterion
from advisor.model.measurement import (
    Accelerator,
    ClassResult,
    FrameworkRun,
    Machine,
    Measurements,
    Outcome,
    ProbeResult,
)
from advisor.model.rule import PLACES, Condition, Effects, Example, Phase, Put, Rule

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
NUMBER = st.floats(allow_nan=False)
WORDS = st.lists(TEXT, max_size=3).map(tuple)
SPAN = st.tuples(NUMBER, NUMBER)
SOURCES = st.builds(Source, ref=TEXT, observed=TEXT, grade=st.sampled_from(get_args(Grade)))
LEAVES = st.builds(Condition, op=st.sampled_from(["is", "has"]), attribute=TEXT, value=TEXT) | st.builds(
    Condition, op=st.sampled_from(["lt", "gte"]), attribute=TEXT, value=NUMBER
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES | st.builds(Condition, op=st.sampled_from(["known", "unknown"]), attribute=TEXT),
    lambda inner: st.builds(
        Condition, op=st.sampled_from(["all", "any", "not"]), parts=st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=8,
)
EFFECTS = st.builds(
    Effects,
    derive=st.dictionaries(TEXT, TEXT, max_size=2),
    exclude=st.booleans(),
    weigh=st.dictionaries(TEXT, NUMBER, max_size=2),
    put=st.lists(st.builds(Put, component=TEXT, place=st.sampled_from(PLACES), prefer=st.integers()), max_size=2).map(
        tuple
    ),
    flag=WORDS,
)
EXAMPLES = st.builds(
    Example, answers=st.dictionaries(TEXT, TEXT | NUMBER | st.lists(TEXT, max_size=2), max_size=2), option=TEXT
)
RULES = st.builds(
    Rule,
    id=TEXT,
    phase=st.sampled_from(get_args(Phase)),
    title=TEXT,
    when=CONDITIONS,
    then=EFFECTS,
    message=TEXT,
    reason=TEXT,
    source=SOURCES,
    fires=EXAMPLES,
    misses=EXAMPLES,
    priority=st.integers(),
)
FACTS = st.builds(Fact, id=TEXT, attribute=TEXT, value=TEXT | WORDS, source=SOURCES, note=TEXT)
FRAMEWORKS = st.builds(
    Framework, id=TEXT, name=TEXT, summary=TEXT, package=TEXT, facts=st.dictionaries(TEXT, FACTS, max_size=3)
)
CRITERIA = st.builds(
    Criterion,
    id=TEXT,
    title=TEXT,
    meaning=TEXT,
    reads=TEXT,
    scale=st.dictionaries(TEXT, NUMBER, max_size=3),
    spread=NUMBER,
    weight=NUMBER,
    band=SPAN,
    must=NUMBER,
    source=SOURCES,
)
OUTCOMES = st.sampled_from(get_args(Outcome))
MAYBE = st.none() | NUMBER
MACHINES = st.builds(
    Machine,
    fingerprint=TEXT,
    os=TEXT,
    arch=TEXT,
    cpu=TEXT,
    cores=st.integers(),
    memory_gb=MAYBE,
    accelerators=st.lists(st.builds(Accelerator, vendor=TEXT, name=TEXT, memory_gb=MAYBE), max_size=2).map(tuple),
    quiet=st.none() | st.booleans(),
    sources=st.dictionaries(TEXT, TEXT, max_size=2),
)
RESULTS = st.builds(
    ProbeResult,
    framework=TEXT,
    variant=TEXT,
    probe=TEXT,
    device=TEXT,
    dtype=TEXT,
    outcome=OUTCOMES,
    value=MAYBE,
    interval=st.none() | SPAN,
    flops=MAYBE,
    flags=WORDS,
)
CLASSES = st.builds(
    ClassResult,
    name=TEXT,
    workload_class=TEXT,
    framework=TEXT,
    variant=TEXT,
    relative_time=NUMBER,
    interval=SPAN,
    first_step_s=NUMBER,
    utilisation=MAYBE,
)
RUNS = st.builds(
    FrameworkRun, framework=TEXT, variant=TEXT, version=TEXT, device=TEXT, python=TEXT, outcome=OUTCOMES, reason=TEXT
)
MEASUREMENTS = st.builds(
    Measurements,
    machine=MACHINES,
    frameworks=st.lists(RUNS, max_size=2).map(tuple),
    results=st.lists(RESULTS, max_size=2).map(tuple),
    classes=st.lists(CLASSES, max_size=2).map(tuple),
    elapsed_s=NUMBER,
    measured=TEXT,
    id=TEXT,
    canary_rate=MAYBE,
)
MODELS: dict[type[Any], st.SearchStrategy[Any]] = {
    Rule: RULES,
    Condition: CONDITIONS,
    Framework: FRAMEWORKS,
    Criterion: CRITERIA,
    Measurements: MEASUREMENTS,
}


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: str(kind.__name__))
def test_a_model_survives_being_written_as_json_and_read(kind: type[Any]) -> None:
    @settings(max_examples=60, deadline=None)
    @given(MODELS[kind])
    def holds(model: Any) -> None:
        written = json.dumps(plain(model))
        assert structure(kind, json.loads(written)) == model
        assert json.dumps(plain(structure(kind, json.loads(written)))) == written

    holds()


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: str(kind.__name__))
def test_reading_with_and_without_validation_gives_the_same(kind: type[Any]) -> None:
    @settings(max_examples=40, deadline=None)
    @given(MODELS[kind])
    def holds(model: Any) -> None:
        assert adapter(kind).validate_python(plain(model)) == structure(kind, plain(model)) == model

    holds()


def test_a_key_that_a_model_lost_or_gained_is_passed_over_on_the_way_back() -> None:
    source = Source(ref="r", observed="2026-11-22", grade="judged")
    fact = Fact(id="x.y", attribute="y", value="z", source=source, expires="2027-01-01")
    written = plain(fact)
    assert structure(Fact, {**written, "gone": 1}) == fact
    assert structure(Fact, {key: value for key, value in written.items() if key != "expires"}).expires == ""


def test_sets_are_written_in_order() -> None:
    assert plain({"a": frozenset({"c", "b"}), "d": (1, [2])}) == {"a": ["b", "c"], "d": [1, [2]]}


@pytest.mark.parametrize("kind", [dict, set, tuple[Source, ...] | Fact])
def test_what_cannot_be_told_apart_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError, match="no way"):
        structure(kind, [])
