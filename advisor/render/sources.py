"""Where something comes from, in parts that can be followed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisor.model.recommendation import Evidence
from advisor.render.lines import as_markdown

_ADDRESS = re.compile(r"https://[^\s<>()\[\]`|\\\"']+")
_FILE = re.compile(r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*):([\w./-]+)@([0-9a-f]{7,40})")
"""`owner/name:path@commit`: a file on GitHub."""


def places(source: str) -> Iterator[tuple[str, str]]:
    """The source in parts, each with the address it leads to; empty where it leads nowhere."""
    links, end = [*_ADDRESS.finditer(source), *_FILE.finditer(source)], 0
    for found in sorted(links, key=lambda match: match.start()):
        if found.start() < end:
            continue
        if before := source[end : found.start()]:
            yield before, ""
        yield found[0], _address(found)
        end = found.end()
    if rest := source[end:]:
        yield rest, ""


def linked(source: str) -> str:
    """The source in Markdown, with its addresses as links; everything else stays what it is."""
    parts = (_link(said, address) if address else as_markdown(said) for said, address in places(source))
    return " ".join(filter(None, parts))


def cited(evidence: Evidence) -> str:
    """A piece of evidence with its source, day and grade."""
    aged = f", to be looked at again since {evidence.expires}" if evidence.expired else ""
    origin = f" from {as_markdown(evidence.origin)}" if evidence.origin else ""
    about = f"{as_markdown(evidence.id)}{origin}: {as_markdown(evidence.statement)}"
    when = ", ".join(filter(None, [as_markdown(evidence.observed), as_markdown(evidence.grade)]))
    return f"{about} {linked(evidence.source)} ({when}{aged})"


def _address(found: re.Match[str]) -> str:
    if found.re is _ADDRESS:
        return found[0]
    where, path, commit = found.groups()
    return f"https://github.com/{where}/blob/{commit}/{path}"


def _link(said: str, address: str) -> str:
    return f"<{address}>" if said == address else f"[{as_markdown(said)}]({address})"
