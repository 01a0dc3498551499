"""What an audit calls impossible never happens, and what it calls implied always does."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.audit.conclusions import worlds
from advisor.audit.shadows import ways_of
from advisor.inference.normal import alternatives, count
from advisor.inference.plain import compile_rules
from advisor.inference.rulebook import MOST_ALTERNATIVES_OF_A_RULE
from advisor.model.fact import Source
from advisor.model.rule import Condition, Effects, Example, Rule
from advisor.model.trace import Facts, Given
from advisor.model.vocabulary import Attribute, Band, Implication, Vocabulary

WORDS = {"os": ("linux", "mac", "other"), "chip": ("gpu", "cpu", "none"), "size": ("small", "large")}
NEEDS, DRAWN = ("speed", "calm", "order"), ("x", "y", "z")
VOCABULARY = Vocabulary(
    primaries=(),
    flags={},
    answers=(
        *(Attribute(name=name, kind="word", meaning="m", words=words) for name, words in WORDS.items()),
        Attribute(name="needs", kind="words", meaning="m", words=NEEDS),
        Attribute(name="cards", kind="number", meaning="m", least=0, whole=True),
        Attribute(name="memory", kind="number", meaning="m"),
    ),
    derived=(Attribute(name="drawn", kind="derived", meaning="m", words=DRAWN),),
    projections=(),
    implications=(Implication(key="chip", word="gpu", implies={"os": "linux"}, reason="r"),),
    bands=(Band(key="memory", below=float("inf"), implies={"size": "large"}, reason="r"),),
    components=(),
    layers=(),
    grades=(),
    workload_classes={},
    variants={},
)
KINDS = {name: attribute.kind for name, attribute in VOCABULARY.attributes().items()}


def leaf(op: str, attribute: str, value: str | float | None = None) -> Condition:
    return Condition(op=op, attribute=attribute, value=value)  # type: ignore[arg-type]


WORD = st.sampled_from([(name, word) for name, words in WORDS.items() for word in words])
NUMBER = st.sampled_from([-1.0, 0.0, 0.5, 2.0, 3.0])
LEAF = st.one_of(
    WORD.map(lambda pair: leaf("is", *pair)),
    st.sampled_from(NEEDS).map(lambda word: leaf("has", "needs", word)),
    st.sampled_from(DRAWN).map(lambda word: leaf("has", "drawn", word)),
    st.builds(leaf, st.sampled_from(["lt", "lte", "gt", "gte"]), st.sampled_from(["cards", "memory"]), NUMBER),
    st.builds(leaf, st.sampled_from(["known", "unknown"]), st.sampled_from([*WORDS, "needs", "cards", "memory"])),
)


def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(lambda op, of: Condition(op=op, parts=of), st.sampled_from(["all", "any"]), several),
        parts.map(lambda part: Condition(op="not", parts=(part,))),
    )


CONDITION = st.recursive(LEAF, joined, max_leaves=5).filter(lambda one: count(one) <= MOST_ALTERNATIVES_OF_A_RULE)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from(words) for name, words in WORDS.items()},
        "needs": st.frozensets(st.sampled_from(NEEDS)),
        "cards": st.integers(0, 4).map(float),
        "memory": NUMBER,
    },
)


def rule(name: str, when: Condition, drawn: str = "") -> Rule:
    return Rule(
        id=name,
        phase="derive",
        title="t",
        when=when,
        then=Effects(derive={"drawn": drawn} if drawn else {}),
        message="m",
        reason="r",
        source=Source(ref="r", observed="2024-06-01", grade="judged"),
        fires=Example(answers={}),
        misses=Example(answers={}),
    )


def without_derived(condition: Condition) -> bool:
    return condition.attribute != "drawn" and all(map(without_derived, condition.parts))


# A word rests on answers, or on the word before it, so that no rulebook asks for the absence of what depends on itself.
DRAWING = st.lists(st.tuples(CONDITION.filter(without_derived), st.sampled_from(DRAWN[:2])), max_size=3).map(
    lambda found: (
        *(rule(f"D{number}", when, word) for number, (when, word) in enumerate(found)),
        rule("D9", leaf("has", "drawn", "x"), "z"),
    )
)


def completed(answers: Mapping[str, Given]) -> Facts:
    """The answers with what follows by definition, as far as nothing else is said."""
    implied: dict[str, Given] = {}
    if answers.get("chip") == "gpu":
        implied["os"] = "linux"
    if "memory" in answers:
        implied["size"] = "large"
    return {**implied, **answers}


@settings(max_examples=200)
@given(DRAWING, CONDITION, ANSWERS)
def test_what_fires_is_possible(drawing: tuple[Rule, ...], when: Condition, answers: Mapping[str, Given]) -> None:
    asked = rule("R", when)
    fired = {one.rule for one in compile_rules((*drawing, asked), KINDS).consult(completed(answers)).firings}
    world = worlds(VOCABULARY, drawing)["situation"]
    boxes = [box for way in alternatives(when) if (box := world.box(way)) is not None]
    assert "R" not in fired or any(world.possible(box) is not None for box in boxes)


@settings(max_examples=300)
@given(DRAWING, CONDITION, CONDITION, ANSWERS)
def test_what_is_implied_fires(
    drawing: tuple[Rule, ...], narrow: Condition, wide: Condition, answers: Mapping[str, Given]
) -> None:
    one, other = rule("R1", narrow), rule("R2", wide)
    world = worlds(VOCABULARY, drawing)["situation"]
    if ways_of(one, world).implies(ways_of(other, world)):
        firings = compile_rules((*drawing, one, other), KINDS).consult(completed(answers)).firings
        fired = {firing.rule for firing in firings}
        assert "R1" not in fired or "R2" in fired


@settings(max_examples=100)
@given(DRAWING, CONDITION, CONDITION)
def test_a_rule_implies_itself_and_whatever_is_wider(
    drawing: tuple[Rule, ...], when: Condition, other: Condition
) -> None:
    world = worlds(VOCABULARY, drawing)["situation"]
    one = ways_of(rule("R1", when), world)
    both = ways_of(rule("R2", Condition(op="all", parts=(when, other))), world) if _small(when, other) else one
    either = ways_of(rule("R3", Condition(op="any", parts=(when, other))), world)
    assert one.implies(one) or not one.settled
    assert one.implies(either) or not one.settled
    assert both.implies(one) or not both.settled


def _small(one: Condition, other: Condition) -> bool:
    return count(one) * count(other) <= MOST_ALTERNATIVES_OF_A_RULE
