"""What an examination of a policy came to, in words for a terminal."""

from __future__ import annotations

from advisor.model.audit import PolicyAudit
from advisor.render.lines import listed, text, wrapped
from advisor.render.rules import remarks


def examined(found: PolicyAudit) -> str:
    """What an examination of a policy came to: what it asks and leaves, and what is wrong, each on a line."""
    lines = wrapped(f"{found.name or 'unnamed'}  {found.digest}", 0, 2)
    for point, said in found.asks.items():
        lines += wrapped(f"{point}: {said}", 0, 2)
    lines += wrapped(f"Enforced, it allows {listed(found.allowed) or 'no option'}.", 0, 2)
    lines += wrapped(f"It leaves an option in {found.left} of {found.cases} cases that have one without it.", 0, 2)
    return text([*lines, *remarks("note", found.notes), *remarks("problem", found.problems)])
