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
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from advisor.inference.engine import Engine, Kinds
from advisor.inference.facts import Situation, admit
from advisor.inference.limits import hold
from advisor.inference.messages import OPENING, Dictionary, Message, definition, dictionary, messages
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
        situation = admit(facts, self._book.kinds, self._book.read)
        with self._lock, self._session() as session:
            run = _Run(session, self._dictionary, self._meaning, situation)
            run.settle(messages(situation, self._dictionary))
            for layer in self._dictionary.absent:
                run.settle(message for conclusion, message in layer if not run.has(conclusion))
        return self._book.trace(run.firings, run.derived)

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
        self._premises: list[tuple[Premise, ...]] = []
        self._place = 0

    def open(self) -> None:
        """Make the session, and take it to where it can be given back."""
        self._assert("open", OPENING)
        self._core.start_action_for_state(self._handle, self._place)
        self.opened = True
        self._core.complete_and_start_action(self._handle, self._place)

    def tell(self, told: Iterable[Message]) -> None:
        """Hand facts in, one by one, numbered: an id of the core's own making is a hash that can collide."""
        for premises, inside in told:
            self._assert(str(len(self._premises)), inside)
            self._premises.append(premises)

    def matches(self) -> Iterator[tuple[str, tuple[Premise, ...]]]:
        """Each rule of the core that has come to hold, with the facts that it holds on."""
        started = self._core.start_action_for_state(self._handle, self._place)
        match = started and started[1]
        while match:
            ((name, matched),) = json.loads(match).items()
            yield name, tuple(sorted({one for fact in matched.values() for one in self._premises[int(fact["id"])]}))
            match = self._core.complete_and_start_action(self._handle, self._place)

    def _assert(self, number: str, inside: str) -> None:
        fact = f'{{"id":"{number}","sid":"{self.name}",{inside}}}'
        answer, self._place = self._core.assert_fact(self._handle, fact)
        if answer:
            raise RuntimeError(f"durable-rules answered {answer} to {fact}.")


class _Run:
    """One consultation: what fired so far, and what it concluded."""

    def __init__(self, session: _Session, words: Dictionary, meaning: Mapping[str, Rule], situation: Situation) -> None:
        self.firings: set[Firing] = set()
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

    def _fire(self, name: str, premises: tuple[Premise, ...]) -> Iterator[Message]:
        """Record a firing, and pass on what it concluded anew, as far as some rule asks for it."""
        if name in self._matched:
            raise RuntimeError(f"durable-rules fired {name} twice, which the facts do not allow.")
        self._matched.add(name)
        rule = self._meaning[name]
        self.firings.add(Firing(rule.id, premises))
        for conclusion in rule.then.derive.items():
            if not self.has(conclusion):
                self.derived[conclusion[0]].add(conclusion[1])
                if conclusion in self._words.present:
                    yield self._words.present[conclusion]

    def has(self, conclusion: Conclusion) -> bool:
        """Whether that has been concluded."""
        return conclusion[1] in self.derived.get(conclusion[0], ())
