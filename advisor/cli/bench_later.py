"""What can be measured on this machine, loaded when somebody first asks: no first question waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.evidence.halt import Halt
    from advisor.evidence.probing.plan import Plan, Report
    from advisor.inquiry.prospect import Prospect
    from advisor.model.answers import Answers
    from advisor.tui.desk import Measured, Probing


class BenchLater:
    """The doors of a bench that is made at first use, in the thread that uses it."""

    def __init__(self, make: Callable[[], Probing]) -> None:
        self._make = make
        self._made: Probing | None = None

    def worth(self, answers: Answers) -> tuple[str, ...]:
        """The options whose speed here could still change the answer."""
        return self._bench.worth(answers)

    def look(self, answers: Answers) -> Prospect:
        """What can be measured, and what is worth it."""
        return self._bench.look(answers)

    def measure(self, plan: Plan, answers: Answers, report: Report, halt: Halt) -> Measured:
        """Measure and store it."""
        return self._bench.measure(plan, answers, report, halt)

    def order(self, framework: str) -> str:
        """What an environment for a framework takes."""
        return self._bench.order(framework)

    def make(self, framework: str, say: Callable[[str], None], halt: Halt) -> str:
        """Make it."""
        return self._bench.make(framework, say, halt)

    @property
    def _bench(self) -> Probing:
        if self._made is None:
            self._made = self._make()
        return self._made
