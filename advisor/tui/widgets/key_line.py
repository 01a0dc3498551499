"""The keys that can be pressed, on the last line of a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.screen import Screen


class KeyLine(Widget):
    """Every key that is shown with what it does; a click presses it.

    It is one line that is drawn, since the keys are others wherever the focus goes: Textual's own footer is one widget
    for each key, and makes all of them anew before anything else of the screen is drawn.
    """

    ALLOW_SELECT = False
    _hovered = reactive("")

    def __init__(self, *, palette: bool = True) -> None:
        super().__init__()
        self._palette = palette
        """Whether the command palette is named too, where there is room for it; it is in the help anyway."""

    def on_mount(self) -> None:
        """Other keys are another line."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed, immediate=True)

    def render(self) -> Content:
        """The keys of whatever has the focus, of the screen and of the application."""
        active = self.screen.active_bindings
        first: dict[str, Binding] = {}
        for found in active.values():
            if found.binding.show:
                first.setdefault(found.binding.action, found.binding)
        keys = Content(" ").join(map(self._key, first.values()))
        palette = active.get(self.app.COMMAND_PALETTE_BINDING)
        if palette is None or not self._palette or not self.screen.has_class("wide"):
            return keys
        last = Content.assemble(("▏", "$foreground 20%"), self._key(palette.binding), " ")
        return Content.assemble(keys, " " * (self.size.width - keys.cell_length - last.cell_length), last)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show what a click would press."""
        self._hovered = event.style.meta.get("key", "")

    def on_leave(self) -> None:
        """There is nothing to click."""
        self._hovered = ""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key."""
        if key := event.style.meta.get("key"):
            self.app.simulate_key(key)

    def _changed(self, _: Screen[object]) -> None:
        self.refresh()

    def _key(self, binding: Binding) -> Content:
        display = self.app.get_key_display(binding)
        key = Content.assemble((display, "bold $footer-key-foreground"), f" {binding.description}")
        key = key.stylize(Style.from_meta({"key": binding.key}))
        return key.stylize("on $block-hover-background") if self._hovered == binding.key else key
