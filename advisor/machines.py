"""One decision for many kinds of machine: the same consultation on each, and what one framework for all comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from advisor.consult.adviser import Consultation
from advisor.consult.shared import Weighing, overall, standings
from advisor.evidence.keeping import kinds
from advisor.frozen import dataclass, replace
from advisor.model.answers import Answers
from advisor.model.fleet import FleetDecision, Kind, Overall
from advisor.model.measurement import Measurements
from advisor.model.policy import PolicyReport
from advisor.model.recommendation import Evidence, Recommendation
from advisor.policy.judging import report
from advisor.portfolio import stack_of
from advisor.render.measurements import machine_line
from advisor.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The kinds of machine that there are, by the run that speaks for each."""

    runs: tuple[Measurements, ...]
    """One for each kind, in the order of their names."""
    nodes: Mapping[str, int]
    """How many machines there are of a kind, by fingerprint, where that was told; if of none, all count alike."""

    @property
    def names(self) -> Mapping[str, str]:
        """What each kind is called, by its fingerprint."""
        return kinds.names(run.machine for run in self.runs)

    def share(self, kind: str) -> float:
        """The share of a kind in the overall value: by its nodes, of which it has one unless told otherwise."""
        total = sum(self.nodes.get(run.machine.fingerprint, 1) for run in self.runs)
        return self.nodes.get(kind, 1) / total


def decide(session: Session, fleet: Fleet, answers: Answers, *, full: bool) -> FleetDecision:
    """What is recommended on each kind of machine for checked answers, and on all of them together."""
    asked = [(run, on_kind(session, run)) for run in fleet.runs]
    found = [_There(run, there, there.consult(answers)) for run, there in asked]
    weighings = [_weighing(fleet, each) for each in found]
    base = session.base
    verdict = overall(weighings, base)
    return FleetDecision(
        overall=verdict,
        kinds=tuple(_kind(fleet, each, verdict, answers, full=full) for each in found),
        standings=tuple(standing for weighing in weighings for standing in standings(weighing, base)),
        answers=_given(found),
        knowledge=base.digests["knowledge"],
        rules=base.digests["rules"],
        as_of=session.as_of or base.as_of,
    )


def on_kind(session: Session, run: Measurements) -> Session:
    """The session on the machine of a run, with what was measured there."""
    return replace(session, machine=run.machine, measurements=run)


class _There(NamedTuple):
    """A kind of machine: the run that speaks for it, the session there, and what was consulted."""

    run: Measurements
    session: Session
    consultation: Consultation

    @property
    def kind(self) -> str:
        return self.run.machine.fingerprint


def _weighing(fleet: Fleet, there: _There) -> Weighing:
    found = there.consultation
    return Weighing(kind=there.kind, weighed=found.weighed, closing=found.closing, share=fleet.share(there.kind))


def _kind(fleet: Fleet, there: _There, verdict: Overall, answers: Answers, *, full: bool) -> Kind:
    name = fleet.names[there.kind]
    alone = there.session.recommended(there.consultation, full=full, identity=name)
    built = _built(there.session, verdict.primary, answers, alone)
    policy = _policy(there.session, verdict, built)
    return Kind(
        id=there.kind,
        name=name,
        machine=machine_line(there.run.machine),
        nodes=fleet.nodes.get(there.kind),
        share=fleet.share(there.kind),
        measurement=there.run.id,
        measured=there.run.measured,
        foreign=there.run.foreign,
        recommendation=alone,
        stack=stack_of(built) if built.recommendation.primary == verdict.primary else {},
        policy=policy,
        evidence=_evidence(policy, built, alone),
    )


def _built(session: Session, primary: str, answers: Answers, alone: Recommendation) -> Recommendation:
    """What is built on everywhere with its parts on a kind: as it is alone there, or as it were without rivals.

    Where that is no framework, what is recommended on the kind alone.
    """
    if primary == alone.recommendation.primary or primary not in session.base.frameworks:
        return alone
    return replace(session, only=(primary,)).recommend(answers, full=False)


def _policy(session: Session, verdict: Overall, built: Recommendation) -> PolicyReport | None:
    """What the policy of the session says of what is built on a kind; one framework for all is as sure as it is."""
    house = session.adviser.house
    if house is None or verdict.primary not in session.base.frameworks:
        return built.policy
    sure = replace(built.recommendation, confidence=verdict.confidence)
    return report(house, replace(built, recommendation=sure))


def _evidence(policy: PolicyReport | None, built: Recommendation, alone: Recommendation) -> tuple[Evidence, ...]:
    """The evidence of violations that does not stand with what is recommended on the kind alone."""
    cited = {identity for violation in policy.violations for identity in violation.evidence} if policy else set()
    return tuple(each for each in built.evidence if each.id in cited and each not in alone.evidence)


def _given(found: Sequence[_There]) -> Mapping[str, object]:
    """What is not said of one machine alone: the answers that were given or read from a project."""
    if not found:
        return {}
    situation = found[0].consultation.situation
    return {
        key: answer for key, answer in situation.answers.items() if situation.origins[key] in ("answered", "project")
    }
