"""The application: its screens, and what can be done on all of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from io import StringIO
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from advisor.inquiry import interview as talk
from advisor.inquiry import transcript
from advisor.render import rendering
from advisor.tui.commands import commands
from advisor.tui.screens.help import HelpScreen
from advisor.tui.screens.interview import InterviewScreen
from advisor.tui.screens.probing import ProbingScreen
from advisor.tui.screens.save import SaveScreen
from advisor.tui.screens.start_anew import StartAnewScreen
from advisor.tui.screens.verdict import VerdictScreen

if TYPE_CHECKING:
    from textual.driver import Driver

    from advisor.inquiry.interview import Interview
    from advisor.tui.desk import Desk


_LOOK_S = 2.0
"""How often it is looked whether there still is somebody to ask."""


class Questionnaire(App[None]):
    """From nothing to a verdict, one question at a time."""

    TITLE = "advisor"
    CSS_PATH = "app.tcss"
    # A telephone has the parts below each other; where there is room, the bars get more of it.
    HORIZONTAL_BREAKPOINTS = [(0, "narrow"), (70, "usual"), (110, "wide")]  # noqa: RUF012  (as Textual has it)
    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("ctrl+s", "save", "Save"),
        Binding("f1,question_mark", "help", "Help", key_display="?"),
        Binding("ctrl+q", "quit", "Quit", priority=True),
        Binding("ctrl+c", "quit", "Quit", show=False),
    ]

    def __init__(self, desk: Desk, interview: Interview) -> None:
        super().__init__()
        self.questions = InterviewScreen(desk, interview)

    @property
    def desk(self) -> Desk:
        """What the interview works with now."""
        return self.questions.desk

    @property
    def crash(self) -> BaseException | None:
        """What it ended with where that was a bug."""
        # What goes wrong in a thread comes inside an exception about the thread.
        return getattr(self._exception, "error", self._exception)

    def on_mount(self) -> None:
        """Say what there is to know from the beginning."""
        if self.desk.notice:
            self.notify(self.desk.notice, timeout=10, markup=False)
        if not self.is_headless or self.is_web:
            self.set_interval(_LOOK_S, partial(self._leave_alone, os.getppid()))

    def get_key_display(self, binding: Binding) -> str:
        """The name of a key; in a browser of one that the browser does not keep for itself."""
        return "f2" if self.is_web and binding.key == "ctrl+n" else super().get_key_display(binding)

    def get_driver_class(self) -> type[Driver]:
        """One that is quick to tell an escape, where there is one."""
        usual = super().get_driver_class()
        if usual.__name__ == "LinuxDriver":
            from advisor.tui.terminal_driver import TerminalDriver  # noqa: PLC0415  (Windows has no such terminals)

            return TerminalDriver
        if usual.__name__ == "WebDriver":
            from advisor.tui.browser_driver import BrowserDriver  # noqa: PLC0415  (only a page needs it)

            return BrowserDriver
        return usual

    def get_default_screen(self) -> Screen[None]:
        """The interview."""
        return self.questions

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Those of Textual, after ours."""
        yield from commands(self)
        yield from super().get_system_commands(screen)

    def action_help(self) -> None:
        """What can be done on this screen."""
        if not isinstance(self.screen, HelpScreen) and not self.screen.is_modal:
            self.push_screen(HelpScreen(getattr(self.screen, "HELP", "")))

    def action_save(self) -> None:
        """Save something of it."""
        if not self.screen.is_modal:
            write = self._download if self.is_web else self.desk.write
            self.push_screen(SaveScreen(self._text, write, download=self.is_web), self._saved)

    def action_start_anew(self) -> None:
        """Forget every answer, if that is what is wanted."""
        self.push_screen(StartAnewScreen(), lambda yes: self._at_questions().start_anew() if yes else None)

    def action_verdict(self) -> None:
        """What is recommended now."""
        if not isinstance(self.screen, VerdictScreen):
            self._at_questions().action_verdict()

    def action_what_if(self) -> None:
        """What another answer or weight would change."""
        self._at_questions().action_what_if()

    def action_measure(self) -> None:
        """What can be measured here, and how it goes."""
        if not isinstance(self.screen, ProbingScreen):
            self._at_questions().action_measure()

    def go_to(self, key: str) -> None:
        """Ask for a key."""
        self._at_questions().go_to(key)

    def _at_questions(self) -> InterviewScreen:
        """The interview, with nothing over it."""
        while self.screen is not self.questions and len(self.screen_stack) > 1:
            self.pop_screen()
        return self.questions

    def _text(self, form: str) -> str:
        """What is saved in that form."""
        interview = self.questions.interview
        if form == "answers":
            return transcript.written(interview)
        return rendering(form)(self.desk.recommend(talk.answers(interview, self.desk.base.vocabulary)))

    def _leave_alone(self, parent: int) -> None:
        """Leave where the server of the browser or the terminal is gone, however it went: nobody answers any more."""
        if os.getppid() != parent if self.is_web else not os.isatty(0):
            self.exit()

    def _download(self, text: str, path: str) -> None:
        """Hand a text to the browser, whose machine need not be this one."""
        self.deliver_text(StringIO(text), save_filename=PurePath(path).name)

    def _saved(self, path: str | None) -> None:
        if path:
            said = f"Handed to the browser as {PurePath(path).name}." if self.is_web else f"Saved in {path}."
            self.notify(said, markup=False)

    def _fatal_error(self) -> None:
        """End; what went wrong is told by whoever runs this, and not drawn on the terminal."""
        self._close_messages_no_wait()
