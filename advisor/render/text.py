"""The recommendation for a terminal: ten lines that a person can act on, or all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.model.finding import Finding
from advisor.model.policy import PolicyReport
from advisor.model.recommendation import Ranked, Recommendation
from advisor.render.firmness import firmness, lights
from advisor.render.lines import folded, headed, heading, text
from advisor.render.memory import breakdown, sentence
from advisor.render.policy import asked, rows
from advisor.render.summary import changed, in_words, summary
from advisor.render.sureness import doubts

_LABEL = 10
_KEY = 20
_BESIDE = 4


def render(recommendation: Recommendation) -> str:
    """About ten lines: what to build on, how sure that is, why, what is against the others, and what to do next."""
    return text(_summary(recommendation))


def render_detail(recommendation: Recommendation) -> str:
    """The summary, then scores by criterion, exclusions, questions, flips and sources."""
    return text([*_summary(recommendation), *_detail(recommendation)])


def _summary(r: Recommendation) -> Iterator[str]:
    for entry in summary(r):
        yield from _line(entry.label, entry.said)


def _detail(r: Recommendation) -> Iterator[str]:
    yield from heading("Scores")
    for ranked in r.ranking:
        low, high = ranked.interval
        yield f"{ranked.option:14}{ranked.score:.3f}  {_bar(ranked)}  {low:.2f} to {high:.2f}"
    yield from _contributions(r)
    yield from _what_if(r)
    yield from headed("How firmly it stands", firmness(r))
    yield from headed("In other lights", lights(r))
    if r.memory is not None:
        yield from heading("Memory")
        yield from _hanging(sentence(r.memory), 4)
        yield from _hanging(breakdown(r.memory.needed), 4)
    if r.policy is not None:
        yield from _policy(r.policy)
    yield from headed("Next", _next(r))
    yield from heading("Findings")
    for finding in r.findings:
        yield from _finding(finding)
    yield from heading("Sources")
    for evidence in r.evidence:
        aged = f", to be looked at again since {evidence.expires}" if evidence.expired else ""
        origin = f" from {evidence.origin}" if evidence.origin else ""
        source = f"{evidence.id}{origin}  {evidence.source}, {evidence.observed} ({evidence.grade}{aged})"
        yield from _hanging(source, 4)


def _policy(report: PolicyReport) -> Iterator[str]:
    """The violations, each with its point, and what the policy asks."""
    yield from heading("Policy")
    for severity, point, about, message, remedy in rows(report):
        yield from _hanging(f"{severity}  {about} ({point})  {message} {remedy}", 4)
    for entry in asked(report):
        yield from _hanging(f"asks  {entry.label}  {entry.said}", 4)
    yield from _hanging(f"digest  {report.digest}", 4)


def _next(r: Recommendation) -> Iterator[str]:
    for step in r.next_steps:
        yield from _line(step.component, f"{step.does} ({', '.join(step.evidence)})", _KEY)
        # On one line, to be taken as it is.
        yield f"    $ {step.command}"


def _what_if(r: Recommendation) -> Iterator[str]:
    if r.excluded and any(e.revive for e in r.excluded):
        yield from heading("What would revive")
        for excluded in r.excluded:
            for revival in excluded.revive:
                yield from _line(excluded.option, revival.why, _KEY)
    if r.questions:
        yield from heading("Questions")
        for question in r.questions:
            could = ", ".join(question.could_become)
            yield from _line(question.key, f"{question.text} Worth {question.value_of_information:.3f}: {could}.", _KEY)
    if r.sensitivity.flips:
        yield from heading("What would unseat it")
        for flip in r.sensitivity.flips:
            yield from _line(flip.to, f"{changed(flip.change)}{doubts(flip.status, flip.confidence)}", _KEY)


def _contributions(r: Recommendation) -> Iterator[str]:
    if not r.ranking:
        return
    yield from heading("Values by criterion, from 0 to 1, and the weight of each")
    for start in range(0, len(r.ranking), _BESIDE):
        yield from ("",) * (start > 0)
        yield from _values(r.ranking[start : start + _BESIDE])


def _values(options: Sequence[Ranked]) -> Iterator[str]:
    """As many options as fit beside each other."""
    yield f"{'':14}{'weight':>7}" + "".join(f"{ranked.option:>14}" for ranked in options)
    for i, contribution in enumerate(options[0].contributions):
        if not contribution.weight:
            continue
        row = "".join(f"{ranked.contributions[i].value:>14.2f}" for ranked in options)
        yield f"{contribution.criterion:14}{contribution.weight:>7.1%}{row}"


def _finding(finding: Finding) -> Iterator[str]:
    yield from _hanging(f"{finding.id}  {finding.message}", 4)
    facts = ", ".join(f"{key} {in_words(value)}" for key, value in finding.facts.items())
    yield from folded(f"because {facts}", " " * 4, " " * 4)


def _bar(ranked: Ranked, width: int = 30) -> str:
    full = round(ranked.score * width)
    return "#" * full + "." * (width - full)


def _line(label: str, said: str, indent: int = _LABEL) -> Iterator[str]:
    yield from folded(said, f"{label:{indent}} ", " " * (indent + 1))


def _hanging(said: str, indent: int) -> Iterator[str]:
    yield from folded(said, "", " " * indent)
