"""Knowledge that is loaded once and asked from several threads."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from os import PathLike, fspath
from threading import Lock
from typing import Any, Literal, Unpack, overload

from advisor import resources
from advisor.api.given import Folders, Given, Looking, Seeing, checked, one_of, paths, plainly, read
from advisor.consult.adviser import Adviser
from advisor.errors import InputError, Problem
from advisor.frozen import replace
from advisor.inference import choice, plain
from advisor.inquiry import explain as inquiries
from advisor.inquiry import interview
from advisor.inquiry.comparing import comparison
from advisor.inquiry.explain_change import changed, what_if
from advisor.inquiry.explain_grounds import Grounds, ground
from advisor.inquiry.things import Thing, everything, facts_about, look_up
from advisor.intake.project.surveyed import surveyed
from advisor.loading.answers import merge
from advisor.loading.knowledge import load
from advisor.loading.problems import shown
from advisor.loading.structure import plain as plain_values
from advisor.model.answers import Answers
from advisor.model.attribute import FactAttribute
from advisor.model.check import Check
from advisor.model.comparison import Comparison
from advisor.model.component import Component
from advisor.model.explanation import Explanation
from advisor.model.fact import Fact
from advisor.model.framework import Framework
from advisor.model.knowledge import KnowledgeBase
from advisor.model.project import Survey
from advisor.model.recommendation import Recommendation
from advisor.model.rule import Rule
from advisor.model.vocabulary import Vocabulary
from advisor.revisit import checked as checked_again
from advisor.revisit import opened
from advisor.session import Session, day_of, options_of, today

Why = Literal["why", "why-not", "how"]


class Knowledge:
    """What is known, with the rules over it: loaded once, asked any number of times, from any thread.

    `knowledge` and `rules` are folders that are laid over what comes with the program.
    """

    def __init__(self, *, knowledge: Folders = (), rules: Folders = ()) -> None:
        self._base = load(paths(knowledge), paths(rules))
        self._adviser = Adviser(self._base, choice.best())
        # It can say why a rule did not fire, and is the faster one for many short consultations.
        self._thinker = self._adviser.with_engine(plain.compile_rules)
        # What was worked out is kept and used again, which no two threads may do at once. More engines would win
        # nothing: consulting is all Python, of which one thread runs at a time.
        self._lock = Lock()

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that answers are written in."""
        return self._base.vocabulary

    @property
    def frameworks(self) -> Mapping[str, Framework]:
        """Everything that can be recommended, by id."""
        return self._base.frameworks

    @property
    def components(self) -> Mapping[str, Component]:
        """Everything that a stack can be made of, by id."""
        return self._base.components

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Every fact of every framework and component, by id."""
        return self._base.facts()

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rulebook, by id."""
        return {rule.id: rule for rule in self._base.rules}

    @property
    def base(self) -> KnowledgeBase:
        """All of it as one value."""
        return self._base

    @cached_property
    def _everything(self) -> Mapping[str, Thing]:
        return everything(self._base)

    def show(self, identity: str) -> dict[str, Any]:
        """Whatever has that id in plain values, as `advisor knowledge show --json` prints it."""
        thing = look_up(self._everything, identity, "show")
        more = {"facts": facts_about(self._base, thing, identity)} if isinstance(thing, FactAttribute) else {}
        return {**plain_values(thing), **plain_values(more)}

    def recommend(  # noqa: PLR0913  (the options of the command)
        self,
        answers: Given,
        *,
        options: Iterable[str] = (),
        detect: bool = False,
        measurements: Literal["off", "stored"] = "off",
        depth: Literal["core", "full"] = "full",
        as_of: str | date | None = None,
    ) -> Recommendation:
        """What to build on, and why. `depth="core"` leaves out questions, flips and revivals, and is much faster."""
        full = one_of(depth, ("core", "full"), "depth") == "full"
        session = self._session(options=options, detect=detect, measurements=measurements, as_of=as_of)
        known = read(answers, self._base).answers
        with self._lock:
            return session.recommend(known, full=full)

    @overload
    def explain(self, answers: Given, question: Why, about: str, **looking: Unpack[Looking]) -> Explanation: ...

    @overload
    def explain(
        self, answers: Given, question: Literal["what-if"], about: Mapping[str, Any], **looking: Unpack[Looking]
    ) -> Explanation: ...

    def explain(
        self, answers: Given, question: Why | Literal["what-if"], about: str | Mapping[str, Any], **looking: Any
    ) -> Explanation:
        """Why an option or component stands where it stands, or does not; how a finding came about; what would change.

        `about` is the option, component or finding; of `what-if` it is the answers that would be other ones.
        """
        one_of(question, ("why", "why-not", "how", "what-if"), "question")
        mapping = question == "what-if"
        if not isinstance(about, Mapping if mapping else str):
            expected = "a mapping of keys to other answers" if mapping else "the id of an option, component or finding"
            raise InputError(Problem(message=f"{shown(about)} is not {expected}.", place=f"about, of {question}"))
        session, before = self._session(**looking), read(answers, self._base).answers
        if isinstance(about, str):
            asked = {"why": inquiries.why, "why-not": inquiries.why_not, "how": inquiries.how}[question]
            with self._lock:
                return asked(self._grounds(session, before), about)
        changes = list(plainly(about, "about").items())
        after = checked(merge(plain_values(before), changes), self._base, "about")
        with self._lock:
            return what_if(self._grounds(session, before), self._grounds(session, after), changed(before, after))

    def next_question(self, answers: Given, **looking: Unpack[Looking]) -> interview.Asked | None:
        """The question whose answer is worth most, and is not among the answers; None where none can change anything.

        An answer of `unknown` says that it is not known, and is not asked for again.
        """
        session, given = self._session(**looking), read(answers, self._base)
        said = interview.Interview({key: given.answers.get(key) for key in given.said})
        with self._lock:
            return interview.next_question(said, self._thinker, session.consult(given.answers))

    def compare(self, answers: Given, options: Iterable[str] = (), **seeing: Unpack[Seeing]) -> Comparison:
        """Options side by side, criterion by criterion, as if there were no others; by default all."""
        return comparison(self.recommend(answers, options=options, depth="core", **seeing), self._base)

    def check(self, decision: str | PathLike[str], *, detect: bool = False, as_of: str | date | None = None) -> Check:
        """Whether a decision that was kept in a file still holds, today or on that day.

        With `detect` it is also looked whether what was measured on this machine is still installed.
        """
        session = self._session(as_of=today() if as_of is None else as_of)
        found = opened(fspath(decision))
        with self._lock:
            return checked_again(found, session, here=detect)

    def read_project(self, path: str | PathLike[str], part: str = "") -> Survey:
        """What the files of a project say, read and never run; `part` names the one that is meant of several."""
        return surveyed(self.vocabulary, fspath(path), part)[0]

    def _session(
        self,
        *,
        options: Iterable[str] = (),
        detect: bool = False,
        measurements: str = "off",
        as_of: str | date | None = None,
    ) -> Session:
        """The session that is asked for."""
        stored = one_of(measurements, ("off", "stored"), "measurements") == "stored"
        if stored and not detect:
            message = "without detection it is not known what was measured on this machine."
            raise InputError(Problem(message=message, place="measurements", hint="Add detect=True."))
        only = options_of(self._base, (options,) if isinstance(options, str) else options, "options")
        day = (today() if detect else "") if as_of is None else day_of(str(as_of), "as_of")
        session = Session(self._base, self._adviser, only=only, as_of=day, thinker=[self._thinker])
        return _looked_around(session, stored=stored) if detect else session

    def _grounds(self, session: Session, answers: Answers) -> Grounds:
        return ground(self._thinker, replace(session, adviser=self._thinker).consult(answers), session.as_of)


def _looked_around(session: Session, *, stored: bool) -> Session:
    """The session with the machine detected, and with what was measured on it where that is to count."""
    from advisor.evidence.keeping import store  # noqa: PLC0415  (nothing of the machine is read otherwise)
    from advisor.evidence.machine.detection import identify  # noqa: PLC0415

    machine = identify()
    log = logging.getLogger(__name__)
    kept = store.latest(machine, resources.home(), log.warning) if stored else None
    return replace(session, machine=machine, measurements=kept)
