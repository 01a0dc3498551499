"""A recommendation in every format: one module each, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.model.recommendation import Recommendation
from advisor.render import json, text

Render = Callable[[Recommendation], str]

FORMATS: Mapping[str, Render] = {"text": text.render, "detail": text.render_detail, "json": json.render}
"""By name; each ends with a line break."""
