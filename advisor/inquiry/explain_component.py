"""Why a component stands in the stack, and why one does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.inquiry.explain_grounds import Grounds
from advisor.inquiry.explain_rules import finding, obstacles
from advisor.inquiry.whatif import decided
from advisor.model.component import Component
from advisor.model.explanation import Explanation
from advisor.model.finding import Finding
from advisor.model.recommendation import StackPart
from advisor.model.rule import Rule
from advisor.render.lines import listed
from advisor.scoring.stack import LeftOut


def why(grounds: Grounds, name: str) -> Explanation:
    """Why a component stands in the stack; of one that does not, why it does not."""
    parts = [part for part in grounds.recommendation.recommendation.stack if part.component == name]
    if not parts:
        return why_not(grounds, name)
    component = grounds.base.components[name]
    places = " and ".join(part.place for part in parts)
    placed = tuple(_placed(grounds, part) for part in parts)
    return _told(grounds, component, f"{name} stands in the stack{_around(grounds)}, in {places}.", placed)


def why_not(grounds: Grounds, name: str) -> Explanation:
    """Why a component does not stand in the stack: what was in its way, or why nothing proposes it."""
    if any(part.component == name for part in grounds.recommendation.recommendation.stack):
        return why(grounds, name)
    component = grounds.base.components[name]
    left_out = [left for left in grounds.composition.left_out if left.component == name]
    if left_out:
        told = tuple(hindered(grounds, left) for left in left_out)
        return _told(grounds, component, f"{name} was proposed for the stack{_around(grounds)}, in vain.", told)
    if grounds.recommendation.status == "needs_more_info":
        raised = [identity for flag in grounds.recommendation.flags for identity in flag.findings]
        thin = tuple(finding(grounds, grounds.findings[identity]) for identity in dict.fromkeys(raised))
        return _told(grounds, component, "Nothing is recommended yet, and so no stack.", thin)
    proposing = _proposing(grounds, name)
    if any(rule.id in grounds.findings for rule in proposing):
        fired = tuple(finding(grounds, grounds.findings[r.id]) for r in proposing if r.id in grounds.findings)
        layer = grounds.thing(component, "layer")
        text = f"{name} was proposed, but parts of its layer do not stand in the stack{_around(grounds)}."
        return _told(grounds, component, text, (layer, *fired))
    return _unproposed(grounds, component, proposing)


def hindered(grounds: Grounds, left: LeftOut) -> Explanation:
    """What stood in the way of a component that was proposed, and which findings proposed it."""
    proposed = (finding(grounds, grounds.findings[identity]) for identity in left.findings)
    text = f"{left.component} in {left.place}: {_REASONS[left.reason].format(by=_listed(left.by), left=left)}."
    return Explanation(
        text=text,
        kind="part",
        id=left.component,
        because=(*_in_the_way(grounds, left), *_named("proposed", left, proposed)),
    )


def _named(what: str, left: LeftOut, because: Iterable[Explanation]) -> tuple[Explanation, ...]:
    found = tuple(because)
    return (Explanation(text=f"What {what} it", kind="section", id=left.component, because=found),) if found else ()


_REASONS = {
    "ended": "its day is over",
    "primary": "it goes with {by}",
    "constraint": "it cannot keep {by}",
    "platform": "it does not run under that system",
    "accelerator": "it does not run on that hardware",
    "python": "it does not run on that Python",
    "policy": "the policy does not allow it",
    "slot": "{by} took its slot",
    "excluded": "{by} excludes it",
    "full": "there is no room beside {by}",
    "lacking": "it cannot do without {by}",
}


def _in_the_way(grounds: Grounds, left: LeftOut) -> Iterator[Explanation]:
    component = grounds.base.components[left.component]
    if left.reason == "ended":
        yield grounds.thing(component, "status")
        yield grounds.thing(component, "lineage")
    elif left.reason in ("platform", "accelerator", "python"):
        yield grounds.thing(component, "platforms")
        yield from (grounds.answer(key) for key in left.by)
    elif left.reason == "constraint":
        yield grounds.thing(component, "goes_with")
        yield from (grounds.answer("constraints", word) for word in left.by)
    elif left.reason == "policy":
        yield from (finding(grounds, grounds.findings[identity]) for identity in left.by)
    elif left.reason in ("slot", "full", "excluded"):
        if left.reason == "excluded":
            yield from (grounds.thing(one, "goes_with") for one in _declaring(grounds, left))
        standing = grounds.recommendation.recommendation.stack
        yield from (
            _placed(grounds, part) for part in standing if part.component in left.by and part.place == left.place
        )
    else:
        yield grounds.thing(component, "goes_with")
        if left.reason == "primary":
            primary = decided(grounds.weighed)
            yield Explanation(text=f"{primary} ranks first", kind="option", id=primary, origin="ranked")
        yield from (hindered(grounds, other) for other in left.because)


def _declaring(grounds: Grounds, left: LeftOut) -> Iterator[Component]:
    """Of two that exclude each other, the one that says so."""
    for name in left.by:
        own, other = grounds.base.components[left.component], grounds.base.components[name]
        yield own if name in own.excludes else other


def _unproposed(grounds: Grounds, component: Component, proposing: tuple[Rule, ...]) -> Explanation:
    name = component.id
    if not proposing:
        needing = [one.id for one in grounds.base.components.values() if _needs(one, name)]
        text = f"No rule proposes {name}." + (f" It comes along with {_listed(needing)}." if needing else "")
        return _told(grounds, component, text, (grounds.thing(component, "goes_with"),))
    would = (
        "one rule would, and it does not hold"
        if len(proposing) == 1
        else f"{len(proposing)} rules would, and none holds"
    )
    rules = tuple(obstacles(grounds, rule) for rule in proposing)
    return _told(grounds, component, f"{name} is not proposed: {would}.", rules)


def _placed(grounds: Grounds, part: StackPart) -> Explanation:
    """A part of the stack with the findings that put it there, or those of the part that cannot do without it."""
    findings = [grounds.findings[identity] for identity in part.findings]
    own = [found for found in findings if _puts(grounds, found, part)]
    text = f"{part.component} in {part.place}"
    if not own:
        beside = grounds.recommendation.recommendation.stack
        needing = [
            other.component for other in beside if _needs(grounds.base.components[other.component], part.component)
        ]
        text += f", which {_listed(needing)} cannot do without"
    because = tuple(finding(grounds, found) for found in own or findings)
    return Explanation(text=text, kind="part", id=part.component, because=because)


def _puts(grounds: Grounds, found: Finding, part: StackPart) -> bool:
    rule = grounds.adviser.rules.get(found.rule)
    return rule is not None and any((put.component, put.place) == (part.component, part.place) for put in rule.then.put)


def _proposing(grounds: Grounds, name: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in grounds.base.rules if any(put.component == name for put in rule.then.put))


def _needs(component: Component, name: str) -> bool:
    return any(name in group.split("|") for group in component.beside)


def _told(grounds: Grounds, component: Component, text: str, because: tuple[Explanation, ...]) -> Explanation:
    purpose = grounds.thing(component, "purpose")
    return Explanation(text=text, kind="component", id=component.id, because=(purpose, *because))


def _around(grounds: Grounds) -> str:
    primary = decided(grounds.weighed)
    return f" around {primary}" if primary in grounds.base.frameworks else ""


def _listed(names: Iterable[str]) -> str:
    return listed([name.replace("|", " or ") for name in names])
