"""How much of a rulebook durable-rules can hold, and how near a rulebook comes to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from advisor.errors import Problem
from advisor.frozen import dataclass
from advisor.inference.engine import RulebookError
from advisor.inference.normal import ORDERINGS, Check
from advisor.inference.rulebook import MOST_ALTERNATIVES_OF_A_RULE, Rulebook

# Beyond these figures durable-rules answers wrongly, stops with an error or never comes back; each keeps a distance.
# They are of the rules as written; what the core is told of them is less.
MOST_CHECKS_TOGETHER = 15
MOST_ALTERNATIVES = 4000
MOST_ATTRIBUTES = 480
MOST_CHECKS_OF_AN_ATTRIBUTE = 480
MOST_ORDERINGS_OF_AN_ATTRIBUTE = 58
MOST_USES_OF_A_CHECK = 240


class BeyondLimitsError(RulebookError):
    """Sound rules that are more than durable-rules can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much of one limit is taken up."""

    limit: str
    """What is limited."""
    place: str
    """The rule, attribute or rulebook that takes it up."""
    figure: int
    most: int
    said: str
    """The figure as a sentence, without its end."""
    hint: str

    @property
    def share(self) -> float:
        """Of the limit; more than 1 is beyond."""
        return self.figure / self.most


def loads(book: Rulebook) -> tuple[Load, ...]:
    """What every rule, every attribute and the whole take up, in the order in which a rulebook is read."""
    return tuple(_loads(book))


def hold(book: Rulebook) -> Rulebook:
    """The rulebook, if durable-rules can hold it; else a `BeyondLimitsError` with everything that is too much."""
    beyond = [load for load in loads(book) if load.figure > load.most]
    if beyond:
        raise BeyondLimitsError(
            *(
                Problem(place=load.place, message=f"{load.said}; expected {load.most} at most.", hint=load.hint)
                for load in beyond
            )
        )
    return book


def _loads(book: Rulebook) -> Iterator[Load]:
    earlier = "Let an earlier rule derive a word for some of them."
    for rule, ways in book.alternatives.items():
        longest, place = max(map(len, ways)), f"rule {rule}"
        for limit, figure, most, said in (
            ("ways of a rule", len(ways), MOST_ALTERNATIVES_OF_A_RULE, f"The condition can hold in {len(ways)} ways"),
            (
                "comparisons together",
                longest,
                MOST_CHECKS_TOGETHER,
                f"{longest} comparisons have to hold together",
            ),
        ):
            yield Load(limit=limit, place=place, figure=figure, most=most, said=said, hint=earlier)
    uses = Counter(check for ways in book.alternatives.values() for way in ways for check in way)
    tests: dict[str, list[Check]] = defaultdict(list)
    for check in uses:
        tests[check.attribute].append(check)
    yield from _of_attributes(tests, uses)
    alternatives = sum(map(len, book.alternatives.values()))
    for limit, figure, most, said in (
        ("attributes", len(tests), MOST_ATTRIBUTES, f"The rules read {len(tests)} attributes"),
        ("ways in all", alternatives, MOST_ALTERNATIVES, f"The conditions can hold in {alternatives} ways in all"),
    ):
        yield Load(limit=limit, place="rulebook", figure=figure, most=most, said=said, hint="Split the rulebook.")


def _of_attributes(tests: Mapping[str, list[Check]], uses: Mapping[Check, int]) -> Iterator[Load]:
    for attribute, checks in tests.items():
        orderings = sum(check.test in ORDERINGS for check in checks)
        for limit, figure, most, what in (
            ("comparisons of an attribute", len(checks), MOST_CHECKS_OF_AN_ATTRIBUTE, "different comparisons"),
            ("thresholds of a number", orderings, MOST_ORDERINGS_OF_AN_ATTRIBUTE, "different thresholds"),
            (
                "uses of a comparison",
                max(uses[check] for check in checks),
                MOST_USES_OF_A_CHECK,
                "uses of one comparison",
            ),
        ):
            yield Load(
                limit=limit,
                place=f"attribute {attribute}",
                figure=figure,
                most=most,
                said=f"The rules make {figure} {what} of it",
                hint="Split the rulebook, or let an earlier rule derive a word for some of them.",
            )
