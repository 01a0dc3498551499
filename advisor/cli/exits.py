"""What the program says by its exit status."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Fixed: scripts rely on them."""

    ANSWER = 0
    """An answer, or whatever else was asked for."""
    USAGE = 2
    """Bad usage, answers, knowledge, rules or policy; `rules check`, `knowledge check` and `verify`, `policy check`:
    something is wrong."""
    BUG = 3
    """A bug; the message says where the report was written."""
    NO_ANSWER = 4
    """No answer; `status` says why."""
    CHANGED = 5
    """`check`: the recommendation has changed; `diff`: the verdicts differ."""
    EXPIRED = 6
    """`check`: evidence has expired or a component has reached its end of life; `knowledge stale`: so have facts."""
    POLICY = 7
    """An enforced policy is violated by what is recommended, with severity error; an audit says so and exits with 0."""
    INTERRUPTED = 130
    """Stopped from the keyboard."""
