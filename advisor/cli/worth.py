"""What is worth measuring before an answer: only what could change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from advisor.frozen import dataclass, replace
from advisor.model.answers import Answers
from advisor.model.probe import Profile
from advisor.scoring.robustness import contenders
from advisor.scoring.weights import widest
from advisor.session import Session

if TYPE_CHECKING:
    from advisor.consult.adviser import Weighed
    from advisor.model.measurement import Measurements


@dataclass(frozen=True, slots=True)
class Worth:
    """What is worth measuring."""

    options: tuple[str, ...] = ()
    """Empty for all."""
    classes: tuple[str, ...] = ()
    """Of work; empty for all."""


ALL = Worth()
"""What is worth it where nothing is known of what could change an answer."""


def worth_measuring(session: Session, answers: Answers, kept: Measurements | None) -> Worth | None:
    """What could change the answer: the options that could come first, on the classes of work that are at stake.

    None where it was measured before, or where no speed that is still possible unseats the first. A batch is not
    looked through: of it, everything could.
    """
    if not answers:
        return None if kept else ALL
    weighed = _weighed(replace(session, measurements=kept), answers)
    classes = tuple(sorted(weighed.derived.get("workload", ())))
    known = {(each.workload_class, *sorted(each.sizes.items())) for each in kept.classes} if kept else set()
    sized = at_hand(session, answers)
    sought = {(each.workload_class, *sorted(each.sizes.items())) for each in sized} or {(name,) for name in classes}
    speed = next((criterion for criterion in session.base.criteria if criterion.reads == "speed"), None)
    if sought <= known or speed is None or not (most := widest(speed, weighed.weights)):
        return None
    able = contenders(dict(weighed.options), weighed.weights, speed.id, most)
    return Worth(options=able, classes=classes) if len(able) > 1 else None


def at_hand(session: Session, answers: Answers) -> tuple[Profile, ...]:
    """The workloads that the answers speak of, at the sizes that they give; none where they give none."""
    sizes = answers.get("sizes")
    if not isinstance(sizes, Mapping) or not sizes:
        return ()
    given = {str(word): int(size) for word, size in sizes.items() if isinstance(size, int | float)}
    named = sorted(_weighed(session, answers).derived.get("workload", ()))
    domain = str(answers.get("domain") or "")
    return tuple(Profile(name="answers", workload_class=each, sizes=given, domain=domain) for each in named)


def _weighed(session: Session, answers: Answers) -> Weighed:
    """The situation weighed with what follows from the answers, the project and the machine, as for the answer."""
    return session.consult(answers).weighed
