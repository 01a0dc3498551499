"""The interview that every front end shares: what was said, what is asked next, and where everything stands."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.consult.adviser import Adviser, Consultation
from advisor.frozen import dataclass, field
from advisor.inquiry.asking import worthwhile
from advisor.inquiry.whatif import WhatIf, first
from advisor.loading.answers import check_answers, read_setting
from advisor.loading.problems import Problems
from advisor.model.answers import Answer, Answers
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import NEEDS_MORE_INFO
from advisor.model.vocabulary import Attribute, Vocabulary

_PRIORITIES = "priorities"
_LEVELS = ("ignore", "could", "", "should", "must")
"""Priorities from the least to the greatest; without one a criterion counts as the rules have it."""
_NESTED = ("numbers", "levels")
"""Kinds of answers that no single question asks for."""


@dataclass(frozen=True, slots=True)
class Interview:
    """How far an interview has come."""

    said: Mapping[str, Answer | None] = field(default_factory=dict)
    """Key to answer in the order of answering; None where the answer is not known."""
    at: str = ""
    """The key that was gone to; empty for whatever is best asked next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with everything that helps to answer it."""

    attribute: Attribute
    text: str
    why: str
    given: Answer | None = None
    origin: str = ""
    """Where `given` is from: answered, project, detected or implied; `unknown` where it was said not to be known."""
    leads_to: Mapping[str, str] = field(default_factory=dict)
    """Of single words, the option that would be first with them, where that is another than now."""

    @property
    def could_become(self) -> tuple[str, ...]:
        """The options that an answer can put first instead of the present one."""
        return tuple(sorted({*self.leads_to.values()}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an option stands."""

    option: str
    score: float
    interval: tuple[float, float]
    against: tuple[str, ...] = ()
    """What excludes it; empty where it remains."""


def answers(interview: Interview, vocabulary: Vocabulary) -> Answers:
    """What is known, in the order of the vocabulary, as a file of answers would be read."""
    found = ((attribute.name, interview.said.get(attribute.name)) for attribute in vocabulary.answers)
    return {key: value for key, value in found if value is not None}


def answer(interview: Interview, key: str, value: Answer | None) -> Interview:
    """With this answer, None where it is not known; what was answered before keeps its place."""
    return Interview({**interview.said, key: value})


def take_back(interview: Interview, key: str) -> Interview:
    """As if it had never been answered, and asked again."""
    return Interview({k: value for k, value in interview.said.items() if k != key}, key)


def leave_open(interview: Interview, key: str) -> Interview:
    """As if it had never been answered, with whatever is best asked next."""
    return Interview({k: value for k, value in interview.said.items() if k != key})


def preferred(interview: Interview, criterion: str) -> str:
    """The priority of a criterion; empty where it was given none."""
    levels = interview.said.get(_PRIORITIES)
    return str(levels.get(criterion, "")) if isinstance(levels, Mapping) else ""


def prefer(interview: Interview, criterion: str, way: int) -> Interview:
    """With the criterion one step more important, or less."""
    levels = interview.said.get(_PRIORITIES)
    given = {name: str(level) for name, level in levels.items()} if isinstance(levels, Mapping) else {}
    at = _LEVELS.index(given.pop(criterion, ""))
    level = _LEVELS[min(len(_LEVELS) - 1, max(0, at + way))]
    if level:
        given[criterion] = level
    return answer(interview, _PRIORITIES, given) if given else leave_open(interview, _PRIORITIES)


def go_to(interview: Interview, key: str) -> Interview:
    """With this key asked next, answered or not."""
    return Interview(interview.said, key)


def back(interview: Interview) -> Interview:
    """At the answer before the question at hand; at the first answer there is nothing before."""
    trail = list(interview.said)
    before = trail[: trail.index(interview.at)] if interview.at in trail else trail
    return go_to(interview, before[-1] if before else interview.at)


def understood(key: str, text: str, base: KnowledgeBase) -> Answer | None:
    """What was typed as an answer; raises `InputError` with what was expected."""
    problems = Problems()
    _, raw = read_setting(f"{key}={text}", base.vocabulary, problems)
    checked = check_answers({key: raw}, base.vocabulary, [c.id for c in base.criteria], lambda _: key, problems)
    problems.settle()
    return checked.get(key)


def askable(vocabulary: Vocabulary) -> tuple[Attribute, ...]:
    """Everything that can be gone to."""
    return tuple(attribute for attribute in vocabulary.answers if attribute.kind not in _NESTED)


def next_question(interview: Interview, adviser: Adviser, consultation: Consultation) -> Asked | None:
    """The question that was gone to, or the one whose answer is worth most; None where none can change the answer."""
    whatif = WhatIf(adviser, consultation)
    unknown = [key for key, value in interview.said.items() if value is None]
    at = adviser.base.vocabulary.answer(interview.at)
    # What no single question asks for stands in the trail all the same.
    gone_to = "" if at is not None and at.kind in _NESTED else interview.at
    key = gone_to or next((q.key for q in worthwhile(whatif) if q.key not in unknown), "")
    attribute = adviser.base.vocabulary.answer(key)
    if attribute is None:
        return None
    asked = next((question for question in adviser.base.questions if question.key == key), None)
    situation = consultation.situation
    return Asked(
        attribute=attribute,
        text=asked.text if asked else f"{attribute.meaning[0].upper()}{attribute.meaning[1:]}?",
        why=asked.why if asked else "",
        given=situation.answers.get(key),
        origin="unknown" if key in unknown else situation.origins.get(key, ""),
        leads_to=_leads_to(key, whatif),
    )


def standings(consultation: Consultation) -> tuple[Standing, ...]:
    """The options that remain from the best, then those that are excluded."""
    ranking, weighed = consultation.closing.ranking, consultation.weighed
    remain = [
        Standing(option=scored.option, score=scored.score, interval=scored.interval)
        for scored in (ranking.scored if ranking else ())
    ]
    out = [
        Standing(
            option=option,
            score=weighed.scores.get(option, 0.0),
            interval=(0.0, 0.0),
            against=tuple(finding.message for finding in findings),
        )
        for option, findings in sorted(weighed.excluded.items())
    ]
    return (*remain, *out)


def _leads_to(key: str, whatif: WhatIf) -> Mapping[str, str]:
    now = first(whatif.consultation.weighed)
    found: dict[str, str] = {}
    for word in whatif.additions(key):
        leader = first(whatif.run({key: word}))
        if leader not in (now, NEEDS_MORE_INFO):
            found[word[0] if isinstance(word, tuple) else str(word)] = leader
    return found
