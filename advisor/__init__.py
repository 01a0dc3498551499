"""Answers which AI framework, and which stack around it, to build on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.api.functions import check, compare, explain, next_question, read_project, recommend, rendered
    from advisor.api.knowledge import Knowledge
    from advisor.errors import AdvisorError, Problem
    from advisor.inquiry.interview import Asked
    from advisor.model.check import Check
    from advisor.model.comparison import Comparison
    from advisor.model.explanation import Explanation
    from advisor.model.project import Survey
    from advisor.model.recommendation import Recommendation

__version__ = "0.1.0"

__all__ = [
    "AdvisorError",
    "Asked",
    "Check",
    "Comparison",
    "Explanation",
    "Knowledge",
    "Problem",
    "Recommendation",
    "Survey",
    "__version__",
    "check",
    "compare",
    "explain",
    "next_question",
    "read_project",
    "recommend",
    "rendered",
]

_MODULES = {
    "AdvisorError": "errors",
    "Asked": "inquiry.interview",
    "Check": "model.check",
    "Comparison": "model.comparison",
    "Explanation": "model.explanation",
    "Knowledge": "api.knowledge",
    "Problem": "errors",
    "Recommendation": "model.recommendation",
    "Survey": "model.project",
}
"""Where a public name stands; what is not here is a function of `api`."""


if not TYPE_CHECKING:  # To a type checker, a name that is not there is a mistake.

    def __getattr__(name: str) -> Any:
        """A public name, loaded when it is first asked for: to import the package costs next to nothing."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415

        found = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'api.functions')}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
