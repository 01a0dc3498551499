"""What can be said of a policy without a decision at hand: points that can never apply, and what it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.consult.adviser import Adviser
from advisor.frozen import replace
from advisor.inference import plain
from advisor.intake.situation import complete
from advisor.model.answers import Answers
from advisor.model.audit import PolicyAudit, Remark
from advisor.model.component import HARDWARE
from advisor.model.knowledge import KnowledgeBase
from advisor.model.policy import PRIORITIES, SEVERITIES, WEIGHTS, Policy
from advisor.model.rule import PLACES
from advisor.policy import asks
from advisor.policy.house import digest, house

_KINDS = ("options", "components")


def examine(policy: Policy, base: KnowledgeBase, cases: Iterable[Answers], day: str) -> PolicyAudit:
    """What is wrong with a policy, what should be known of it, and what it leaves where it is enforced."""
    free = Adviser(base, plain.compile_rules)
    enforced = replace(policy, mode="enforce")
    held, own = free.under(enforced, day), house(enforced, base, day)
    allowed = tuple(name for name in base.frameworks if not own.keeps_out(name))
    situations = [complete(answers, base.vocabulary, None).answers for answers in cases]
    asked = [answers for answers in situations if free.weigh(answers, explain=False).options]
    left = sum(bool(held.weigh(answers, explain=False).options) for answers in asked)
    return PolicyAudit(
        name=policy.name,
        digest=digest(policy),
        asks=asks.asks(policy),
        allowed=allowed,
        cases=len(asked),
        left=left,
        problems=(*_problems(policy), *_leaving_none(len(asked), left)),
        notes=(*_notes(policy, base, day), *_leaving_few(len(asked), left)),
    )


def _problems(policy: Policy) -> Iterator[Remark]:
    """Points that can never apply, whatever the answers are."""
    for kind in _KINDS:
        allowed: tuple[str, ...] | None = getattr(policy.allow, kind)
        for denial in getattr(policy.deny, kind):
            weaker = SEVERITIES.index(denial.severity) >= SEVERITIES.index(policy.allow.severity)
            if allowed is not None and denial.name not in allowed and weaker:
                message = f"{denial.name} is denied, and not among the {kind} that are allowed anyway."
                yield Remark(check="live", about=f"{asks.DENY}.{kind}", message=message, hint="Keep one of the two.")
    licences = policy.licences
    if licences and licences.allow is None and not licences.deny and licences.unknown == "allow":
        yield _nothing(asks.LICENCES, "allow or deny a class, or set unknown")
    if policy.required and not policy.required.answers:
        yield _nothing(asks.REQUIRED, "name the keys")
    if policy.evidence and not policy.evidence.unexpired and policy.evidence.days is None:
        yield _nothing(asks.EVIDENCE, "set unexpired or days")


def _nothing(point: str, hint: str) -> Remark:
    return Remark(check="live", about=point, message="It asks nothing.", hint=f"Leave it out, or {hint}.")


def _notes(policy: Policy, base: KnowledgeBase, day: str) -> Iterator[Remark]:
    """What is over, cannot change anything as it stands, or repeats what is so already."""
    yield from _over(policy, day)
    for denial in policy.deny.components:
        if base.components[denial.name].status == "ended":
            message = f"{denial.name} has ended, and stands in no stack."
            yield Remark(check="live", about=f"{asks.DENY}.components", message=message)
    separately = {one.name for one in policy.deny.options} - {one.name for one in policy.deny.components}
    for name in sorted(separately & base.components.keys()):
        message = f"{name} is denied as an option, and may stand in a stack as a component."
        yield Remark(check="words", about=f"{asks.DENY}.options", message=message)
    if policy.mode == "audit":
        for point, moved in ((PRIORITIES, policy.priorities), (WEIGHTS, policy.weights)):
            if moved:
                yield Remark(check="mode", about=point, message="In an audit it moves no weight.")
    yield from _moot(policy, base)


def _moot(policy: Policy, base: KnowledgeBase) -> Iterator[Remark]:
    """Points that every decision keeps."""
    criteria = {criterion.id: criterion for criterion in base.criteria}
    for name, weight in policy.weights.items():
        if weight == criteria[name].weight:
            yield Remark(check="live", about=WEIGHTS, message=f"{name} starts from {weight:g} without it.")
    if policy.confidence and policy.confidence.least == "low":
        yield Remark(check="live", about=asks.CONFIDENCE, message="Every decision has low confidence at least.")
    for place in PLACES if policy.hardware else ():
        words: tuple[str, ...] | None = getattr(policy.hardware, place)
        attribute = base.vocabulary.answer(HARDWARE[place])
        if words is not None and attribute is not None and {*attribute.words} <= {*words, "mixed", "none"}:
            yield Remark(check="live", about=f"{asks.HARDWARE}.{place}", message="Everything can be had.")


def _over(policy: Policy, day: str) -> Iterator[Remark]:
    for kind in _KINDS:
        about = f"{asks.DENY}.{kind}"
        for denial in getattr(policy.deny, kind):
            if denial.until and denial.until < day:
                yield Remark(check="days", about=about, message=f"{denial.name} was denied until {denial.until}.")
            for leave in denial.exceptions:
                if leave.until < day:
                    message = f"The exception of {leave.who} for {denial.name} ended on {leave.until}."
                    yield Remark(check="days", about=about, message=message)


def _leaving_none(cases: int, left: int) -> Iterator[Remark]:
    if cases and not left:
        message = f"Enforced, it leaves no option in any of {cases} cases."
        yield Remark(check="leaves", about="policy", message=message, hint="Allow more, or ask less.")


def _leaving_few(cases: int, left: int) -> Iterator[Remark]:
    if left and left < cases:
        message = f"Enforced, it leaves no option in {cases - left} of {cases} cases that have one without it."
        yield Remark(check="leaves", about="policy", message=message)
