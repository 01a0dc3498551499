"""Why something is as it is: a sentence, and the explanations that it rests on, down to facts and answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from advisor.frozen import dataclass, field, replace

Kind = Literal[
    "option",
    "component",
    "section",
    "criterion",
    "weight",
    "part",
    "finding",
    "rule",
    "condition",
    "difference",
    "fact",
    "answer",
    "run",
]
"""What a sentence is about. `finding` is a rule that fired, `rule` one that did not, `run` a consultation with other
answers, and `section` a heading over explanations of one sort."""

Truth = Literal["true", "false", "unknown", "dropped"]
"""How a condition fares: `dropped` is one that makes no sense for the option, and stands in the way of nothing."""

Basis = Literal["answered", "project", "detected", "implied", "open", "asked", "ranked", "rules", "run", "policy", ""]
"""Where a sentence without a source comes from: an answer, something that is missing (`open`), the option that the
question is about, the order of the options, the rules as a whole, of which none says otherwise, a consultation that
was run, or an organisation's policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A sentence with what it rests on: other explanations, or a source with its date, or an answer with its origin."""

    text: str
    kind: Kind
    id: str = ""
    """Of the finding, rule, fact, criterion, component, option or answer it is about."""
    holds: Truth | None = None
    """Of a condition."""
    because: tuple[Explanation, ...] = ()
    source: str = ""
    observed: str = ""
    """The day it was seen there."""
    grade: str = ""
    expires: str = ""
    """The day from which it should be looked at again; empty where it does not age."""
    expired: bool = False
    """Whether that day has come."""
    origin: Basis = ""
    change: Mapping[str, object] = field(default_factory=dict)
    """Of a run, the answers that were changed for it."""
    more: int = 0
    """How many explanations below this one were left out."""

    def walk(self) -> Iterator[Explanation]:
        """This explanation and every one below it."""
        yield self
        for part in self.because:
            yield from part.walk()


def pruned(explanation: Explanation, levels: int) -> Explanation:
    """The explanation to that depth, of which it is the first level itself."""
    if levels > 1:
        return replace(explanation, because=tuple(pruned(part, levels - 1) for part in explanation.because))
    return replace(explanation, because=(), more=sum(1 for _ in explanation.walk()) - 1)
