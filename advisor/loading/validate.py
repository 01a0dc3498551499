"""Holds plain data against the annotations of a model; the only place where pydantic validates files."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from advisor.loading.problems import Problems, nearest, shown

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

    from advisor.loading.problems import Path as KeyPath
    from advisor.loading.yaml_reader import Document

T = TypeVar("T")

_adapters: dict[Any, TypeAdapter[Any]] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """The validator of a model, built once; it refuses keys that the model does not have."""
    if kind not in _adapters:
        from pydantic import TypeAdapter  # noqa: PLC0415  (a warm start never needs it)

        _forbid_extra_keys()
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def validate(kind: type[T], document: Document, problems: Problems, path: KeyPath = ()) -> T | None:
    """The part of the document at `path` as a model, or nothing and its problems with their lines."""
    from pydantic import ValidationError  # noqa: PLC0415

    data = document.data
    for key in path:
        data = data[key]
    try:
        return adapter(kind).validate_python(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            message, hint, at = _explain(detail, kind)
            problems.add(message, document.place(path + at), hint)
    return None


def _forbid_extra_keys() -> None:
    """Set on the models from here, so that they themselves need no pydantic."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("advisor.model.", "advisor.loading.")):
            for value in vars(module).values():
                if isinstance(value, type) and dataclasses.is_dataclass(value):
                    value.__pydantic_config__ = {"extra": "forbid", "use_attribute_docstrings": True}  # type: ignore[attr-defined]


def _explain(detail: ErrorDetails, kind: Any) -> tuple[str, str, KeyPath]:
    at = tuple(part for part in detail["loc"] if not _is_branch(part))
    what, value = detail["type"], detail["input"]
    if what in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"the key {shown(at[-1])} is not known here.", nearest(at[-1], _field_names(kind)), at
    if what == "missing":
        return f"the key {shown(at[-1])} is missing.", "", at
    if what == "literal_error":
        allowed = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{shown(value)} is not allowed.", nearest(value, allowed), at
    expected = detail["msg"].removeprefix("Input should be ")
    return f"{shown(value)} should be {expected}.", "", at


def _is_branch(part: str | int) -> bool:
    """Whether a part of pydantic's address names a branch of a union rather than a key of the file."""
    return isinstance(part, str) and (part in ("str", "int", "float", "none") or "[" in part)


def _field_names(kind: Any) -> set[str]:
    """Every field of a model and of the models in it: the candidates for a mistyped key."""
    names: set[str] = set()
    own = sys.modules[kind.__module__]
    for module in (own, *(m for n, m in sys.modules.items() if n.startswith("advisor.model."))):
        for value in vars(module).values():
            if isinstance(value, type) and dataclasses.is_dataclass(value):
                names |= {f.name for f in dataclasses.fields(value)}
    return names
