"""Where something comes from, as Markdown that can be followed."""

from __future__ import annotations

import re

from advisor.model.recommendation import Evidence
from advisor.render.lines import as_markdown

_ADDRESS = re.compile(r"https://[^\s<>()\[\]`|\\\"']+")
_FILE = re.compile(r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*):([\w./-]+)@([0-9a-f]{7,40})")
"""`owner/name:path@commit`: a file on GitHub."""


def linked(source: str) -> str:
    """The source with its addresses as links; everything else stays what it is."""
    said, links, end = [], [*_ADDRESS.finditer(source), *_FILE.finditer(source)], 0
    for found in sorted(links, key=lambda match: match.start()):
        if found.start() < end:
            continue
        said += [as_markdown(source[end : found.start()]), _link(found)]
        end = found.end()
    said.append(as_markdown(source[end:]))
    return " ".join(filter(None, said))


def cited(evidence: Evidence) -> str:
    """A piece of evidence with its source, day and grade."""
    aged = f", to be looked at again since {evidence.expires}" if evidence.expired else ""
    origin = f" from {as_markdown(evidence.origin)}" if evidence.origin else ""
    about = f"{as_markdown(evidence.id)}{origin}: {as_markdown(evidence.statement)}"
    when = ", ".join(filter(None, [as_markdown(evidence.observed), as_markdown(evidence.grade)]))
    return f"{about} {linked(evidence.source)} ({when}{aged})"


def _link(found: re.Match[str]) -> str:
    if found.re is _ADDRESS:
        return f"<{found[0]}>"
    where, path, commit = found.groups()
    return f"[{as_markdown(found[0])}](https://github.com/{where}/blob/{commit}/{path})"
