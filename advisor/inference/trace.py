"""How a conclusion came about, read from what an engine recorded."""

from __future__ import annotations

from advisor.frozen import dataclass
from advisor.inference.strata import Conclusion
from advisor.model.rule import Rule
from advisor.model.trace import Firing, Trace


@dataclass(frozen=True, slots=True)
class Step:
    """A firing that concluded something, and how the conclusions among its premises came about."""

    firing: Firing
    rests_on: tuple[Derivation, ...]


@dataclass(frozen=True, slots=True)
class Derivation:
    """A concluded word with every firing that supports it; without one it was handed in from outside."""

    attribute: str
    word: str
    steps: tuple[Step, ...]


def how(trace: Trace, rules: tuple[Rule, ...], attribute: str, word: str) -> Derivation | None:
    """How the word was concluded, down to the facts that were given; None if it was not.

    A firing that needs the word itself is no reason for it, and left out.
    """
    if word not in trace.derived.get(attribute, ()):
        return None
    concludes = {rule.id: rule.then.derive for rule in rules}

    def derivation(conclusion: Conclusion, above: frozenset[Conclusion]) -> Derivation:
        inside = above | {conclusion}
        steps = []
        for firing in trace.firings:
            if concludes[firing.rule].get(conclusion[0]) == conclusion[1]:
                needs = _conclusions(firing, trace)
                if inside.isdisjoint(needs):
                    steps.append(Step(firing, tuple(derivation(need, inside) for need in needs)))
        return Derivation(*conclusion, tuple(steps))

    return derivation((attribute, word), frozenset())


def _conclusions(firing: Firing, trace: Trace) -> tuple[Conclusion, ...]:
    return tuple(
        (premise.attribute, str(premise.value))
        for premise in firing.premises
        if premise.state == "is" and premise.attribute in trace.derived
    )
