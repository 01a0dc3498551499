"""The interview: one question, where the options stand beside it, and what was said so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static

from advisor.errors import InputError
from advisor.inquiry import interview as talk
from advisor.inquiry.movement import moved
from advisor.tui.screens.evidence import EvidenceScreen
from advisor.tui.screens.probing import ProbingScreen
from advisor.tui.screens.verdict import VerdictScreen
from advisor.tui.screens.what_if import WhatIfScreen
from advisor.tui.widgets.question import QuestionPane
from advisor.tui.widgets.standing import StandingList
from advisor.tui.widgets.trail import Trail

if TYPE_CHECKING:
    from advisor.consult.adviser import Consultation
    from advisor.inquiry.interview import Interview
    from advisor.model.answers import Answer
    from advisor.tui.desk import Desk

WIDE = 110
"""Columns from which on the bars get more room."""


class InterviewScreen(Screen[None]):
    """One question at a time; every answer is kept and moves the standing."""

    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("escape", "back", "Back"),
        Binding("ctrl+n", "verdict", "Verdict"),
        Binding("ctrl+g", "what_if", "What if"),
        Binding("ctrl+r", "measure", "Measure"),
    ]
    HELP = """\
One question at a time: the one whose answer can change the recommendation most.

  up, down      choose an answer; a letter begins a filter, escape clears it
  enter         answer
  space         mark one of several answers that fit together
  escape        back to the answer before
  tab           to the standing and to your answers, and round again
  enter there   why an option stands where it stands; a former answer to change
  delete there  take an answer back
  ctrl+n        the verdict as it stands now, whatever is still open
  ctrl+g        what another answer or another weight would change
  ctrl+r        measure the frameworks that are on this machine

Beside a word stands, after an arrow, the option that would be first with it.
In the standing, a bar is filled up to where the score surely reaches, and
shaded up to where it may reach: the middle 90 % of what is likely.
What is ruled out is struck through.

Every answer is kept at once: leave whenever you like, and go on later.
"""

    def __init__(self, desk: Desk, interview: Interview) -> None:
        super().__init__()
        self.desk, self.interview = desk, interview
        self.consultation: Consultation = self._consulted()

    def compose(self) -> ComposeResult:
        """Question, standing, what moved, trail."""
        yield Static(id="title", markup=False)
        with Horizontal():
            yield QuestionPane(id="question")
            with Vertical(id="beside"):
                yield StandingList(id="standing")
                yield Static(id="moved", markup=False)
                yield Trail(id="trail")
        # The palette gives way to the keys of this screen; the help names it.
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Ask the first question, or the next one of an interview that goes on."""
        self._show("Every answer moves this.")

    def on_resize(self, event: events.Resize) -> None:
        """Give the bars more room where there is some."""
        self.set_class(event.size.width >= WIDE, "wide")

    def on_question_pane_answered(self, event: QuestionPane.Answered) -> None:
        """Take an answer."""
        self._go(talk.answer(self.interview, event.key, event.value))

    def on_question_pane_entered(self, event: QuestionPane.Entered) -> None:
        """Take what was typed, if it is an answer."""
        try:
            value: Answer | None = talk.understood(event.key, event.text, self.desk.base)
        except InputError as error:
            said = (f"{problem.message} {problem.hint}".strip() for problem in error.problems)
            self.query_one(QuestionPane).complain(" ".join(said))
        else:
            self._go(talk.answer(self.interview, event.key, value))

    def on_trail_taken_back(self, event: Trail.TakenBack) -> None:
        """Ask again what was answered."""
        if event.key in self.interview.said:
            self._go(talk.take_back(self.interview, event.key))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Say why an option stands there, or go to an answer."""
        name = str(event.option_id)
        if event.option_list.id == "standing":
            self.app.push_screen(EvidenceScreen.about_option(self.desk, self.consultation, name))
        else:
            self.go_to(name)

    def go_to(self, key: str) -> None:
        """Ask for this key."""
        self._go(talk.go_to(self.interview, key))

    def start_anew(self) -> None:
        """Forget what was said."""
        self._go(talk.Interview())

    def action_back(self) -> None:
        """Go to the answer before."""
        self._go(talk.back(self.interview))

    def action_verdict(self) -> None:
        """See what is recommended now."""
        self.app.push_screen(VerdictScreen(self.desk, self.interview))

    def action_what_if(self) -> None:
        """Try other answers and weights."""
        self.app.push_screen(WhatIfScreen(self.desk, self.interview), lambda kept: self._go(kept) if kept else None)

    def action_measure(self) -> None:
        """Measure what is on this machine."""
        given = talk.answers(self.interview, self.desk.base.vocabulary)
        self.app.push_screen(ProbingScreen(self.desk, given, self.take_in))

    def take_in(self, desk: Desk) -> str:
        """Go on at another desk; what that moved."""
        before, self.desk = self.consultation, desk
        self.consultation = self._consulted()
        what_moved = moved(before, self.consultation)
        self._show(f"Measured: {what_moved}")
        return what_moved

    def _go(self, interview: Interview) -> None:
        before, said = self.consultation, self.interview.said
        self.interview = interview
        if interview.said == said:
            self._show("")
            return
        self.consultation = self._consulted()
        self._show(moved(before, self.consultation))
        if problem := self.desk.keep(interview):
            self.notify(problem, severity="warning", markup=False)

    def _consulted(self) -> Consultation:
        return self.desk.consult(talk.answers(self.interview, self.desk.base.vocabulary))

    def _show(self, what_moved: str) -> None:
        count = len(self.interview.said)
        self.query_one("#title", Static).update(f"advisor   which AI framework?   {count} answered")
        self.query_one(StandingList).show(talk.standings(self.consultation))
        if what_moved:
            self.query_one("#moved", Static).update(what_moved)
        self.query_one(Trail).show(self.interview, self.consultation.situation)
        asked = talk.next_question(self.interview, self.desk.adviser, self.consultation)
        if asked is not None:
            self.query_one(QuestionPane).ask(asked)
        else:
            self.query_one(QuestionPane).end()
            if self.is_current:
                self.action_verdict()
