"""Models to plain JSON values and back.

The way back trusts its input: it is for what this program wrote itself, and builds no validators. Whatever comes from
outside goes through `advisor.loading.validate`.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


_ALREADY = frozenset({str, int, float, bool, types.NoneType})
"""Types whose values are plain as they are."""


@cache
def _names(kind: Any) -> tuple[str, ...] | None:
    """The names of the fields of a model, in their order."""
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else None


def plain(value: Any) -> Any:
    """The value in mappings, lists, texts and numbers, keys in the order of the fields."""
    kind = type(value)
    if kind in _ALREADY:
        return value
    names = _names(cast("Hashable", kind))
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    return value


def brief(value: Any) -> Any:
    """The same without the fields that are as they are by default, which `structure` fills in again."""
    if type(value) in _ALREADY:
        return value
    defaults = _defaults(cast("Hashable", type(value)))
    if defaults is not None:
        found = ((name, getattr(value, name), default) for name, default in defaults.items())
        return {name: brief(item) for name, item, default in found if default is _NONE or item != default}
    if isinstance(value, Mapping):
        return {key: brief(item) for key, item in value.items()}
    return [brief(item) for item in value] if isinstance(value, (tuple, list)) else plain(value)


_NONE = object()


@cache
def _defaults(kind: Any) -> Mapping[str, Any] | None:
    """The default of each field of a model, in their order; `_NONE` where it has none."""
    if not is_dataclass(kind):
        return None
    made = {f.name: f.default_factory() for f in fields(kind) if f.default_factory is not MISSING}
    given = {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    return {f.name: {**made, **given}.get(f.name, _NONE) for f in fields(kind)}


def structure(kind: type[T], data: Any) -> T:
    """The model that `plain` or `brief` turned into this data."""
    built: T = _builder(cast("Hashable", kind))(data)
    return built


class Later(Mapping[str, Any]):
    """A mapping whose values are built when they are first asked for: of a knowledge base, most never are."""

    __slots__ = ("_build", "_built", "_data")

    def __init__(self, data: Mapping[str, Any], build: Callable[[Any], Any]) -> None:
        self._data, self._build = data, build
        self._built: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        """The value, built once."""
        if key not in self._built:
            self._built[key] = self._build(self._data[key])
        return self._built[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or the default where there is none."""
        return self[key] if key in self._data else default

    def __contains__(self, key: object) -> bool:
        return key in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __eq__(self, other: object) -> bool:
        return dict(self.items()) == dict(other.items()) if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


def _same(data: Any) -> Any:
    return data


@cache
def _builder(kind: Any) -> Callable[[Any], Any]:
    origin, args = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _dataclass_builder(kind)
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        item = _builder(args[0])
        return tuple if item is _same else lambda data: tuple([item(part) for part in data])
    if origin is tuple:
        items = [_builder(arg) for arg in args]
        return lambda data: tuple([item(part) for item, part in zip(items, data, strict=True)])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        item = _builder(args[1])
        return _same if item is _same else lambda data: Later(data, item)
    if origin in (Union, types.UnionType):
        return _union_builder(args)
    if origin is Literal or kind in (str, int, float, bool, object, types.NoneType, Any):
        return _same
    raise TypeError(f"no way to build {kind}")


def _union_builder(args: tuple[Any, ...]) -> Callable[[Any], Any]:
    builders = [_builder(arg) for arg in args]
    others = [build for build in builders if build is not _same]
    if not others:
        return _same
    if len(others) > 1:
        raise TypeError(f"no way to tell apart {args}")
    return lambda data: others[0](data) if isinstance(data, (list, dict)) else data


def _dataclass_builder(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    # Filled after the constructor below exists, since a model may contain itself.
    builders: dict[str, Callable[[Any], Any]] = {}

    def build(data: Any) -> Any:
        if not builders:
            builders.update((f.name, _builder(hints[f.name])) for f in fields(kind) if f.init)
        return kind(
            **{
                name: item if (builder := builders[name]) is _same else builder(item)
                for name, item in data.items()
                if name in builders
            }
        )

    return build
