"""Text that is longer than the screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static


class TextPane(VerticalScroll):
    """Lines as they are, all columns for text, and below them which of the lines are seen."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002  (the name is Textual's)
        super().__init__(id=id)
        self._text = Static(text.rstrip("\n"), markup=False)

    def compose(self) -> ComposeResult:
        """The text."""
        yield self._text

    def show(self, text: str, *, again: bool = False) -> None:
        """Show another text from its beginning, or the same with more in it, at the lines that are seen."""
        self._text.update(text.rstrip("\n"))
        if not again:
            self.scroll_home(animate=False)
        self.call_after_refresh(self._tell)

    def on_mount(self) -> None:
        """Tell once everything has its place."""
        self.call_after_refresh(self._tell)

    def on_resize(self) -> None:
        """Tell again, for other lines are seen."""
        self._tell()

    def watch_virtual_size(self) -> None:
        """Tell again, for there are more lines or fewer."""
        self._tell()

    def watch_scroll_y(self, old: float, new: float) -> None:
        """Tell again, for other lines are seen."""
        super().watch_scroll_y(old, new)
        self._tell()

    def _tell(self) -> None:
        whole, seen = self.virtual_size.height, self.scrollable_content_region.height
        start = round(self.scroll_y)
        more = whole > seen > 0
        self.border_subtitle = f"lines {start + 1} to {min(whole, start + seen)} of {whole}" if more else ""
