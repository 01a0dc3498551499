"""The engine over durable-rules: small facts into positive conjunctions, with everything else settled outside.

Only the compiled core of durable-rules is used. Its Python layer starts threads that race with deleted sessions,
swallows exceptions, Ctrl-C among them, drops actions that take long, and adds 25 ms to every start. The core is exact
as long as it is fed with care, and goes astray without a word where it is not:

- within the figures of `limits`;
- with the messages of `messages`: no text of the user, no fractions, no negation, because nothing is withdrawn;
- one fact at a time and none from inside an action, in one session at a time, which is given back before the next.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from advisor.inference.engine import Engine, Kinds
from advisor.inference.facts import Situation, admit
from advisor.inference.limits import hold
from advisor.inference.messages import OPENING, Behind, Dictionary, Message, definition, dictionary, messages
from advisor.inference.rulebook import Rulebook, read_rulebook
from advisor.inference.strata import Conclusion
from advisor.model.rule import Rule
from advisor.model.trace import Facts, Firing, Premise, Trace

MOST_SESSIONS = 1000
"""The core holds 1,024 at once, and crashes beyond."""


def available() -> bool:
    """Whether durable-rules is installed and loads; on Python 3.13 and later it does not."""
    try:
        _core()
    except ImportError:
        return False
    return True


def compile_rules(rules: tuple[Rule, ...], kinds: Kinds) -> Engine:
    """An engine over these rules, or a `RulebookError` naming every rule that cannot be taken.

    Sound rules that are too many for it are a `BeyondLimitsError`.
    """
    return DurableEngine(hold(read_rulebook(rules, kinds)))


def _core() -> Any:
    import durable_rules_engine  # noqa: PLC0415 - it need not be there as long as nobody asks for it

    return durable_rules_engine


class DurableEngine:
    """A ruleset of the core, and one session of it at a time."""

    name = "durable-rules"

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._dictionary = dictionary(book)
        self.definition, self._meaning = definition(book)
        self._core = _core()
        self._handle: int | None = self._core.create_ruleset("advisor", self.definition)
        self._lock = Lock()
        self._sessions = 0

    def consult(self, facts: Facts, *, premises: bool = True) -> Trace:  # noqa: ARG002  (they come for nothing)
        """Fire every rule that holds for these facts and what is derived from them."""
        return self._told(facts, [{}])[0]

    def consult_each(self, shared: Facts, each: Sequence[Facts], *, premises: bool = True) -> list[Trace]:
        """All in one session, which takes longer to open than to ask, unless one would see what another concludes."""
        if self._book.concludes:
            return [self.consult({**shared, **own}, premises=premises) for own in each]
        return self._told(shared, each) if each else []

    def _told(self, shared: Facts, each: Sequence[Facts]) -> list[Trace]:
        """What fires for each, told together."""
        situation = admit(shared, self._book.kinds, self._book.read)
        beside = [admit(own, self._book.kinds, self._book.read).given for own in each]
        with self._lock, self._session() as session:
            run = _Run(session, self._dictionary, self._meaning, situation, len(beside))
            run.settle(messages(situation, beside, self._dictionary))
            for layer in self._dictionary.absent:
                run.settle(message for conclusion, message in layer if not run.has(conclusion))
        return [self._book.trace(firings, run.derived) for firings in run.firings]

    def close(self) -> None:
        """Give the ruleset back to the core; consulting the engine afterwards is an error."""
        with self._lock:
            handle, self._handle = self._handle, None
            if handle is not None:
                self._core.delete_ruleset(handle)

    @contextmanager
    def _session(self) -> Iterator[_Session]:
        """A fresh session, given back whatever happens, as soon as that is safe.

        Ctrl-C may come between any two steps. A session that was not given back still counts, so that its name is
        not used again.
        """
        if self._handle is None:
            raise RuntimeError("This engine has been closed.")
        if self._sessions >= MOST_SESSIONS:
            raise RuntimeError("Too many consultations of this engine were interrupted; compile the rules again.")
        self._sessions += 1
        session = _Session(self._core, self._handle, f"s{self._sessions}")
        try:
            session.open()
            yield session
        finally:
            if session.opened:
                self._core.delete_state(self._handle, session.name)
                self._sessions -= 1


class _Session:
    """A working memory of the core."""

    def __init__(self, core: Any, handle: int, name: str) -> None:
        self.name = name
        self.opened = False
        """Whether it had something to do: giving it back earlier would free memory that was never set."""
        self._core = core
        self._handle = handle
        self._behind: list[Behind] = []
        self._place = 0

    def open(self) -> None:
        """Make the session, and take it to where it can be given back."""
        self._assert("open", OPENING)
        self._core.start_action_for_state(self._handle, self._place)
        self.opened = True
        self._core.complete_and_start_action(self._handle, self._place)

    def tell(self, told: Iterable[Message]) -> None:
        """Hand facts in, one by one, numbered: an id of the core's own making is a hash that can collide."""
        for behind, inside in told:
            self._assert(str(len(self._behind)), inside)
            self._behind.append(behind)

    def matches(self) -> Iterator[tuple[str, list[Behind]]]:
        """Each rule of the core that has come to hold, with what is behind the facts that it holds on."""
        started = self._core.start_action_for_state(self._handle, self._place)
        match = started and started[1]
        while match:
            ((name, matched),) = json.loads(match).items()
            yield name, [self._behind[int(fact["id"])] for fact in matched.values()]
            match = self._core.complete_and_start_action(self._handle, self._place)

    def _assert(self, number: str, inside: str) -> None:
        fact = f'{{"id":"{number}","sid":"{self.name}",{inside}}}'
        answer, self._place = self._core.assert_fact(self._handle, fact)
        if answer:
            raise RuntimeError(f"durable-rules answered {answer} to {fact}.")


class _Run:
    """One consultation about one or more: what fired so far for each, and what it concluded."""

    def __init__(
        self, session: _Session, words: Dictionary, meaning: Mapping[str, Rule], situation: Situation, several: int
    ) -> None:
        self.firings: list[set[Firing]] = [set() for _ in range(several)]
        self.derived = defaultdict(set, {attribute: set(words) for attribute, words in situation.concluded.items()})
        self._session = session
        self._words = words
        self._meaning = meaning
        self._matched: set[str] = set()

    def settle(self, told: Iterable[Message]) -> None:
        """Tell the facts, and what follows from them, until nothing new does."""
        waiting = list(told)
        while waiting:
            self._session.tell(waiting)
            waiting = [message for match in self._session.matches() for message in self._fire(*match)]

    def _fire(self, name: str, behind: Iterable[Behind]) -> Iterator[Message]:
        """Record the firings, and pass on what they concluded anew, as far as some rule asks for it."""
        if name in self._matched:
            raise RuntimeError(f"durable-rules fired {name} twice, which the facts do not allow.")
        self._matched.add(name)
        rule = self._meaning[name]
        concluded, given = self._parted(behind)
        for number, ways in given.items():
            self.firings[number].update([Firing(rule.id, tuple(sorted(concluded.union(way)))) for way in ways])
        for conclusion in rule.then.derive.items():
            if not self.has(conclusion):
                self.derived[conclusion[0]].add(conclusion[1])
                if conclusion in self._words.present:
                    yield self._words.present[conclusion]

    def _parted(self, behind: Iterable[Behind]) -> tuple[set[Premise], Mapping[int, Sequence[tuple[Premise, ...]]]]:
        """What was concluded, which is the same for all, and beside it the ways in which the rest is given, of whom."""
        concluded: set[Premise] = set()
        given: Mapping[int, Sequence[tuple[Premise, ...]]] = dict.fromkeys(range(len(self.firings)), ((),))
        for one in behind:
            if isinstance(one, tuple):
                concluded.update(one)
            else:
                given = one
        return concluded, given

    def has(self, conclusion: Conclusion) -> bool:
        """Whether that has been concluded."""
        return conclusion[1] in self.derived.get(conclusion[0], ())
