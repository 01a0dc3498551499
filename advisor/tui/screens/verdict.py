"""The verdict: what to build on, and everything behind it in tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static, TabbedContent, TabPane
from textual.widgets.option_list import Option

from advisor.inquiry import interview as talk
from advisor.render.lines import listed
from advisor.tui.pages import pages
from advisor.tui.screens.evidence import EvidenceScreen
from advisor.tui.widgets.standing import StandingList
from advisor.tui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from advisor.inquiry.interview import Interview
    from advisor.tui.desk import Desk


class VerdictScreen(Screen[None]):
    """The recommendation for what was said, the same as `advisor recommend` gives."""

    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("escape", "app.pop_screen", "Back"),
        Binding("ctrl+r", "app.measure", "Measure"),
        Binding("left", "turn(-1)", "Tab before", show=False, priority=True),
        Binding("right", "turn(1)", "Next tab", show=False, priority=True),
        *(
            Binding(str(i), f"turn_to('{page}')", page, show=False)
            for i, page in enumerate(("answer", "scores", "change", "sources"), 1)
        ),
    ]
    HELP = """\
What to build on, for the answers as they stand.

  left, right, 1 to 4   another tab
  up, down              read on, or choose an entry
  enter                 on a score: why the option stands there
                        on a finding: how it came about, down to its source
  ctrl+r                measure the frameworks that are on this machine
  escape                back to the questions, to change an answer

`advisor recommend --answers FILE` gives the same answer from the saved file.
"""

    def __init__(self, desk: Desk, interview: Interview) -> None:
        super().__init__()
        self.desk = desk
        given = talk.answers(interview, desk.base.vocabulary)
        self.recommendation = desk.recommend(given)
        self.consultation = desk.consult(given)
        self.worth = desk.probing.worth(given) if desk.probing else ()

    def compose(self) -> ComposeResult:
        """The tabs."""
        page = pages(self.recommendation)
        primary = self.recommendation.recommendation.primary
        here = ", measured here" if self.recommendation.measurements.used else ""
        yield Static(f"advisor   verdict: {primary}{here}", id="title", markup=False)
        if self.worth:
            said = f"How fast {listed(self.worth)} are here can still change this: ctrl+r measures it."
            yield Static(said, id="worth", markup=False)
        with TabbedContent():
            with TabPane("1 Answer", id="answer"):
                yield TextPane(page["answer"])
            with TabPane("2 Scores", id="scores"), Vertical():
                yield StandingList(id="ranked")
                yield TextPane(page["scores"])
            with TabPane("3 What would change it", id="change"):
                yield TextPane(page["change"] or "Nothing that was looked for would change it.")
            with TabPane("4 Sources", id="sources"), Vertical():
                yield OptionList(*self._findings(), id="found", markup=False)
                yield TextPane(page["sources"])
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show where the options stand, too."""
        self.query_one(StandingList).show(talk.standings(self.consultation))
        found = self.query_one("#found", OptionList)
        found.border_title, found.highlighted = "Findings: enter tells how each came about", 0
        self.query_one("#answer TextPane").focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Say what is behind a score or a finding."""
        about = EvidenceScreen.about_option if event.option_list.id == "ranked" else EvidenceScreen.about_finding
        self.app.push_screen(about(self.desk, self.consultation, str(event.option_id)))

    def action_turn(self, way: int) -> None:
        """To the tab beside."""
        tabs = self.query_one(TabbedContent)
        names = [pane.id for pane in self.query(TabPane)]
        self.action_turn_to(str(names[(names.index(tabs.active) + way) % len(names)]))

    def action_turn_to(self, page: str) -> None:
        """To a tab, with the keys in what there is to move in."""
        self.query_one(TabbedContent).active = page
        self.query_one(f"#{page}").query("OptionList, TextPane").first().focus()

    def _findings(self) -> list[Option]:
        return [
            Option(Content.assemble((f"{finding.id}  ", "bold"), finding.message), id=finding.id)
            for finding in self.recommendation.findings
        ]
