"""What if: an answer or a weight is moved, and the standing before and after stand beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from advisor.inquiry import interview as talk
from advisor.inquiry.movement import moved
from advisor.tui.thinking import Thinking
from advisor.tui.widgets.key_line import KeyLine
from advisor.tui.widgets.standing import StandingList

if TYPE_CHECKING:
    from advisor.consult.adviser import Consultation
    from advisor.inquiry.interview import Interview
    from advisor.model.answers import Answer
    from advisor.tui.desk import Desk

_WEIGHT = "weight of "
"""What the row of a criterion begins with."""
_OPEN, _USUAL = "open", "as it is"


class WhatIfScreen(Thinking, Screen["Interview | None"]):
    """Moves what was said without saying it, until it is kept."""

    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("escape", "dismiss(None)", "Back"),
        Binding("left", "turn(-1)", "Less", priority=True),
        Binding("right", "turn(1)", "More", priority=True),
        Binding("enter", "keep", "Keep", priority=True),
    ]
    HELP = """\
Try another answer or another weight, and see what it would change.

  up, down      an answer, or the weight of a criterion
  left, right   another word for the answer; less or more weight
  enter         keep what was moved, and go on with the interview
  escape        leave everything as it was

Below "Now" stand the options as they are, below "Then" as they would be.
"""

    def __init__(self, desk: Desk, interview: Interview) -> None:
        super().__init__()
        self.desk, self.interview, self.tried = desk, interview, interview
        self.now: Consultation
        self.then: Consultation

    def compose(self) -> ComposeResult:
        """What can be moved, and both standings."""
        yield Static(id="title", markup=False)
        with Horizontal():
            yield OptionList(id="levers", markup=False)
            with Vertical(id="compared"):
                yield StandingList(id="now")
                yield StandingList(id="then")
        yield Static("Left and right move what is chosen.", id="moved", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Nothing is moved yet."""
        self.entitle("advisor   what if?")
        for name, title in (("now", "Now"), ("then", "Then")):
            self.query_one(f"#{name}", StandingList).border_title = title
        self.query_one("#levers", OptionList).focus()
        self.think(partial(self._consulted, self.interview), self._begin)

    def action_turn(self, way: int) -> None:
        """Another word for the answer that is chosen, or another weight."""
        row = self.query_one("#levers", OptionList).highlighted_option
        if row is None or row.id is None:
            return
        self.tried = self._turned(row.id, way)
        self._show_levers()
        self.think(partial(self._consulted, self.tried), self._show_then)

    def action_keep(self) -> None:
        """Go on with what was moved."""
        self.dismiss(self.tried if self.tried.said != self.interview.said else None)

    def _turned(self, row: str, way: int) -> Interview:
        if row.startswith(_WEIGHT):
            return talk.prefer(self.tried, row.removeprefix(_WEIGHT), way)
        words = ("", *self._words()[row])
        given = self._tried_answer(row)
        at = words.index(given) if isinstance(given, str) and given in words else 0
        word = words[(at + way) % len(words)]
        return talk.answer(self.tried, row, word) if word else talk.leave_open(self.tried, row)

    def _begin(self, now: Consultation) -> None:
        self.now = self.then = now
        for name in ("#now", "#then"):
            self.query_one(name, StandingList).show(talk.standings(now))
        self._show_levers()

    def _show_then(self, then: Consultation) -> None:
        self.then = then
        self.query_one("#then", StandingList).show(talk.standings(then))
        self._show_levers()
        said = "Nothing is moved." if self.tried.said == self.interview.said else moved(self.now, then)
        self.query_one("#moved", Static).update(said)

    def _show_levers(self) -> None:
        levers = self.query_one("#levers", OptionList)
        at = levers.highlighted
        levers.set_options(self._rows())
        levers.highlighted = at or 0

    def _rows(self) -> Iterator[Option]:
        for key in self._words():
            now, then = self.now.situation.answers.get(key), self._tried_answer(key)
            yield _row(key, str(now or _OPEN), str(then or _OPEN))
        shares = [{w.criterion: w.final for w in c.weighed.weights} for c in (self.now, self.then)]
        for criterion in shares[1]:
            level = talk.preferred(self.tried, criterion) or _USUAL
            was, share = (each.get(criterion, 0.0) for each in shares)
            yield _row(f"{_WEIGHT}{criterion}", f"{was:.0%}", f"{share:.0%}", f", {level}" if level != _USUAL else "")

    def _words(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that have one word as their answer: those that can be asked, and those that were answered."""
        asked = {question.key for question in self.desk.base.questions} | {*self.interview.said}
        attributes = self.desk.base.vocabulary.answers
        return {a.name: a.words for a in attributes if a.kind == "word" and a.name in asked}

    def _tried_answer(self, key: str) -> Answer | None:
        """The answer that is tried, or what follows for the key from the others."""
        situation = self.then.situation
        follows = None if situation.origins.get(key) == "answered" else situation.answers.get(key)
        return self.tried.said.get(key, follows)

    def _consulted(self, interview: Interview) -> Consultation:
        return self.desk.consult(talk.answers(interview, self.desk.base.vocabulary))


def _row(key: str, now: str, then: str, more: str = "") -> Option:
    changed = (f"  → {then}{more}", "$text-accent") if then != now or more else ""
    return Option(Content.assemble((f"{key} ", "bold"), now, changed), id=key)
