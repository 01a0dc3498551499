"""A decision for many kinds of machine in every format: one module each, and the table of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import cast

from advisor.model.fleet import FleetDecision

FORMATS: Mapping[str, tuple[str, str]] = {
    "text": ("text", "render"),
    "detail": ("text", "render_detail"),
    "json": ("json", "render"),
    "markdown": ("markdown", "render"),
    "adr": ("adr", "render"),
    "html": ("html", "render"),
}
"""By name, the module here and the function in it; what that returns ends with a line break."""


def rendering(form: str) -> Callable[[FleetDecision], str]:
    """The function for a format; its module is imported when it is asked for."""
    module, name = FORMATS[form]
    return cast(
        "Callable[[FleetDecision], str]", getattr(importlib.import_module(f"advisor.render.fleet.{module}"), name)
    )
