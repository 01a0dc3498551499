"""The answers to choose from, narrowed by what is typed."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from advisor.inquiry.interview import Asked
from advisor.model.answers import Answer

UNKNOWN, NONE, DONE = "?unknown", "?none", "?done"
"""Rows that are no words: it is not known, none of the words, those that are marked."""


class Choices(OptionList):
    """One row for each word, and always one for not knowing."""

    BINDINGS = [  # noqa: RUF012  (as Textual has it)
        Binding("enter", "confirm", "Answer"),
        Binding("space", "mark", "Mark", show=False),
    ]

    class Chosen(Message):
        """An answer; None where it is not known."""

        def __init__(self, value: Answer | None) -> None:
            super().__init__()
            self.value = value

    class Typed(Message):
        """A character that begins a filter."""

        def __init__(self, character: str) -> None:
            super().__init__()
            self.character = character

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._asked: Asked | None = None
        self._filter = ""
        self._marked: set[str] = set()

    @property
    def several(self) -> bool:
        """Whether several words can be one answer."""
        return self._asked is not None and self._asked.attribute.kind == "words"

    def ask(self, asked: Asked) -> None:
        """Offer the answers of a question, with the one that is there marked."""
        self._asked, self._filter = asked, ""
        given = asked.given
        self._marked = set(given) if isinstance(given, tuple) else set()
        self._fill(given if isinstance(given, str) else UNKNOWN if asked.origin == "unknown" else "")

    def narrow(self, text: str) -> None:
        """Offer only the words in which everything that was typed occurs."""
        self._filter = text.lower().replace(" ", "_") if text else ""
        self._fill()

    def action_confirm(self) -> None:
        """Answer with what is highlighted, or with everything that is marked."""
        row = self.highlighted_option
        if row is None or row.id is None:
            return
        if row.id == UNKNOWN:
            self.post_message(self.Chosen(None))
        elif row.id == NONE:
            self.post_message(self.Chosen(()))
        elif not self.several:
            self.post_message(self.Chosen(row.id))
        else:
            self.post_message(self.Chosen(self._in_order() or (row.id,)))

    def action_mark(self) -> None:
        """Mark the highlighted word, or take the mark away."""
        row = self.highlighted_option
        if row is not None and row.id is not None:
            self._toggle(row.id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click answers; where several words fit, it marks."""
        event.stop()
        if self.several and event.option_id in self._words():
            self._toggle(str(event.option_id))
        else:
            self.action_confirm()

    def on_resize(self) -> None:
        """Give the words what room there is now."""
        row = self.highlighted_option
        self._fill((row.id if row else None) or "")

    def on_key(self, event: events.Key) -> None:
        """Letters begin a filter."""
        if event.character and event.character.isalnum():
            event.stop()
            self.post_message(self.Typed(event.character))

    def _words(self) -> tuple[str, ...]:
        return self._asked.attribute.words if self._asked else ()

    def _in_order(self) -> tuple[str, ...]:
        return tuple(word for word in self._words() if word in self._marked)

    def _toggle(self, word: str) -> None:
        if self.several and word in self._words():
            self._marked ^= {word}
            self._fill(word)

    def _fill(self, highlight: str = "") -> None:
        rows = list(self._rows())
        self.set_options(rows)
        ids = [row.id for row in rows]
        words = [i for i, name in enumerate(ids) if name not in (DONE, UNKNOWN, NONE)]
        # What is typed and names nothing answers nothing.
        first = words[0] if words else None if self._filter else 0
        self.highlighted = ids.index(highlight) if highlight in ids else first

    def _rows(self) -> Iterator[Option]:
        if self._asked is None:
            return
        if self._marked:
            yield Option(Content.assemble(("go on with what is marked", "bold")), id=DONE)
        yield Option(Content.assemble(("don't know", "italic")), id=UNKNOWN)
        if self.several:
            yield Option(Content.assemble(("none of them", "italic")), id=NONE)
        found = [word for word in self._words() if self._filter in word or self._filter in self._meaning(word)]
        widest = max((len(word) for word in found if self._meaning(word)), default=0)
        if not found and self._filter:
            yield Option("no word matches: escape clears the line", disabled=True)
        for word in found:
            yield Option(self._row(word, widest), id=word)

    def _row(self, word: str, widest: int) -> Content:
        """The word and what it means, as much of it as leaves room for where it leads."""
        mark = ("[x] " if word in self._marked else "[ ] ") if self.several else ""
        leader = self._asked.leads_to.get(word, "").replace("_", " ") if self._asked else ""
        meaning = self._meaning(word)
        arrow = Content.assemble((f"  → {leader}" if leader else "", "$text-accent"))
        said = Content.assemble(
            mark, f"{word:{widest}}" if meaning else word, (f"  {meaning}" if meaning else "", "dim")
        )
        room = self.scrollable_content_region.width - arrow.cell_length
        return Content.assemble(said.truncate(room, ellipsis=True) if room > 0 else said, arrow)

    def _meaning(self, word: str) -> str:
        return self._asked.attribute.meanings.get(word, "") if self._asked else ""
