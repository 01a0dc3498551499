"""What every page has in common: templates in which each text is escaped, and stays text whatever it says."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from advisor.loading.problems import printable
from advisor.model.recommendation import Evidence
from advisor.render.lines import listed
from advisor.render.sources import places
from advisor.render.summary import changed, in_words


def page(template: str, **shown: Any) -> str:
    """A page: no script, nothing loaded from anywhere, light and dark, on a screen and on paper."""
    environment = Environment(
        loader=PackageLoader("advisor.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters |= {
        "anchor": _anchor,
        "changed": changed,
        "linked": _linked,
        "listed": listed,
        "percent": "{:.0%}".format,
        "words": in_words,
    }
    return environment.get_template(template).render(**shown).rstrip("\n") + "\n"


def _shown(value: object) -> object:
    """A text without anything that a terminal or a reader's eye obeys: control characters and turns of direction."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _anchor(identity: str) -> str:
    """An id as an address within the page has it."""
    return f"id-{quote(identity, safe='')}"


def _linked(evidence: Evidence) -> Markup:
    """The source with its addresses as links."""
    said = Markup()
    for text, address in places(printable(evidence.source)):
        said += Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, text) if address else text
    return said
