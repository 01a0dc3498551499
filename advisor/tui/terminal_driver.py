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
    """Reads as Textual does, and looks at the time once more after what it has read."""

    def run_input_thread(self) -> None:
        """Hand on keys and what the terminal says, until the questionnaire is left."""
        parser, decode = XTermParser(self._debug), getincrementaldecoder("utf-8")().decode
        wait_s = _IDLE_S
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                ready = selector.select(wait_s)
                typed = decode(os.read(self.fileno, 4096)) if ready else ""
                for event in parser.feed(typed) if typed else ():
                    self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
                wait_s = constants.ESCAPE_DELAY if ready else _IDLE_S
