"""What another answer would change: old beside new, with the findings behind each difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from advisor.frozen import dataclass, replace
from advisor.inquiry.explain_component import hindered
from advisor.inquiry.explain_criteria import behind, movers, of, weight
from advisor.inquiry.explain_grounds import Grounds
from advisor.inquiry.explain_option import TELLING, compared_with, none_recommended
from advisor.inquiry.explain_rules import finding, obstacles
from advisor.inquiry.explain_runs import said_change
from advisor.inquiry.explain_words import figured
from advisor.intake.situation import definition
from advisor.model.answers import Answers
from advisor.model.explanation import Explanation
from advisor.model.policy import PRIORITIES
from advisor.model.recommendation import NEEDS_MORE_INFO, NO_FRAMEWORK, Contribution, Ranked, Recommendation
from advisor.render.sureness import doubts, sureness

_LEADERS = 3
"""Options whose scores are told, of each order the first ones."""
_NONE = {**NO_FRAMEWORK, NEEDS_MORE_INFO: "nothing"}
_CRITERIA = 3
"""Criteria that are told for each of them, those that changed most."""


def what_if(before: Grounds, after: Grounds, change: Mapping[str, object]) -> Explanation:
    """What is different once these answers are given instead."""
    told = _Differences(before, after)
    sections = {
        "Answers": told.answers(),
        "Recommendation": told.verdict(),
        "Scores": told.scores(),
        "Ruled out or back": told.options(),
        "Stack": told.stack(),
        "To be minded": told.flags(),
    }
    made = [_section(text, because) for text, because in sections.items()]
    differing = tuple(section for section in made if section.because)
    said = (
        f"With {said_change(change, before.weighed.answers)}" if change else "With the answers that are given already"
    )
    new = after.recommendation.recommendation.primary
    comes = _comes(before.recommendation, after.recommendation) if differing else "nothing changes"
    if differing and not differing[1:]:
        comes = f"{comes}, and nothing else changes"
    return Explanation(
        text=f"{said}, {comes}.",
        kind="run",
        id=new,
        because=differing,
        origin="" if differing else "run",
        change=change,
    )


def changed(before: Answers, after: Answers) -> dict[str, object]:
    """The answers that differ; `unknown` stands for one that is open now."""
    keys = [key for key in (*after, *before) if before.get(key) != after.get(key)]
    return {key: after.get(key, "unknown") for key in dict.fromkeys(keys)}


def _comes(before: Recommendation, after: Recommendation) -> str:
    """What is recommended now, beside what was."""
    old, new = before.recommendation.primary, after.recommendation.primary
    named, sure = _NONE.get(new, new), after.recommendation.confidence
    if new == old:
        return f"still {named} is recommended" if new in _NONE else f"{new} stays recommended"
    if new in _NONE:
        return f"{named} is recommended, where it was {_NONE.get(old, old)}"
    where = f"where {_NONE[old]} was" if old in _NONE else f"instead of {old}"
    return f"{new} is recommended {where}{doubts(after.status, sure.level if sure else '')}"


@dataclass(frozen=True, slots=True)
class _Differences:
    before: Grounds
    after: Grounds

    def answers(self) -> Iterator[Explanation]:
        """The answers that differ, and those that follow from them."""
        old, new = self.before.weighed.answers, self.after.weighed.answers
        for attribute in self.after.base.vocabulary.answers:
            if old.get(attribute.name) != new.get(attribute.name):
                was, now = self.before.said(attribute.name), self.after.said(attribute.name)
                by, _ = _implied(self.before, attribute.name)
                _, reason = _implied(self.after, attribute.name)
                text = f"{attribute.name}: {was}{f' (implied by {by})' if by else ''} -> {now}"
                text = f"{text}: {reason}" if reason else text
                yield replace(self.after.answer(attribute.name), text=text)

    def verdict(self) -> Iterator[Explanation]:
        """What is recommended, and how sure that is."""
        old, new = self.before.recommendation, self.after.recommendation
        was, now = old.recommendation.primary, new.recommendation.primary
        if was != now:
            yield _difference(f"{was} -> {now}", now, self._other_primary(was, now))
        stood, stands = (sureness(one.status, one.recommendation.confidence) for one in (old, new))
        if stood != stands:
            yield Explanation(text=f"{stood} -> {stands}", kind="difference", id=now, origin="run")

    def _other_primary(self, was: str, now: str) -> Iterator[Explanation]:
        """What is against the old one, or what the new one has over it, or why none is recommended."""
        yield from (finding(self.after, self.after.findings[identity]) for identity in none_recommended(self.after))
        for excluded in self.after.recommendation.excluded:
            if excluded.option == was:
                yield from (finding(self.after, self.after.findings[identity]) for identity in excluded.findings)
        ranked = {one.option: one for one in self.after.recommendation.ranking}
        if was in ranked and now in ranked:
            yield from compared_with(self.after, ranked[now], ranked[was])
        yield from self._gone(one for one in none_recommended(self.before) if one not in self.after.findings)

    def scores(self) -> Iterator[Explanation]:
        """The first options of either order whose score or place is another one."""
        old, new = self.before.recommendation.ranking, self.after.recommendation.ranking
        was = {one.option: (place, one) for place, one in enumerate(old, 1)}
        now = {one.option: (place, one) for place, one in enumerate(new, 1)}
        for option in dict.fromkeys(one.option for one in (*new[:_LEADERS], *old[:_LEADERS])):
            if option in was and option in now:
                (place, one), (where, other) = was[option], now[option]
                moved = f", {figured(place)} -> {figured(where)}" if place != where else ""
                if moved or abs(one.score - other.score) >= TELLING:
                    text = f"{option}: {one.score:.2f} -> {other.score:.2f}{moved}"
                    yield _difference(text, option, self._criteria(one, other))

    def _criteria(self, old: Ranked, new: Ranked) -> Iterator[Explanation]:
        """The criteria that moved a score, with the facts and weights that are other ones now."""
        was = {c.criterion: c for c in old.contributions}
        now = {c.criterion: c for c in new.contributions}
        pairs = [(name, was.get(name), now.get(name)) for name in dict.fromkeys([*now, *was])]
        # All weights sum to 1, so that each of them moves a little with every other one.
        moved = [pair for pair in pairs if self._moved(*pair)]
        moved.sort(key=lambda pair: -abs(_added(pair[2]) - _added(pair[1])))
        for name, one, other in moved[:_CRITERIA]:
            yield self._criterion(new.option, name, one, other)

    def _moved(self, name: str, old: Contribution | None, new: Contribution | None) -> bool:
        if old is None or new is None:
            return True
        return old.value != new.value or movers(self.before, name).keys() != movers(self.after, name).keys()

    def _criterion(self, option: str, name: str, old: Contribution | None, new: Contribution | None) -> Explanation:
        grounds = self.after if new else self.before
        criterion = of(grounds, name)
        because: list[Explanation] = []
        if old is None or new is None or old.value != new.value:
            because += behind(grounds, criterion, option)
        because += weight(grounds, criterion)
        gone = movers(self.before, name).keys() - movers(self.after, name).keys() - {"priorities", PRIORITIES}
        because += self._gone(sorted(gone))
        text = f"{criterion.title}: {_valued(old)} -> {_valued(new)}"
        return Explanation(
            text=text, kind="criterion", id=name, because=tuple(because) or (grounds.meaning(criterion),)
        )

    def options(self) -> Iterator[Explanation]:
        """Options that are ruled out now, or no longer."""
        old = {one.option: one for one in self.before.recommendation.excluded}
        new = {one.option: one for one in self.after.recommendation.excluded}
        for option in sorted(new.keys() - old.keys()):
            found = (finding(self.after, self.after.findings[identity]) for identity in new[option].findings)
            yield _difference(f"{option} is ruled out", option, found)
        for option in sorted(old.keys() - new.keys()):
            yield _difference(f"{option} is back", option, self._gone(old[option].findings))

    def stack(self) -> Iterator[Explanation]:
        """Parts that come and go."""
        old = {(p.place, p.component): p for p in self.before.recommendation.recommendation.stack}
        new = {(p.place, p.component): p for p in self.after.recommendation.recommendation.stack}
        for place, component in (key for key in new if key not in old):
            found = (finding(self.after, self.after.findings[f]) for f in new[place, component].findings)
            yield _difference(f"{component} comes to {place}", component, found)
        left_out = {(left.place, left.component): left for left in self.after.composition.left_out}
        for place, component in (key for key in old if key not in new):
            left = left_out.get((place, component))
            found = (hindered(self.after, left),) if left else self._gone(old[place, component].findings)  # type: ignore[assignment]
            yield _difference(f"{component} leaves {place}", component, found)

    def flags(self) -> Iterator[Explanation]:
        """Flags that come and go."""
        old = {flag.code: flag for flag in self.before.recommendation.flags}
        new = {flag.code: flag for flag in self.after.recommendation.flags}
        for code in (code for code in new if code not in old):
            found = (finding(self.after, self.after.findings[identity]) for identity in new[code].findings)
            yield _difference(f"{code} comes", code, found)
        for code in (code for code in old if code not in new):
            yield _difference(f"{code} goes", code, self._gone(old[code].findings))

    def _gone(self, findings: Iterable[str]) -> Iterator[Explanation]:
        """What each finding lacks now; one that still stands is told as it is."""
        for identity in findings:
            name, _, option = identity.partition("@")
            rule = self.after.adviser.rules.get(name)
            if identity in self.after.findings:
                yield finding(self.after, self.after.findings[identity])
            elif rule is not None:
                yield obstacles(self.after, rule, option)
            else:
                text = f"No longer: {self.before.findings[identity].message}"
                yield Explanation(text=text, kind="run", id=identity, origin="run")


def _added(contribution: Contribution | None) -> float:
    return contribution.contribution if contribution else 0.0


def _valued(contribution: Contribution | None) -> str:
    return f"{contribution.value:.2f} at {contribution.weight:.0%}" if contribution else "not asked"


def _implied(grounds: Grounds, key: str) -> tuple[str, str]:
    """The answer that an implied one follows from, and why it does; both empty for one that was given."""
    implied = grounds.consultation.situation.origins.get(key) == "implied"
    return definition(key, grounds.weighed.answers, grounds.base.vocabulary) if implied else ("", "")


def _difference(text: str, identity: str, because: Iterable[Explanation]) -> Explanation:
    found = tuple(because)
    return Explanation(text=text, kind="difference", id=identity, because=found, origin="" if found else "run")


def _section(text: str, because: Iterable[Explanation]) -> Explanation:
    return Explanation(text=text, kind="section", id="what-if", because=tuple(because))
