"""Measuring on this machine: what is there, what is worth it, how it goes, and what it came to."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Input, OptionList, ProgressBar, Static

from advisor.errors import AdvisorError
from advisor.evidence.halt import Halt
from advisor.frozen import replace
from advisor.inquiry import measuring
from advisor.inquiry.measuring import Going
from advisor.loading.problems import printable
from advisor.render import measurements
from advisor.render.measured import going as words
from advisor.tui.screens.environment import EnvironmentScreen
from advisor.tui.widgets.key_line import KeyLine
from advisor.tui.widgets.text_pane import TextPane
from advisor.tui.widgets.ways import Frameworks, Ways

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.evidence.probing.plan import Plan, Progress
    from advisor.inquiry.prospect import Prospect
    from advisor.model.answers import Answers
    from advisor.tui.desk import Desk, Measured, Probing

_LEAST_S, _MOST_S = 1, 86_400
_NOT_HERE = """\
This interview reads nothing from this machine, so that the same answers give
the same verdict everywhere: it was opened with --no-detect. There is nothing
to measure in it.

Open it without --no-detect to measure the frameworks that are here, or call
`advisor probe`. The answers are kept either way.
"""


class ProbingScreen(Screen[None]):
    """Shows what can be measured, measures it, and hands what was found to the interview."""

    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("escape", "stop", "Stop"),
        Binding("escape", "back", "Back"),
        Binding("ctrl+n,f2", "verdict", "Verdict"),
        Binding("r", "anew", "Measure more"),
    ]
    HELP = """\
Short benchmarks of the frameworks that are found here, framework against
framework; what they find counts in the answer.

  up, down      what to measure, or a framework
  tab           on to the seconds it may take, to the frameworks, and round
  enter         measure; on a framework that is missing: what it takes to get it
  escape        back; while measuring: stop, and keep what was measured
  r             afterwards: measure something else
  ctrl+n or f2  the verdict, with what was measured

While it measures, the newest figures stand first. Times are relative to the
fastest; two are a tie where 90 % of what is likely does not set them apart by
5 %. Letters behind a figure are explained below the figures.

Leave the machine alone meanwhile: what else runs is noticed, and said.
"""

    class Happened(Message):
        """Something that a run told."""

        def __init__(self, event: Progress) -> None:
            super().__init__()
            self.event = event

    def __init__(self, desk: Desk, answers: Answers, take_in: Callable[[Desk, Callable[[str], None]], None]) -> None:
        super().__init__()
        self._probing, self._answers, self._take_in = desk.probing, answers, take_in
        self._halt = Halt()
        self._going = Going()
        self._stage, self._said, self._until = "looking", "", 0.0

    def compose(self) -> ComposeResult:
        """What is going on, then what there is to choose, or the figures."""
        yield Static("advisor   measuring on this machine", id="title", markup=False)
        yield Static(id="state", markup=False)
        yield ProgressBar(total=1.0, show_eta=False, id="progress")
        with ContentSwitcher(initial="ready"):
            with Vertical(id="ready"):
                yield Ways(id="ways")
                with Horizontal(id="limit"):
                    yield Static("for at most ", classes="words")
                    yield Input("", id="budget", type="integer", compact=True, select_on_focus=False)
                    yield Static("seconds", classes="words")
                yield Frameworks(id="there")
                yield Static(id="about", markup=False)
            yield TextPane(id="figures")
        yield KeyLine()

    def on_mount(self) -> None:
        """Look for frameworks, which starts an interpreter or several."""
        self.set_interval(1, self._tell)
        if self._probing is None:
            self._show_text(_NOT_HERE)
            self._at("over", "There is nothing to measure in this interview.")
        else:
            self._look(self._probing)

    def on_unmount(self) -> None:
        """Nothing is measured that nobody sees."""
        self._halt.ask()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Offer what can be done now."""
        stages = {
            "stop": ("measuring",),
            "back": ("looking", "ready", "over"),
            "anew": ("over",) if self._probing else (),
            "verdict": ("looking", "ready", "over"),
        }
        return self._stage in stages.get(action, (self._stage,))

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()

    async def action_verdict(self) -> None:
        """See what is recommended with what was measured."""
        await self.app.run_action("app.verdict")

    def action_stop(self) -> None:
        """End the run; what was measured until now is kept."""
        self._at("stopping", "Stopping: what was measured is kept.")
        self._halt.ask()

    def action_anew(self) -> None:
        """Choose what to measure once more."""
        if self._probing is not None:
            self._look(self._probing)

    @on(OptionList.OptionHighlighted, "#ways")
    def propose(self) -> None:
        """Propose as many seconds as that takes at most."""
        way = self.query_one(Ways).way
        if way is not None and way.plan is not None:
            self.query_one("#budget", Input).value = f"{way.plan.budget_s:.0f}"

    @on(OptionList.OptionHighlighted)
    @on(events.DescendantFocus)
    def tell_more(self) -> None:
        """Tell everything that is known of what is highlighted where the keys are."""
        if isinstance(self.focused, Ways | Frameworks):
            self.query_one("#about", Static).update(self.focused.about)

    @on(OptionList.OptionSelected, "#there")
    def get(self, event: OptionList.OptionSelected) -> None:
        """Ask whether to make an environment for what is missing."""
        name = str(event.option_id)
        if self._probing is not None and self.query_one(Frameworks).missing(name):
            self.app.push_screen(EnvironmentScreen(self._probing, name), self._got)

    @on(OptionList.OptionSelected, "#ways")
    @on(Input.Submitted, "#budget")
    def begin(self) -> None:
        """Measure what is highlighted."""
        way = self.query_one(Ways).way
        typed = self.query_one("#budget", Input).value
        if self._probing is None or way is None or way.plan is None or self._stage != "ready":
            return
        if not typed.isdecimal() or not _LEAST_S <= int(typed) <= _MOST_S:
            self._at("ready", f"Between {_LEAST_S} and {_MOST_S} seconds can be given to it.")
            return
        self._measure(self._probing, replace(way.plan, budget_s=float(typed)))

    def on_probing_screen_happened(self, event: Happened) -> None:
        """Show what a run told."""
        self._going = measuring.after(self._going, event.event)
        self._until = time.monotonic() + event.event.seconds_left
        if event.event.kind != "done":
            self.query_one("#figures", TextPane).show(measuring.text(self._going), again=True)
        self.query_one(ProgressBar).update(progress=words.done(self._going.at_work))
        self._tell()

    def _look(self, probing: Probing) -> None:
        self.query_one(ContentSwitcher).current = "ready"
        self._at("looking", "Looking for frameworks.")
        self.run_worker(self._looked(probing), exclusive=True)

    async def _looked(self, probing: Probing) -> None:
        try:
            found = await asyncio.to_thread(probing.look, self._answers)
        except AdvisorError as error:
            self._show_text("".join(f"{printable(str(problem))}\n" for problem in error.problems))
            self._at("over", "It cannot be told what there is to measure.")
            return
        self._offer(found)

    def _offer(self, found: Prospect) -> None:
        ways, there = self.query_one(Ways), self.query_one(Frameworks)
        ways.show(found.ways)
        there.show(found)
        able = any(way.plan is not None for way in found.ways)
        self.query_one("#limit").display = able
        (ways if able else there).focus()
        before = f"measured before: {found.measured[:10]}" if found.measured else "not measured before"
        count = f"{len(found.there) or 'No'} framework{'s' * (len(found.there) != 1)} found"
        hint = "" if able else " Enter on a missing one tells what it takes to get it."
        self._at("ready", f"{count}, {len(found.missing)} missing; {before}.{hint}")

    def _measure(self, probing: Probing, plan: Plan) -> None:
        self._halt, self._going = Halt(), Going()
        self._until = time.monotonic() + plan.budget_s
        self._show_text(measuring.text(self._going))
        self.query_one(ProgressBar).update(progress=0)
        self._at("measuring", "")
        # It belongs to the application: what was measured is taken in whatever screen is seen then.
        self.app.run_worker(self._measured(probing, plan), group="measuring")

    async def _measured(self, probing: Probing, plan: Plan) -> None:
        try:
            measured = await asyncio.to_thread(probing.measure, plan, self._answers, self._hear, self._halt)
        except AdvisorError as error:
            self._over("Nothing was measured.", "".join(f"{printable(str(each))}\n" for each in error.problems))
            return
        self._take_in(measured.desk, lambda moved: self._over(*_came_to(measured, moved)))

    def _over(self, said: str, text: str) -> None:
        if self.is_attached:
            self._show_text(text)
            self._at("over", said)

    def _hear(self, event: Progress) -> None:
        """Called in the thread that measures."""
        self.post_message(self.Happened(event))

    def _got(self, something: bool | None) -> None:  # noqa: FBT001
        if something and self._probing is not None:
            self._look(self._probing)

    def _show_text(self, text: str) -> None:
        self.query_one(ContentSwitcher).current = "figures"
        pane = self.query_one("#figures", TextPane)
        pane.show(text)
        pane.focus()

    def _at(self, stage: str, said: str) -> None:
        self._stage, self._said = stage, said
        self.query_one(ProgressBar).display = stage in ("measuring", "stopping")
        self._tell()
        self.refresh_bindings()

    def _tell(self) -> None:
        said = (
            measuring.state(self._going, self._until - time.monotonic()) if self._stage == "measuring" else self._said
        )
        self.query_one("#state", Static).update(said)


def _came_to(measured: Measured, moved: str) -> tuple[str, str]:
    """What is said of a run that is over, and all of its figures."""
    stopped = "stopped" in measured.found.settings
    first = f"{'Stopped' if stopped else 'Measured'} after {measured.found.elapsed_s:.0f} s. {moved}"
    return "\n".join((first, *map(printable, measured.said))), measurements.as_text(measured.found)
