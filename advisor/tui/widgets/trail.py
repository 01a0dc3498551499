"""What was said so far, each entry a way back to it."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from advisor.inquiry.interview import Interview
from advisor.inquiry.whatif import said_answer
from advisor.model.answers import Answer, Situation


class Trail(OptionList):
    """The answers in their order, then what a project says and what was detected; choosing one goes to its question."""

    BORDER_TITLE = "Your answers"
    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("enter", "select", "Change"),
        Binding("delete,backspace", "take_back", "Take back", key_display="del"),
    ]

    class TakenBack(Message):
        """An answer that is not to count any more."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)

    def show(self, interview: Interview, situation: Situation) -> None:
        """Show what was said, and what is known without being asked."""
        rows = [_row(key, value, "") for key, value in interview.said.items()]
        rows += [
            _row(key, value, situation.origins[key])
            for key, value in situation.answers.items()
            if key not in interview.said and situation.origins[key] in ("project", "detected")
        ]
        self.set_options(rows)
        if rows:
            # The newest is the one that is most likely to be looked for.
            self.highlighted = max(0, len(interview.said) - 1)
            self.scroll_to_highlight()
        self.border_subtitle = "" if rows else "none yet"

    def action_take_back(self) -> None:
        """Take the highlighted answer back."""
        if self.highlighted_option is not None and self.highlighted_option.id is not None:
            self.post_message(self.TakenBack(self.highlighted_option.id))


def _row(key: str, value: Answer | None, origin: str) -> Option:
    said = "don't know" if value is None else _said(value)
    return Option(
        Content.assemble((f"{key} ", "bold"), said, (f"  ({origin})" if origin else "", "dim")),
        id=key,
    )


def _said(value: Answer) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {inner}" for key, inner in value.items())
    return said_answer(value)
