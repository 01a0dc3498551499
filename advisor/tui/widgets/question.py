"""One question: what is asked, why, and the answers to it."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from advisor.inquiry.interview import Asked
from advisor.model.answers import Answer
from advisor.render.lines import listed
from advisor.tui.widgets.choices import Choices

_ORIGINS = {
    "project": "Read from the project; answer to say otherwise.",
    "detected": "Detected on this machine; answer to say otherwise.",
    "implied": "Follows from your other answers; answer to say otherwise.",
    "answered": "Answered before; answer again to change it.",
    "unknown": "You said that this is not known; answer to change it.",
}
_TYPED = ("number", "text")


class Typing(Input):
    """A line to type in that hands the keys of a list on to the list."""

    def on_key(self, event: events.Key) -> None:
        """Move in the list without leaving the line."""
        moves = {"up": "cursor_up", "down": "cursor_down", "pageup": "page_up", "pagedown": "page_down"}
        choices = self.screen.query_one(Choices)
        if event.key in moves:
            event.stop()
            getattr(choices, f"action_{moves[event.key]}")()
        elif event.key == "space" and choices.several:
            event.stop()
            event.prevent_default()
            choices.action_mark()
        elif event.key == "escape" and self.value:
            event.stop()
            self.value = ""


class QuestionPane(Vertical):
    """The question at hand."""

    class Answered(Message):
        """An answer to a key; None where it is not known."""

        def __init__(self, key: str, value: Answer | None) -> None:
            super().__init__()
            self.key, self.value = key, value

    class Entered(Message):
        """What was typed as an answer to a key, not checked yet."""

        def __init__(self, key: str, text: str) -> None:
            super().__init__()
            self.key, self.text = key, text

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._asked: Asked | None = None

    def compose(self) -> ComposeResult:
        """Text, reasons, a line to type in and the choices."""
        yield Static(id="text", markup=False)
        yield Static(id="why", markup=False)
        yield Static(id="origin", markup=False)
        yield Static(id="problem", markup=False)
        yield Typing(id="typing", compact=True, select_on_focus=False)
        yield Choices(id="choices")

    def ask(self, asked: Asked) -> None:
        """Show another question."""
        self._asked = asked
        typed = asked.attribute.kind in _TYPED
        self._say("#text", asked.text)
        self._say("#why", " ".join(filter(None, [asked.why, _separates(asked)])))
        self._say("#origin", _ORIGINS.get(asked.origin, ""))
        self.complain("")
        line = self.query_one(Typing)
        with line.prevent(Input.Changed):
            line.value = str(asked.given) if typed and asked.given is not None else ""
        line.placeholder = _hint(asked)
        choices = self.query_one(Choices)
        line.display = choices.display = True
        choices.ask(asked)
        (line if typed else choices).focus()

    def wait(self) -> None:
        """Take no answer until the next question is there: what comes in between was not meant for it."""
        self._asked = None

    def end(self) -> None:
        """Say that nothing is left to ask."""
        self._asked = None
        self._say("#text", "Nothing that is still open can change the answer.")
        self._say("#why", "ctrl+n or f2 shows the verdict; tab leads to your answers, where each can be changed.")
        for selector in ("#origin", "#problem"):
            self._say(selector, "")
        self.query_one(Typing).display = False
        self.query_one(Choices).display = False
        self.screen.query_one("#trail").focus()

    def complain(self, problem: str) -> None:
        """Say what is wrong with what was typed."""
        self._say("#problem", problem)

    @on(Input.Changed, "#typing")
    def narrow(self, event: Input.Changed) -> None:
        """Narrow the choices to what is typed."""
        event.stop()
        if self._asked is not None and self._asked.attribute.kind not in _TYPED:
            self.query_one(Choices).narrow(event.value)

    @on(Input.Submitted, "#typing")
    def enter(self, event: Input.Submitted) -> None:
        """Answer with what is typed, or with what the list has highlighted."""
        event.stop()
        if self._asked is not None and self._asked.attribute.kind in _TYPED and event.value.strip():
            self.post_message(self.Entered(self._asked.attribute.name, event.value.strip()))
        else:
            self.query_one(Choices).action_confirm()

    def on_choices_typed(self, event: Choices.Typed) -> None:
        """Go on typing in the line."""
        event.stop()
        line = self.query_one(Typing)
        line.focus()
        line.insert_text_at_cursor(event.character)

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        """Say which question was answered."""
        event.stop()
        if self._asked is not None:
            self.post_message(self.Answered(self._asked.attribute.name, event.value))

    def _say(self, selector: str, said: str) -> None:
        """Show a text; where there is none, it takes no line."""
        found = self.query_one(selector, Static)
        found.update(said)
        found.display = bool(said)


def _separates(asked: Asked) -> str:
    could = [option.replace("_", " ") for option in asked.could_become]
    return f"It could become {listed(could, 'or')}." if could else ""


def _hint(asked: Asked) -> str:
    if asked.attribute.kind in _TYPED:
        return "type the answer, then enter"
    return "type to filter, space to mark" if asked.attribute.kind == "words" else "type to filter"
