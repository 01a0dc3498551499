"""The verdict: what to build on, and everything behind it in tabs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static, TabbedContent, TabPane
from textual.widgets.option_list import Option

from advisor.inquiry import interview as talk
from advisor.render.lines import listed
from advisor.tui.pages import machines, pages
from advisor.tui.screens.evidence import EvidenceScreen
from advisor.tui.thinking import Thinking
from advisor.tui.widgets.key_line import KeyLine
from advisor.tui.widgets.standing import StandingList
from advisor.tui.widgets.text_pane import TextPane

if TYPE_CHECKING:
    from advisor.consult.adviser import Consultation
    from advisor.inquiry.interview import Interview
    from advisor.model.finding import Finding
    from advisor.model.fleet import FleetDecision
    from advisor.model.recommendation import Recommendation
    from advisor.tui.desk import Desk


class VerdictScreen(Thinking, Screen[None]):
    """The recommendation for what was said, the same as `advisor recommend` gives."""

    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("escape", "app.pop_screen", "Back"),
        Binding("ctrl+r", "app.measure", "Measure"),
        Binding("left", "turn(-1)", "Tab before", show=False, priority=True),
        Binding("right", "turn(1)", "Next tab", show=False, priority=True),
        *(
            Binding(str(i), f"turn_to('{page}')", page, show=False)
            for i, page in enumerate(("answer", "scores", "change", "sources", "machines"), 1)
        ),
    ]
    HELP = """\
What to build on, for the answers as they stand.

  left, right, 1 to 5   another tab; 5 where several kinds of machine were measured
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
        self._given = talk.answers(interview, desk.base.vocabulary)
        self.consultation: Consultation

    def compose(self) -> ComposeResult:
        """The tabs."""
        yield Static(id="title", markup=False)
        yield Static(id="worth", markup=False)
        with TabbedContent():
            with TabPane("1 Answer", id="answer"):
                yield TextPane()
            with TabPane("2 Scores", id="scores"), Vertical():
                yield StandingList(id="ranked")
                yield TextPane()
            with TabPane("3 What would change it", id="change"):
                yield TextPane()
            with TabPane("4 Sources", id="sources"), Vertical():
                yield OptionList(id="found", markup=False)
                yield TextPane()
            if self.desk.machines is not None:
                with TabPane("5 Machines", id="machines"):
                    yield TextPane()
        yield KeyLine()

    def on_mount(self) -> None:
        """Work the recommendation out."""
        self.entitle("advisor   verdict")
        self.query_one("#worth").display = False
        self.query_one("#found", OptionList).border_title = "Findings: enter tells how each came about"
        self.query_one("#answer TextPane").focus()
        self.think(self._found, self._show_found)

    def _found(self) -> tuple[Recommendation, Consultation]:
        return self.desk.recommend(self._given), self.desk.consult(self._given)

    def _show_found(self, found: tuple[Recommendation, Consultation]) -> None:
        recommendation, self.consultation = found
        here = ", measured here" if recommendation.measurements.used else ""
        self.entitle(f"advisor   verdict: {recommendation.recommendation.primary}{here}")
        page = pages(recommendation)
        for name, text in {**page, "change": page["change"] or "Nothing that was looked for would change it."}.items():
            self.query_one(f"#{name} TextPane", TextPane).show(text)
        self.query_one(StandingList).show(talk.standings(self.consultation))
        findings = self.query_one("#found", OptionList)
        findings.set_options(map(_finding, recommendation.findings))
        findings.highlighted = 0 if recommendation.findings else None
        if self.desk.probing is not None:
            self.think(partial(self.desk.probing.worth, self._given), self._show_worth)
        else:
            self._look_at_machines()

    def _show_worth(self, options: tuple[str, ...]) -> None:
        if options:
            worth = self.query_one("#worth", Static)
            worth.update(f"How fast {listed(options)} are here can still change this: ctrl+r measures it.")
            worth.display = True
        self._look_at_machines()

    def _look_at_machines(self) -> None:
        if self.desk.machines is not None:
            self.think(partial(self.desk.machines, self._given), self._show_machines)

    def _show_machines(self, decision: FleetDecision) -> None:
        self.query_one("#machines TextPane", TextPane).show(machines(decision))

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
        """To a tab, if it is there, with the keys in what there is to move in."""
        for pane in self.query(f"#{page}"):
            self.query_one(TabbedContent).active = page
            pane.query("OptionList, TextPane").first().focus()


def _finding(finding: Finding) -> Option:
    return Option(Content.assemble((f"{finding.id}  ", "bold"), finding.message), id=finding.id)
