"""Holds plain data against the annotations of a model; the only place where pydantic validates files."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from advisor.loading.problems import Problems, nearest, shown

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError
    from pydantic_core import ErrorDetails

    from advisor.loading.documents import Document
    from advisor.loading.problems import Path as KeyPath

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
        _tell(error, kind, document, problems, path)
    return None


def validate_json(kind: type[T], content: bytes, document: Document, problems: Problems) -> T | None:
    """The same of JSON that the document was read from, where a number is no text and a text no number."""
    from pydantic import ValidationError  # noqa: PLC0415

    try:
        return adapter(kind).validate_json(content, strict=True)
    except ValidationError as error:
        _tell(error, kind, document, problems, ())
    return None


def _tell(error: ValidationError, kind: Any, document: Document, problems: Problems, path: KeyPath) -> None:
    data = document.data
    for key in path:
        data = data[key]
    for detail in error.errors(include_url=False):
        at = _keys(detail, data)
        message, hint = _explain(detail, kind)
        problems.add(message, document.place(path + at), hint)


def _forbid_extra_keys() -> None:
    """Set on the models from here, so that they themselves need no pydantic."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("advisor.model.", "advisor.loading.")):
            for value in vars(module).values():
                if isinstance(value, type) and dataclasses.is_dataclass(value):
                    value.__pydantic_config__ = {"extra": "forbid", "use_attribute_docstrings": True}  # type: ignore[attr-defined]


def _keys(detail: ErrorDetails, data: Any) -> KeyPath:
    """Pydantic's address without what names no key of the file, such as the branch of a union."""
    at: list[str | int] = []
    for part in detail["loc"]:
        listed = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if listed or (isinstance(data, dict) and part in data):
            data = data[part]
            at.append(part)
    return (*at, detail["loc"][-1]) if detail["type"] == "missing" else tuple(at)


def _explain(detail: ErrorDetails, kind: Any) -> tuple[str, str]:
    what, value = detail["type"], detail["input"]
    if what in ("unexpected_keyword_argument", "extra_forbidden"):
        key = detail["loc"][-1]
        return f"the key {shown(key)} is not known here.", nearest(key, _field_names(kind))
    if what == "missing":
        return f"the key {shown(detail['loc'][-1])} is missing.", ""
    if what == "literal_error":
        allowed = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{shown(value)} is not allowed.", nearest(value, allowed)
    expected = detail["msg"].removeprefix("Input should be ")
    return f"{shown(value)} should be {expected}.", ""


def _field_names(kind: Any) -> set[str]:
    """Every field of a model and of the models in it: the candidates for a mistyped key."""
    names: set[str] = set()
    seen: set[Any] = set()
    waiting = [kind]
    while waiting:
        part = waiting.pop()
        waiting.extend(get_args(part))
        if dataclasses.is_dataclass(part) and part not in seen:
            seen.add(part)
            names |= {field.name for field in dataclasses.fields(part)}
            waiting.extend(get_type_hints(part).values())
    return names
