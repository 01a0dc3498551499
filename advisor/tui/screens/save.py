"""Saves answers or recommendation under a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from advisor.errors import InputError
from advisor.loading.folders import is_there
from advisor.tui.thinking import Thinking

FORMS: Mapping[str, tuple[str, str]] = {
    "answers": ("answers, which `recommend --answers` reads (YAML)", "answers.yaml"),
    "json": ("the recommendation, for programs (JSON)", "recommendation.json"),
    "adr": ("the recommendation as a decision record (MADR)", "decision.md"),
    "html": ("the recommendation as a page for a review (HTML)", "recommendation.html"),
    "markdown": ("the recommendation, for a pull request (Markdown)", "recommendation.md"),
    "detail": ("the recommendation with everything behind it (text)", "recommendation.txt"),
}
"""What can be saved: what it is, and what it is called if nothing else is said."""


class SaveScreen(Thinking, ModalScreen[str]):
    """Asks what is to be saved and where; comes back with the path, or nothing."""

    BINDINGS = [Binding("escape", "dismiss('')", "Cancel")]  # noqa: RUF012  (as Textual has it)
    HELP = """\
Choose what is to be saved, then a name for the file, and press enter.
A file that is there already is only replaced when enter is pressed again.
"""

    def __init__(self, texts: Callable[[str], str], write: Callable[[str, str], None], *, download: bool) -> None:
        super().__init__()
        self._texts, self._write, self._download = texts, write, download
        self._agreed = ""

    def compose(self) -> ComposeResult:
        """What, and where."""
        with Vertical(id="dialog"):
            asked = "Download what, under which name?" if self._download else "Save what, and where?"
            yield Static(f"{asked}  tab between them, enter saves, esc cancels", markup=False)
            yield OptionList(*(Option(about, id=form) for form, (about, _) in FORMS.items()), id="forms", markup=False)
            yield Input(FORMS["answers"][1], id="path", compact=True, select_on_focus=False)
            yield Static(id="problem", markup=False)

    def on_mount(self) -> None:
        """Answers first."""
        self.query_one("#forms", OptionList).highlighted = 0
        self.query_one("#path").focus()

    @on(OptionList.OptionHighlighted, "#forms")
    def rename(self, event: OptionList.OptionHighlighted) -> None:
        """Propose the name that goes with what is to be saved, unless another one was typed."""
        line = self.query_one("#path", Input)
        if line.value in {name for _, name in FORMS.values()}:
            line.value = FORMS[str(event.option_id)][1]

    @on(OptionList.OptionSelected, "#forms")
    def go_on(self) -> None:
        """On to the name."""
        self.query_one("#path").focus()

    @on(Input.Submitted, "#path")
    def save(self, event: Input.Submitted) -> None:
        """Write the file."""
        path = event.value.strip()
        if not path:
            self._say("Type a name for the file.")
        elif not self._download and is_there(path) and self._agreed != path:
            self._agreed = path
            self._say(f"{path} is there already: enter once more replaces it.")
        else:
            form = self.query_one("#forms", OptionList).highlighted_option
            self.think(partial(self._texts, str(form.id if form else "answers")), partial(self._save_as, path))

    def say_thinking(self, *, thinking: bool) -> None:
        """Say below the name that the file is not written yet."""
        self._say("thinking…" if thinking else "")

    def _save_as(self, path: str, text: str) -> None:
        try:
            self._write(text, path)
        except InputError as error:
            said = "; ".join(f"{problem.place}: {problem.message}" for problem in error.problems)
            self._say(f"{said} Choose another name.")
        except (OSError, ValueError) as error:
            self._say(f"{error}. Choose another name.")
        else:
            self.dismiss(path)

    def _say(self, said: str) -> None:
        self.query_one("#problem", Static).update(said)
