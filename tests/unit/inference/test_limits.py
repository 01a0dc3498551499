"""What durable-rules can hold: each limit is tried at its edge, where both engines answer alike, and one beyond.

Beyond it, the engine in plain Python takes the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from inference_making import KINDS, all_, is_, known, order, rule

from advisor.inference import choice, durable, plain
from advisor.inference.engine import Kinds
from advisor.inference.limits import BeyondLimitsError, hold, loads
from advisor.inference.rulebook import read_rulebook
from advisor.model.rule import Rule
from advisor.model.trace import Facts

LINUX = is_("os", "linux")
NAMES: Kinds = {f"a{number}": "word" for number in range(520)}

Crowd = Callable[[int], Iterable[Rule]]


def together(number: int) -> Iterable[Rule]:
    yield rule("R", all_(*(is_(f"a{place}", "yes") for place in range(number))))


def words(number: int) -> Iterable[Rule]:
    return (rule(f"R{word}", is_("os", f"w{word}")) for word in range(number))


def thresholds(number: int) -> Iterable[Rule]:
    return (rule(f"R{least}", order("memory", "gte", least)) for least in range(number))


def uses(number: int) -> Iterable[Rule]:
    return (rule(f"R{place:03}", LINUX) for place in range(number))


def attributes(number: int) -> Iterable[Rule]:
    return (rule(f"R{place}", known(f"a{place}")) for place in range(number))


def ways(number: int) -> Iterable[Rule]:
    return (rule(f"R{place}", is_(f"a{place % 80}", f"w{place // 80}")) for place in range(number))


YES: Facts = dict.fromkeys(NAMES, "yes")
LIMITS: dict[str, tuple[Crowd, int, Facts, int, str]] = {
    "comparisons together": (together, 15, YES, 1, "rule R: 16 comparisons have to hold together; expected 15 at most"),
    "words of an attribute": (
        words,
        480,
        {"os": "w7"},
        1,
        "attribute os: The rules make 481 different comparisons of it; expected 480 at most",
    ),
    "thresholds of a number": (
        thresholds,
        58,
        {"memory": 100},
        58,
        "attribute memory: The rules make 59 different thresholds of it; expected 58 at most",
    ),
    "uses of a comparison": (
        uses,
        240,
        {"os": "linux"},
        240,
        "attribute os: The rules make 241 uses of one comparison of it; expected 240 at most",
    ),
    "attributes": (attributes, 480, YES, 480, "rulebook: The rules read 481 attributes; expected 480 at most"),
    "ways in all": (
        ways,
        4000,
        dict.fromkeys(NAMES, "w7"),
        80,
        "rulebook: The conditions can hold in 4001 ways in all; expected 4000 at most",
    ),
}
EACH_LIMIT = pytest.mark.parametrize("limit", LIMITS)
ALL: Kinds = {**KINDS, **NAMES}


@EACH_LIMIT
def test_at_the_edge_both_engines_answer_alike(limit: str) -> None:
    if not durable.available():
        pytest.skip("durable-rules does not load here")
    crowd, most, facts, fired, _ = LIMITS[limit]
    rules = tuple(crowd(most))
    engine = durable.compile_rules(rules, ALL)
    firings = engine.consult(facts).firings
    assert len(firings) == fired
    assert firings == plain.compile_rules(rules, ALL).consult(facts).firings
    assert engine.consult({}).firings == ()
    engine.close()


@EACH_LIMIT
def test_beyond_it_durable_rules_says_what_is_too_much(limit: str) -> None:
    crowd, most, _, _, said = LIMITS[limit]
    book = read_rulebook(tuple(crowd(most + 1)), ALL)
    with pytest.raises(BeyondLimitsError) as error:
        hold(book)
    assert said in str(error.value)
    assert max(load.share for load in loads(book)) > 1


@EACH_LIMIT
def test_beyond_it_the_engine_in_plain_python_takes_over(limit: str) -> None:
    crowd, most, facts, fired, _ = LIMITS[limit]
    engine = choice.best()(tuple(crowd(most + 1)), ALL)
    assert engine.name == "plain"
    assert len(engine.consult(facts).firings) >= fired


def test_within_them_the_engine_is_the_one_that_there_is() -> None:
    engine = choice.best()((rule("R", LINUX),), KINDS)
    assert engine.name == ("durable-rules" if durable.available() else "plain")
    engine.close()
