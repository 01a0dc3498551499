"""What can be measured on this machine, for whoever answers the questionnaire."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from advisor import resources
from advisor.cli import ordering
from advisor.cli.measuring import stores
from advisor.cli.planning import plan
from advisor.cli.worth import ALL, Worth, at_hand, worth_measuring
from advisor.errors import InputError, Problem
from advisor.evidence.environments import making
from advisor.evidence.environments.standing import Site
from advisor.evidence.keeping import store
from advisor.evidence.keeping.reuse import has_figures
from advisor.evidence.machine.detection import detect
from advisor.evidence.probing import run as probing
from advisor.evidence.probing.entrants import located_by_framework
from advisor.evidence.probing.plan import offers, wanted
from advisor.frozen import dataclass, replace
from advisor.inquiry import prospect
from advisor.render.lines import listed
from advisor.render.summary import contradicted
from advisor.tui.desk import Desk, Measured
from advisor.tui.thinking import ALONE

if TYPE_CHECKING:
    import argparse

    from advisor.evidence.halt import Halt
    from advisor.evidence.probing.interpreters import Located
    from advisor.evidence.probing.plan import Plan, Report
    from advisor.inquiry.prospect import Prospect, Way
    from advisor.model.answers import Answers
    from advisor.session import Session


@dataclass(frozen=True, slots=True)
class Bench:
    """Looks for frameworks, measures them and makes environments for them."""

    arguments: argparse.Namespace
    session: Session
    """Over the engine in plain Python; the screens share with it what was worked out, so that each waits its turn."""
    furnish: Callable[[Session], Desk]
    """The desk over a session."""

    def worth(self, answers: Answers) -> tuple[str, ...]:
        """The options whose speed here could still change the answer; none before there is an answer."""
        with ALONE:
            worth = worth_measuring(self.session, answers, self.session.measurements) if answers else None
        return worth.options if worth else ()

    def look(self, answers: Answers) -> Prospect:
        """What can be measured, and what is worth it."""
        everything = plan(self.arguments, suite="full")
        offered = offers(everything.probes, *everything.added)
        located = located_by_framework(everything, wanted(everything, offered), offered)
        there, missing = prospect.frameworks(located, self._downloads())
        able = [each for found in located.values() for each in found if each.outcome == "ok"]
        kept = self.session.measurements
        with ALONE:
            ways = self._ways(answers, able)
        return prospect.Prospect(there=there, missing=missing, ways=ways, measured=kept.measured if kept else "")

    def measure(self, plan: Plan, answers: Answers, report: Report, halt: Halt) -> Measured:
        """Measure and store it; what counts from then on is what any other command would find stored."""
        problems: list[Problem] = []
        found = probing.run(plan, report, halt)
        stored = stores(found, plan, problems.append)
        machine = self.session.machine
        counts = self.session.measurements
        if has_figures(found):
            counts = store.latest(machine, resources.home()) if stored and machine else found
        after = replace(self.session, measurements=counts)
        said = [str(problem) for problem in problems]
        if stored and counts and counts.id != found.id:
            said.append("It is stored; an earlier run that has more to compare counts.")
        with ALONE:
            recommendation = after.recommend(answers, full=False)
        if recommendation.measurements.conflicts:
            said.append(contradicted(recommendation))
        return Measured(found=found, desk=self.furnish(after), said=tuple(said))

    def order(self, framework: str) -> str:
        """What an environment takes, as `advisor env create` says it."""
        order = self._order(framework)
        return ordering.plan(order) + ordering.total([order])

    def make(self, framework: str, say: Callable[[str], None], halt: Halt) -> str:
        """Make it."""
        return ordering.became(making.make(self._order(framework), say, halt))

    @staticmethod
    def _order(framework: str) -> making.Order:
        recipe = ordering.recipe_here(framework, ordering.recipes(), detect())
        return ordering.order_of(Site(resources.home().absolute(), framework), recipe, "auto")

    @staticmethod
    def _downloads() -> Mapping[str, int]:
        """What is fetched for each framework that has a recipe here."""
        machine, known, found = detect(), ordering.recipes(), {}
        for framework in {recipe.framework for recipe in known}:
            try:
                found[framework] = ordering.recipe_here(framework, known, machine).download_mb
            except InputError:
                continue  # without a recipe here, it is installed by hand
        return found

    def _ways(self, answers: Answers, able: Sequence[Located]) -> tuple[Way, ...]:
        sized, compared = at_hand(self.session, answers), self.session.only
        able = [each for each in able if not compared or each.offer.framework in compared]
        if not able:
            return tuple(prospect.no_way(name, "no framework was found") for name in prospect.TITLES)
        # Unless all of them are measured, it is the first of each framework.
        cheapest = [each for i, each in enumerate(able) if each.offer.framework not in _names(able[:i])]
        return (
            self._auto(answers, cheapest),
            prospect.way("quick", plan(self.arguments, "quick", sized, Worth(options=compared)), cheapest),
            prospect.way("full", plan(self.arguments, "full", sized, Worth(options=compared)), able),
        )

    def _auto(self, answers: Answers, cheapest: Sequence[Located]) -> Way:
        """What can change the answer, as `--probe auto` has it."""
        worth = worth_measuring(self.session, answers, self.session.measurements)
        if worth is None:
            return prospect.no_way("auto", "no speed that is still open changes it")
        able = [each for each in cheapest if worth == ALL or each.offer.framework in worth.options]
        if len(able) < 2:
            rivals = listed(worth.options, "and") if worth.options else "two frameworks"
            return prospect.no_way("auto", f"two of {rivals} have to be here")
        return prospect.way("auto", plan(self.arguments, "quick", at_hand(self.session, answers), worth), able)


def _names(located: Sequence[Located]) -> set[str]:
    return {each.offer.framework for each in located}
