"""What goes wrong in a cluster, in words."""

from __future__ import annotations

_LONGEST = 300
"""Characters of what Ray says that are shown."""


def brief(error: BaseException) -> str:
    """What an error says, on one line: the beginning of it, or where it holds tracebacks its last line."""
    cause = getattr(error, "cause", None)
    told = cause if isinstance(cause, BaseException) else error
    said = str(getattr(told, "strerror", None) or told).strip()
    if "Traceback (most recent call last)" in said:
        said = said.splitlines()[-1]
    said = " ".join(said.split()).rstrip(".") or type(told).__name__
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} [...]"


def other_program(there: str, here: str) -> str:
    """That a node has another version of this program than the one that asks."""
    return f"it has advisor {there}, and this is {here}"
