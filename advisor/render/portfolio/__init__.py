"""A portfolio in every format: one module each, and the table of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from advisor.model.portfolio import Portfolio

FORMATS = ("text", "markdown", "html", "json")
"""By name, which is that of the module here; what its `render` returns ends with a line break."""


def rendering(form: str) -> Callable[[Portfolio], str]:
    """The function for a format; its module is imported when it is asked for."""
    return cast("Callable[[Portfolio], str]", importlib.import_module(f"advisor.render.portfolio.{form}").render)
