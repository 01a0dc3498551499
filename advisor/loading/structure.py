"""Models to plain JSON values and back.

The way back trusts its input: it is for what this program wrote itself, and builds no validators. Whatever comes from
outside goes through `advisor.loading.validate`.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

from advisor.frozen import names_of, values_of
from advisor.model.fact import Source
from advisor.model.rule import Condition

T = TypeVar("T")


_ALREADY = frozenset({str, int, float, bool, types.NoneType})
"""Types whose values are plain as they are."""


def plain(value: Any, digits: int | None = None) -> Any:
    """The value in mappings, lists, texts and numbers, keys in the order of the fields; floats to so many digits."""
    kind = type(value)
    if kind in _ALREADY:
        return value if digits is None or kind is not float else round(value, digits) + 0.0
    names = names_of(cast("Hashable", kind))
    # Most of what there is are texts, which need no call of their own.
    if names is not None:
        items = zip(names, values_of(value), strict=True)
        return {name: item if type(item) is str else plain(item, digits) for name, item in items}
    if isinstance(value, (tuple, list)):
        return [item if type(item) is str else plain(item, digits) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item, digits) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item, digits) for item in value)
    return value


class Parts:
    """What is kept beside a value, with a number in the place of each part.

    What is said in many places is kept once, in `common`. What is often never asked for is kept in `texts`, each the
    JSON of one part, which is read when it is.
    """

    def __init__(self, common: list[Any] | None = None, texts: list[bytes] | None = None) -> None:
        self.common: list[Any] = common or []
        self.texts: list[bytes] = texts or []
        self._numbers: dict[str, int] = {}

    def repeated(self, value: Any) -> int:
        """The number of a common part, which may be there already."""
        text = compact(value)
        if text not in self._numbers:
            self._numbers[text] = len(self.common)
            self.common.append(value)
        return self._numbers[text]

    def seldom(self, value: Any) -> int:
        """The number of a part that is kept as text."""
        self.texts.append(compact(value).encode())
        return len(self.texts) - 1


_read = json.JSONDecoder().raw_decode
"""What reads the JSON that a text begins with."""


def compact(value: Any) -> str:
    """The shortest JSON, on one line."""
    return json.dumps(value, separators=(",", ":"))


_COMMON = frozenset[type]({Condition, Source})
"""Of these most are said in several places."""


def brief(value: Any, parts: Parts | None = None) -> Any:
    """The same without the fields that are as they are by default, which `structure` fills in again.

    Where there are `parts`, they take what is common, and the models that a mapping leads to.
    """
    kind = type(value)
    if kind in _ALREADY:
        return value
    defaults = _defaults(cast("Hashable", kind))
    if defaults is not None:
        found = ((name, getattr(value, name), default) for name, default in defaults.items())
        said = {name: brief(item, parts) for name, item, default in found if default is _NONE or item != default}
        return said if parts is None or kind not in _COMMON else parts.repeated(said)
    if isinstance(value, Mapping):
        entries = {key: brief(item, parts) for key, item in value.items()}
        if parts is None:
            return entries
        return {key: parts.seldom(entries[key]) if _is_model(item) else entries[key] for key, item in value.items()}
    return [brief(item, parts) for item in value] if isinstance(value, (tuple, list)) else plain(value)


def _is_model(value: Any) -> bool:
    return names_of(cast("Hashable", type(value))) is not None


_NONE = object()


@cache
def _defaults(kind: Any) -> Mapping[str, Any] | None:
    """The default of each field of a model, in their order; `_NONE` where it has none."""
    from dataclasses import MISSING, fields  # noqa: PLC0415  (only what is written is made brief)

    if names_of(kind) is None:
        return None
    made = {f.name: f.default_factory() for f in fields(kind) if f.default_factory is not MISSING}
    given = {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    return {f.name: {**made, **given}.get(f.name, _NONE) for f in fields(kind)}


def structure(kind: type[T], data: Any, parts: Parts | None = None) -> T:
    """The model that `plain` or `brief` turned into this data, and into parts beside it. The data is used up."""
    built: T = _Builders(parts).of(kind)(data)
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


class _Common(dict[int, Any]):
    """The common parts of one kind by number, each built when it is first met."""

    def __init__(self, data: list[Any], build: Callable[[Any], Any]) -> None:
        super().__init__()
        self._data, self._build = data, build

    def __missing__(self, number: int) -> Any:
        # Building uses the data up, and another thread may be about to build the same.
        self[number] = self._build(dict(self._data[number]))
        return self[number]


class _Builders:
    """What builds each kind of value out of data and the parts kept beside it."""

    def __init__(self, parts: Parts | None) -> None:
        self._parts = parts
        self._known: dict[Any, Callable[[Any], Any]] = {}

    def of(self, kind: Any) -> Callable[[Any], Any]:
        """What builds this kind."""
        if kind not in self._known:
            self._known[kind] = self._other(kind) if names_of(kind) is None else self._model(kind)
        return self._known[kind]

    def _other(self, kind: Any) -> Callable[[Any], Any]:
        origin, args = get_origin(kind), get_args(kind)
        if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
            item = self.of(args[0])
            return tuple if item is _same else lambda data: tuple(map(item, data))
        if origin is tuple:
            items = [self.of(arg) for arg in args]
            return lambda data: tuple([item(part) for item, part in zip(items, data, strict=True)])
        if isinstance(origin, type) and issubclass(origin, Mapping):
            item = self.of(args[1])
            texts = self._parts.texts if self._parts is not None and names_of(args[1]) is not None else None
            build = item if texts is None else lambda number: item(_read(texts[number].decode())[0])
            return _same if item is _same else lambda data: Later(data, build)
        if origin in (Union, types.UnionType):
            return self._union(args)
        if origin is Literal or kind in (str, int, float, bool, object, types.NoneType, Any):
            return _same
        raise TypeError(f"no way to build {kind}")

    def _union(self, args: tuple[Any, ...]) -> Callable[[Any], Any]:
        builders = [self.of(arg) for arg in args]
        others = [build for build in builders if build is not _same]
        if not others:
            return _same
        if len(others) > 1:
            raise TypeError(f"no way to tell apart {args}")
        if self._parts is not None and not _COMMON.isdisjoint(args):
            return lambda data: data if data is None else others[0](data)
        return lambda data: others[0](data) if isinstance(data, (list, dict)) else data

    def _model(self, kind: Any) -> Callable[[Any], Any]:
        # Filled after the builder below exists, since a model may contain itself.
        builders: list[tuple[str, Callable[[Any], Any]]] | None = None
        names, parts = frozenset(names_of(kind) or ()), self._parts

        def build(data: Any) -> Any:
            nonlocal builders
            if builders is None:
                annotations = kind.__annotations__
                known = ((name, self.of(_hint(kind.__module__, annotations[name]))) for name in annotations)
                builders = [(name, builder) for name, builder in known if builder is not _same]
            # What comes with parts is this version's own.
            if parts is None and not data.keys() <= names:
                data = {name: item for name, item in data.items() if name in names}
            for name, builder in builders:
                if name in data:
                    data[name] = builder(data[name])
            return kind(**data)

        return build if self._parts is None or kind not in _COMMON else _Common(self._parts.common, build).__getitem__


@cache
def _hint(module: str, text: str) -> Any:
    """What an annotation of a model means, each text worked out once; `get_type_hints` takes three times as long."""
    return eval(text, vars(sys.modules[module]))  # noqa: S307  (it stands in the program)
