"""Ends what takes long before its time, from another thread or from the handler of a signal."""

from __future__ import annotations

from collections.abc import Callable


class Halt:
    """Is asked for once; what goes on looks at it, or is woken by it."""

    def __init__(self) -> None:
        self.asked = False
        self._wakes: list[Callable[[], None]] = []

    def ask(self) -> None:
        """End it as soon as possible, and keep what there is."""
        self.asked = True
        for wake in tuple(self._wakes):
            wake()

    def wakes(self, wake: Callable[[], None]) -> None:
        """Call this when it is asked for, or at once where it was; it may come from any thread, and more than once."""
        self._wakes.append(wake)
        if self.asked:
            wake()
