"""A terminal of POSIX, where a lone escape is told from the beginning of another key as soon as it can be.

Both begin with the same byte, and only time tells them apart. Textual's own driver looks at the time every tenth of a
second, whatever `ESCDELAY` says, so that each way back would take that much longer.
"""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

_IDLE_S = 0.1
"""How often it is looked whether the questionnaire has been left."""


class TerminalDriver(LinuxDriver):
    """Reads as Textual does, and after what it has read looks soon whether nothing follows."""

    def run_input_thread(self) -> None:
        """Hand on keys and what the terminal says, until the questionnaire is left."""
        parser, decode = XTermParser(self._debug), getincrementaldecoder("utf-8")().decode
        wait_s = _IDLE_S
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(wait_s):
                    typed = decode(os.read(self.fileno, 4096))
                    # A part of a character is nothing yet, which the parser would take for the end.
                    events, wait_s = (parser.feed(typed) if typed else ()), constants.ESCAPE_DELAY
                else:
                    # Only where nothing follows is it looked at the time: what is read late was not typed late.
                    events, wait_s = parser.tick(), _IDLE_S
                for event in events:
                    self.process_message(event)
