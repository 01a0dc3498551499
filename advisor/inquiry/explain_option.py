"""Why an option stands where it stands, and why it does not stand first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.frozen import replace
from advisor.inquiry.explain_criteria import alone, beside
from advisor.inquiry.explain_grounds import Grounds
from advisor.inquiry.explain_rules import conditions, finding, obstacles
from advisor.inquiry.explain_runs import putting_first, reviving
from advisor.inquiry.explain_words import ordinal
from advisor.inquiry.whatif import decided
from advisor.model.explanation import Explanation
from advisor.model.recommendation import NEEDS_MORE_INFO, NONE_OF_THESE, Contribution, Ranked
from advisor.render.sureness import SETTLED, sureness

MOST = 5
"""Criteria that are told, those that matter most first."""
TELLING = 0.005
"""Difference of two contributions from which on it is worth a word."""
_WITHOUT_OPTION = {NONE_OF_THESE: ("scope", "outside"), NEEDS_MORE_INFO: ("shape", "thin")}
"""An answer that names no option, to the derived word that leads to it."""
_CARRIED = 0.8
"""The share of a score after which the criteria that add to it are no longer told."""


def why(grounds: Grounds, option: str) -> Explanation:
    """Why an option stands where it stands; of one that is ruled out, why it is."""
    ranked = _ranked(grounds, option)
    if ranked is None:
        return why_not(grounds, option)
    if option == grounds.first:
        sections = [_carries(grounds, ranked), _stack(grounds), _minded(grounds, option)]
    else:
        first = grounds.recommendation.ranking[0]
        sections = [_ahead(grounds, ranked, first), _behind(grounds, ranked, first), _minded(grounds, option)]
    return _told(grounds, option, sections)


def why_not(grounds: Grounds, option: str) -> Explanation:
    """Why an option is not the one that is recommended, and the smallest change that would make it so."""
    ranked = _ranked(grounds, option)
    if ranked is None:
        return _told(grounds, option, [_against(grounds, option), reviving(grounds, option)])
    if option != grounds.first:
        behind = _behind(grounds, ranked, grounds.recommendation.ranking[0])
        return _told(grounds, option, [behind, putting_first(grounds, option)])
    if decided(grounds.weighed) != option:
        return _told(grounds, option, [putting_first(grounds, option)])
    others = grounds.recommendation.ranking[1:2]
    return _told(grounds, option, [_behind(grounds, ranked, other) for other in others])


def none_of_them(grounds: Grounds, name: str) -> Explanation:
    """Why none of the options is recommended, or what would have to be so for that."""
    primary = grounds.recommendation.recommendation.primary
    if primary == name:
        text = f"The answer is {name}: {SETTLED[grounds.recommendation.status]}."
        raised = [finding(grounds, grounds.findings[one]) for one in none_recommended(grounds)]
        against = [] if raised else [_against(grounds, one.option) for one in grounds.recommendation.excluded]
        return Explanation(text=text, kind="option", id=name, because=(*raised, *against))
    attribute, word = _WITHOUT_OPTION[name]
    rules = tuple(obstacles(grounds, rule) for rule in grounds.derivers(attribute, (word,)))
    text = f"The answer is {primary} and not {name}, for which {attribute} would have to be {word}."
    return Explanation(text=text, kind="option", id=name, because=rules)


def _told(grounds: Grounds, option: str, sections: Iterable[Explanation]) -> Explanation:
    """Where the option stands, what keeps any from being recommended, and the sections that say something."""
    told = [section for section in sections if section.because]
    raised = none_recommended(grounds)
    doubts = _section("Why none is recommended", option, (finding(grounds, grounds.findings[one]) for one in raised))
    return Explanation(
        text=standing(grounds, option),
        kind="option",
        id=option,
        because=(*((doubts,) if doubts.because else ()), *told),
        origin="" if told or doubts.because else "ranked",
    )


def standing(grounds: Grounds, option: str) -> str:
    """Where an option stands in the order, and how sure that is."""
    ranked, answer = _ranked(grounds, option), grounds.recommendation
    if ranked is None:
        return f"{option} is ruled out."
    place = [one.option for one in answer.ranking].index(option) + 1
    of = f" of {len(answer.ranking)} options" if len(answer.ranking) > 1 else ", the only option that is left"
    text = f"{option} is {ordinal(place)}{of}, with {ranked.score:.2f} of 1"
    if option != grounds.first:
        first = answer.ranking[0]
        tied = " and tied with it" if option in answer.recommendation.tied_with else ""
        return f"{text}; {first.option} is first with {first.score:.2f}{tied}."
    tied = ", ".join(answer.recommendation.tied_with)
    sure = sureness(answer.status, answer.recommendation.confidence)
    return f"{text}{f', tied with {tied}' if tied else ''}; {sure}."


def none_recommended(grounds: Grounds) -> tuple[str, ...]:
    """Where no option is recommended although some are left, the findings that say why."""
    code = {"out_of_scope": "out_of_scope", "needs_more_info": "ask_more"}.get(grounds.recommendation.status)
    raised = [flag.findings for flag in grounds.recommendation.flags if flag.code == code]
    return raised[0] if raised else ()


def _carries(grounds: Grounds, ranked: Ranked) -> Explanation:
    listed = sorted(ranked.contributions, key=lambda c: -c.contribution)
    told: list[Contribution] = []
    for contribution in listed[:MOST]:
        if sum(c.contribution for c in told) < _CARRIED * ranked.score:
            told.append(contribution)
    share = sum(c.contribution for c in told)
    text = f"What carries it: {len(told)} of {len(listed)} criteria make {share:.2f} of {ranked.score:.2f}"
    return _section(text, ranked.option, (alone(grounds, ranked.option, c) for c in told if c.contribution > 0))


def _ahead(grounds: Grounds, ranked: Ranked, first: Ranked) -> Explanation:
    return _section(f"What it has over {first.option}", ranked.option, compared_with(grounds, ranked, first))


def _behind(grounds: Grounds, ranked: Ranked, first: Ranked) -> Explanation:
    listed = compared_with(grounds, ranked, first, ahead=False)
    return _section(f"What it lacks against {first.option}", ranked.option, listed)


def compared_with(grounds: Grounds, ranked: Ranked, other: Ranked, *, ahead: bool = True) -> Iterator[Explanation]:
    """The criteria in which an option is ahead of another one, or behind it, those that count most first."""
    pairs = list(zip(ranked.contributions, other.contributions, strict=True))
    pairs.sort(key=lambda pair: -abs(pair[0].contribution - pair[1].contribution))
    side = 1 if ahead else -1
    telling = [pair for pair in pairs if side * (pair[0].contribution - pair[1].contribution) >= TELLING]
    for own, theirs in telling[:MOST]:
        yield beside(grounds, (ranked.option, own), (other.option, theirs))


def _stack(grounds: Grounds) -> Explanation:
    parts: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for part in grounds.recommendation.recommendation.stack:
        parts.setdefault((part.place, part.findings), []).append(part.component)
    listed = (
        Explanation(
            text=f"{place}: {', '.join(components)}",
            kind="part",
            id=components[0],
            because=tuple(finding(grounds, grounds.findings[identity]) for identity in findings),
        )
        for (place, findings), components in parts.items()
    )
    return _section("What stands around it", grounds.first, listed)


def _minded(grounds: Grounds, option: str) -> Explanation:
    """The flags that concern the option: those about the situation and the first, or those about it by name."""
    told: dict[str, list[str]] = {}
    for flag in grounds.recommendation.flags:
        for identity in flag.findings:
            about = identity.partition("@")[2]
            concerned = about == option or (not about and option == grounds.first)
            if concerned and identity not in none_recommended(grounds):
                told.setdefault(identity, []).append(flag.code)
    listed = []
    for identity, codes in told.items():
        tree = finding(grounds, grounds.findings[identity])
        listed.append(replace(tree, text=f"{tree.text} ({', '.join(codes)})"))
    return _section("What has to be minded", option, listed)


def _against(grounds: Grounds, option: str) -> Explanation:
    excluded = next(one for one in grounds.recommendation.excluded if one.option == option)
    listed = [conditions(grounds, grounds.findings[identity]) for identity in excluded.findings]
    text = f"What stands against {option}" + (f": {len(listed)} rules" if len(listed) > 1 else "")
    return _section(text, option, listed)


def _ranked(grounds: Grounds, option: str) -> Ranked | None:
    return next((ranked for ranked in grounds.recommendation.ranking if ranked.option == option), None)


def _section(text: str, identity: str, because: Iterable[Explanation]) -> Explanation:
    return Explanation(text=text, kind="section", id=identity, because=tuple(because))
