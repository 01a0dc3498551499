"""A decision held against what would be recommended today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import get_args

from advisor.decision import ending, resting
from advisor.decision.causes import causes
from advisor.decision.making import DIGITS, basis
from advisor.decision.sealing import short
from advisor.model.check import OUTCOMES, Check, Held, Kind, Point
from advisor.model.decision import Decision
from advisor.model.finding import POLICY, Finding
from advisor.model.knowledge import KnowledgeBase
from advisor.model.policy import PolicyReport
from advisor.model.recommendation import Recommendation, named

_ORDER: tuple[Held, ...] = ("policy_violated", "changed", "expired", "holds")
_LEVELS = ("error", "warning", "note")


def check(
    name: str, then: Decision, now: Recommendation, base: KnowledgeBase, outdated: Iterable[tuple[str, str]] = ()
) -> Check:
    """What has changed since, by what the answers of then come to today.

    `outdated` says of the measurements that the decision rests on what they were measured with that is gone here.
    """
    found = [
        *_policy(then, now),
        *_primary(then, now),
        *_status(then, now),
        *_stack(then, now),
        *_confidence(then, now),
        *_choice(then, now),
        *_expired(then, now),
        *ending.ended(then, base),
        *(_error("measure-again", subject, ("measurements",), message) for subject, message in outdated),
        *_basis(then, now),
        *_other_policy(then, now),
    ]
    kinds = get_args(Kind)
    found.sort(
        key=lambda point: (_LEVELS.index(point.level), _ORDER.index(OUTCOMES[point.kind]), kinds.index(point.kind))
    )
    reached = {OUTCOMES[point.kind] for point in found if point.level == "error"}
    return Check(
        decision=name,
        decided=then.basis.as_of,
        as_of=now.provenance.as_of,
        outcome=next(outcome for outcome in _ORDER if outcome in reached or outcome == "holds"),
        primary=now.recommendation.primary,
        chosen=then.chosen[-1].option if then.chosen else "",
        points=tuple(found),
        causes=causes(then, now),
    )


def _error(kind: Kind, subject: str, key: tuple[str, ...], message: str, *, watched: bool = True) -> Point:
    """What keeps the decision from holding, or is only said where nobody wants it watched."""
    return Point(kind=kind, level="error" if watched else "note", subject=subject, key=key, message=message)


def _policy(then: Decision, now: Recommendation) -> Iterator[Point]:
    """What the policy of today keeps out of what was decided, and what it has against the answer of today."""
    report = now.policy
    if report is None:
        return
    yield from _kept_out(then, now, report)
    for violation in report.violations:
        where = f" ({violation.place})" if violation.place else ""
        # An audit says what is violated, and stands in nobody's way.
        audited = report.mode == "audit" and violation.severity == "error"
        yield Point(
            kind="policy-violated",
            level="warning" if audited else violation.severity,
            subject=f"{violation.rule} {violation.subject}{where}",
            key=("verdict", "stack" if violation.place else "primary"),
            message=f"{violation.subject}{where}: {violation.message} {violation.remedy}".rstrip(),
        )


def _kept_out(then: Decision, now: Recommendation, report: PolicyReport) -> Iterator[Point]:
    against: dict[tuple[str, str, str], list[str]] = {}
    for finding in now.findings:
        if finding.rule == POLICY:
            against.setdefault(_about(finding), []).append(finding.message)
    # A name can be that of an option and of a component, and a component may be kept out of one place alone.
    decided: dict[tuple[str, str, str], tuple[str, str]] = {
        ("component", part.component, part.place): ("verdict", "stack") for part in then.verdict.stack
    }
    decided["option", then.verdict.primary, ""] = ("verdict", "primary")
    for (kind, name, place), key in decided.items():
        if why := against.get((kind, name, place)):
            subject = f"{name} ({place})" if place else name
            message = f"{subject} was decided on, and the policy {report.name} keeps it out: {' '.join(why)}"
            yield Point(kind="policy-violated", level="error", subject=subject, key=key, message=message)


def _about(finding: Finding) -> tuple[str, str, str]:
    """The kind, name and place of what the policy keeps out; options have no place."""
    if "option" in finding.facts:
        return "option", str(finding.facts["option"]), ""
    return "component", str(finding.facts["component"]), finding.id.rpartition(".")[2]


def _primary(then: Decision, now: Recommendation) -> Iterator[Point]:
    was, is_ = then.verdict.primary, now.recommendation.primary
    if was != is_:
        message = " ".join(
            [f"Recommended was {named(was)}, and now it is {named(is_)}.", *_ruled_out(was, now), *_scores(then, now)]
        )
        yield _error("primary-changed", is_, ("verdict", "primary"), message, watched=then.thresholds.primary)


def _ruled_out(option: str, now: Recommendation) -> Iterator[str]:
    messages = {finding.id: finding.message for finding in now.findings}
    for excluded in now.excluded:
        if excluded.option == option:
            yield f"{option} is ruled out: {' '.join(messages[identity] for identity in excluded.findings)}"


def _scores(then: Decision, now: Recommendation) -> Iterator[str]:
    """Then and now, of the two between which the order has changed."""
    old = {placed.option: placed.score for placed in then.verdict.ranking}
    new = {ranked.option: ranked.score for ranked in now.ranking}
    for option in (now.recommendation.primary, then.verdict.primary):
        if option in old and option in new:
            yield f"{option} scored {old[option]:.2f} and scores {new[option]:.2f}."
        elif option in new:
            yield f"{option} scores {new[option]:.2f}, and was not among the options that remained."


def _status(then: Decision, now: Recommendation) -> Iterator[Point]:
    was, is_ = then.verdict.status, now.status
    if was != is_:
        message = f"The answer was {was.replace('_', ' ')}, and is {is_.replace('_', ' ')} now."
        yield _error("status-changed", is_, ("verdict", "status"), message, watched=then.thresholds.status)


def _stack(then: Decision, now: Recommendation) -> Iterator[Point]:
    """Each part that is gone or new; what changes with the framework is one change."""
    old = {(part.place, part.component): part.layer for part in then.verdict.stack}
    new = {(part.place, part.component): part.layer for part in now.recommendation.stack}
    gone, come = [part for part in old if part not in new], [part for part in new if part not in old]
    key, watched = ("verdict", "stack"), then.thresholds.stack
    if then.verdict.primary != now.recommendation.primary and (gone or come):
        said = [
            f"{word} {', '.join(f'{name} ({place})' for place, name in those)}"
            for word, those in (("gone", gone), ("new", come))
            if those
        ]
        message = f"The stack changes with it: {'; '.join(said)}."
        yield _error("stack-changed", "stack", key, message, watched=watched)
        return
    for place, component in gone:
        instead = [name for where, name in come if where == place and new[where, name] == old[place, component]]
        then_what = f"; {', '.join(instead)} takes its place" if instead else ""
        message = f"{component} is no longer in the stack of the place {place}{then_what}."
        at = str(list(old).index((place, component)))
        yield _error("stack-changed", f"{place}.{component}", (*key, at), message, watched=watched)
    for place, component in come:
        message = f"{component} is new in the stack of the place {place}."
        yield _error("stack-changed", f"{place}.{component}", key, message, watched=watched)


def _confidence(then: Decision, now: Recommendation) -> Iterator[Point]:
    """Whether the same framework is best less often than it may be."""
    was, is_ = then.verdict.confidence, now.recommendation.confidence
    if was is None or is_ is None or then.verdict.primary != now.recommendation.primary:
        return
    if round(was.p_best - is_.p_best, DIGITS) > then.thresholds.p_best_fall:
        message = (
            f"{then.verdict.primary} was best in {was.p_best:.0%} of draws and is in {is_.p_best:.0%} now; a fall of "
            f"more than {then.thresholds.p_best_fall:.0%} was to be told."
        )
        yield _error("confidence-fell", then.verdict.primary, ("verdict", "confidence", "p_best"), message)


def _choice(then: Decision, now: Recommendation) -> Iterator[Point]:
    """Whether what was chosen in the end is ruled out, and was not."""
    if not then.chosen:
        return
    choice, at = then.chosen[-1], str(len(then.chosen) - 1)
    if choice.option == then.verdict.primary or choice.option in {out.option for out in then.verdict.excluded}:
        return
    for said in _ruled_out(choice.option, now):
        message = f"{choice.option} was chosen on {choice.on}. {said}"
        yield _error("choice-ruled-out", choice.option, ("chosen", at, "option"), message)


def _expired(then: Decision, now: Recommendation) -> Iterator[Point]:
    """What has expired since it was decided; what had expired before was known, and is counted."""
    places = {each.id: str(place) for place, each in enumerate(then.evidence)}
    expired = [each for each in resting.evidence(now) if each.expired]
    for each in sorted(expired, key=attrgetter("expires", "id")):
        if each.expires > then.basis.as_of:
            key = ("evidence", places[each.id], "expires") if each.id in places else ("evidence",)
            message = (
                f"{each.statement} This expired on {each.expires}; it was seen on {each.observed} at {each.source}."
            )
            yield _error("evidence-expired", each.id, key, message, watched=then.thresholds.expiry)
    before = sum(each.expires <= then.basis.as_of for each in expired)
    if before:
        message = f"{before} of the facts that it rests on had expired already when it was decided."
        yield _error("evidence-expired", "", ("evidence",), message, watched=False)


def _basis(then: Decision, now: Recommendation) -> Iterator[Point]:
    old, new = then.basis, basis(now)
    told = {
        "advisor": f"It was decided with advisor {old.advisor}, and this is {new.advisor}.",
        "knowledge": f"Knowledge has changed: {short(old.knowledge)} then, {short(new.knowledge)} now.",
        "rules": f"Rules have changed: {short(old.rules)} then, {short(new.rules)} now.",
        "overlays": f"Overlays were {_folders(old.overlays)} then, and are {_folders(new.overlays)} now: "
        "`--knowledge` and `--rules` name them.",
    }
    for what, message in told.items():
        if getattr(old, what) != getattr(new, what):
            yield _error("basis-changed", what, ("basis", what), message, watched=False)


def _other_policy(then: Decision, now: Recommendation) -> Iterator[Point]:
    """Whether the policy that the decision was made under is not the one of today."""
    was, is_ = then.verdict.policy, now.policy
    if was is None or (is_ is not None and is_.digest == was.digest):
        return
    became = "which is not given now" if is_ is None else f"and this is {is_.name} of {short(is_.digest)}"
    message = f"It was decided under the policy {was.name} of {short(was.digest)}, {became}: `--policy` names it."
    yield _error("basis-changed", "policy", ("verdict", "policy"), message, watched=False)


def _folders(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
