"""The interview: one question, where the options stand beside it, and what was said so far."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import OptionList, Static

from advisor.errors import InputError
from advisor.inquiry import interview as talk
from advisor.inquiry.movement import moved
from advisor.tui.screens.evidence import EvidenceScreen
from advisor.tui.screens.probing import ProbingScreen
from advisor.tui.screens.verdict import VerdictScreen
from advisor.tui.screens.what_if import WhatIfScreen
from advisor.tui.thinking import Thinking
from advisor.tui.widgets.key_line import KeyLine
from advisor.tui.widgets.question import QuestionPane
from advisor.tui.widgets.standing import StandingList
from advisor.tui.widgets.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.consult.adviser import Consultation
    from advisor.inquiry.interview import Asked, Interview
    from advisor.model.answers import Answer
    from advisor.tui.desk import Desk


class InterviewScreen(Thinking, Screen[None]):
    """One question at a time; every answer is kept and moves the standing."""

    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("escape", "back", "Back"),
        Binding("ctrl+n,f2", "verdict", "Verdict"),
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
  ctrl+n or f2  the verdict as it stands now, whatever is still open
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
        self._shown = (interview.said, desk)
        self.consultation: Consultation = self._consulted(interview)

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
        yield KeyLine(palette=False)

    def on_mount(self) -> None:
        """Ask the first question, or the next one of an interview that goes on."""
        self._say("Every answer moves this.")
        self.query_one(StandingList).show(talk.standings(self.consultation))
        self._go_on(self.interview)

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

    def take_in(self, desk: Desk, tell: Callable[[str], None]) -> None:
        """Go on at another desk, and tell what that moved as soon as it is found."""
        self.desk = desk
        self._go_on(self.interview, tell)

    def _go(self, interview: Interview) -> None:
        said = self.interview.said
        self.interview = interview
        if interview.said != said and (problem := self.desk.keep(interview)):
            self.notify(problem, severity="warning", markup=False)
        self._go_on(interview)

    def _go_on(self, interview: Interview, tell: Callable[[str], None] | None = None) -> None:
        """Show at once what was said, and as soon as they are found what it moved and what is asked next."""
        self.entitle(f"advisor   which AI framework?   {len(interview.said)} answered")
        self.query_one(Trail).show(interview, self.consultation.situation)
        self.query_one(QuestionPane).wait()
        self.think(partial(self._found, interview), partial(self._show_found, tell))

    def _found(self, interview: Interview) -> tuple[Consultation, Asked | None]:
        consultation = self._consulted(interview) if self._has_moved(interview) else self.consultation
        return consultation, talk.next_question(interview, self.desk.adviser, consultation)

    def _show_found(self, tell: Callable[[str], None] | None, found: tuple[Consultation, Asked | None]) -> None:
        moves, same_desk = self._has_moved(self.interview), self.desk is self._shown[1]
        before, (self.consultation, asked) = self.consultation, found
        self._shown = (self.interview.said, self.desk)
        if moves:
            what_moved = moved(before, self.consultation)
            self._say(what_moved if same_desk else f"Measured: {what_moved}")
            self.query_one(StandingList).show(talk.standings(self.consultation))
            self.query_one(Trail).show(self.interview, self.consultation.situation)
            if tell is not None:
                tell(what_moved)
        if asked is not None:
            self.query_one(QuestionPane).ask(asked)
        else:
            self.query_one(QuestionPane).end()
            if self.is_current:
                self.action_verdict()

    def _has_moved(self, interview: Interview) -> bool:
        """Whether something else is said, or known, than the standing shows."""
        said, desk = self._shown
        return interview.said != said or self.desk is not desk

    def _consulted(self, interview: Interview) -> Consultation:
        return self.desk.consult(talk.answers(interview, self.desk.base.vocabulary))

    def _say(self, what_moved: str) -> None:
        self.query_one("#moved", Static).update(what_moved)
