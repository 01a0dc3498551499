"""A page of `advisor serve`, where a lone escape is told as soon as on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual import constants
from textual.drivers._input_reader import InputReader
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Looks at the time once more after what it has read."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._input_reader = _Reader()


class _Reader(InputReader):
    """Gives what the page sends, and nothing after it and whenever it has waited in vain."""

    def __iter__(self) -> Iterator[bytes]:
        usual, heard = self.timeout, False
        for sent in super().__iter__():
            self.timeout = constants.ESCAPE_DELAY if sent or heard else usual
            heard = bool(sent)
            yield sent
