"""Asks whether to make an environment for a framework, with what that takes, and makes it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from advisor.errors import AdvisorError
from advisor.evidence.halt import Halt
from advisor.loading.problems import printable
from advisor.tui.widgets.key_line import KeyLine
from advisor.tui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from advisor.tui.desk import Probing


class EnvironmentScreen(Screen[bool]):
    """Comes back with whether there may be something new to measure."""

    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("y", "make", "Yes, make it"),
        Binding("n", "decline", "No"),
        Binding("escape", "stop", "Stop"),
        Binding("escape", "back", "Back"),
    ]
    HELP = """\
An environment with a framework of its own, in advisor's folder: nothing that
is installed already changes. The same as `advisor env create`.

  y             fetch it and make it, as is said there
  n, escape     do nothing
  escape        while it is made: stop; what was fetched is kept for the next try

`advisor env remove FRAMEWORK` deletes it again.
"""

    class Said(Message):
        """What is done now."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    def __init__(self, probing: Probing, framework: str) -> None:
        super().__init__()
        self._probing, self._framework = probing, framework
        self._halt = Halt()
        self._text, self._doing = "", ""
        self._stage, self._began = "looking", 0.0

    def compose(self) -> ComposeResult:
        """What it takes, or what is done."""
        yield Static(f"advisor   an environment for {self._framework}", id="title", markup=False)
        yield Static("Looking at what it takes.", id="state", markup=False)
        yield TextPane(id="takes")
        yield KeyLine()

    def on_mount(self) -> None:
        """Say what it takes before anything is done."""
        self.query_one(TextPane).focus()
        self.set_interval(1, self._tell)
        self.run_worker(self._ask())

    def on_unmount(self) -> None:
        """Nothing goes on that nobody sees."""
        self._halt.ask()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer what can be done now."""
        stages = {
            "make": ("asking",),
            "decline": ("asking",),
            "stop": ("making",),
            "back": ("looking", "asking", "over"),
        }
        return self._stage in stages.get(action, (self._stage,))

    def action_make(self) -> None:
        """Make it, now that it was agreed to."""
        self._began = time.monotonic()
        self._at("making", "Making it: escape stops it.")
        self._text = ""
        self.query_one(TextPane).show("")
        self.app.run_worker(self._make())

    def action_stop(self) -> None:
        """End it; what was fetched is kept."""
        self._at("stopping", "Stopping.")
        self._halt.ask()

    def action_decline(self) -> None:
        """Go back without it."""
        self.dismiss(False)  # noqa: FBT003

    def action_back(self) -> None:
        """Go back."""
        self.dismiss(self._stage == "over")

    def on_environment_screen_said(self, event: Said) -> None:
        """Show what is done."""
        self._text += f"{event.line}\n"
        self.query_one(TextPane).show(self._text)

    async def _ask(self) -> None:
        try:
            takes = await asyncio.to_thread(self._probing.order, self._framework)
        except AdvisorError as error:
            self._text = "".join(f"{printable(str(problem))}\n" for problem in error.problems)
            self._at("over", "It cannot be made here.")
        else:
            self._text = takes
            self._at("asking", "Nothing is fetched unless you say yes: y makes it, n does not.")
        self.query_one(TextPane).show(self._text)

    async def _make(self) -> None:
        try:
            became = await asyncio.to_thread(self._probing.make, self._framework, self._hear, self._halt)
        except AdvisorError as error:
            became = "".join(f"{printable(str(problem))}\n" for problem in error.problems)
        if self.is_attached:
            self._at("over", "This is what became of it; escape leads back.")
            self.query_one(TextPane).show(f"{self._text}\n{became}".lstrip("\n"))

    def _hear(self, line: str) -> None:
        self.post_message(self.Said(printable(line)))

    def _at(self, stage: str, said: str) -> None:
        self._stage, self._doing = stage, said
        self._tell()
        self.refresh_bindings()

    def _tell(self) -> None:
        since = f"  {time.monotonic() - self._began:.0f} s" if self._stage in ("making", "stopping") else ""
        self.query_one("#state", Static).update(f"{self._doing}{since}")
