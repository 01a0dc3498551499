"""A recommendation in every format: one module each, and the table of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, cast

from advisor.model.recommendation import Recommendation

if TYPE_CHECKING:
    from advisor.model.measurement import Measurements

Render = Callable[[Recommendation], str]

FORMATS: Mapping[str, tuple[str, str]] = {
    "text": ("text", "render"),
    "detail": ("text", "render_detail"),
    "json": ("json", "render"),
    "markdown": ("markdown", "render"),
    "adr": ("adr", "render"),
    "html": ("html", "render"),
}
"""By name, the module here and the function in it; what that returns ends with a line break."""

_SHOWING_RUNS = frozenset({"html"})
"""Formats that show the measurements themselves; the others name them."""


def rendering(form: str, measured: Measurements | None = None) -> Render:
    """The function for a format, whose module is imported when it is asked for; `measured` is the run at hand."""
    module, name = FORMATS[form]
    function = getattr(importlib.import_module(f"advisor.render.{module}"), name)
    return cast("Render", partial(function, measured=measured) if form in _SHOWING_RUNS else function)
