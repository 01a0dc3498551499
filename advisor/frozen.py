"""Frozen dataclasses that are made in a third of the time that the standard library takes for them.

Every start of the program makes about a hundred of these classes, which with the standard decorator is a quarter of the
time until it answers: it compiles each method of each class from text. Here only `__init__` is; comparing, hashing,
showing and refusing to be changed are the same for all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  (type checkers see the one they know)
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """`dataclasses.dataclass`, to whoever uses the class; what is not a frozen one with slots comes from there."""

        def make(plain: type) -> type:
            asked = {name for name, on in options.items() if on}
            if {"frozen", "slots"} <= asked <= {"frozen", "slots", "kw_only"} and not hasattr(plain, "__post_init__"):
                return _frozen(plain, kw_only="kw_only" in asked)
            return dataclasses.dataclass(plain, **options)

        return make if cls is None else make(cls)


def _frozen(plain: type, *, kw_only: bool) -> type:
    made: type = dataclasses.dataclass(plain, init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
    own = set(vars(plain))
    fields = dataclasses.fields(made)
    shared = {name: method for name, method in _SHARED.items() if name not in own}
    for name, method in {**shared, "__init__": _init(fields), _VALUES: _getter(fields)}.items():
        setattr(made, name, method)
    return made


_VALUES = "_values_of_fields"
"""Where a class keeps what takes the values out of an instance."""


def _getter(fields: tuple[dataclasses.Field[Any], ...]) -> Callable[[Any], Any]:
    return staticmethod(attrgetter(*(field.name for field in fields)) if fields else lambda _: ())


def _init(fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """The constructor, which has to have the names and defaults of the fields as its own."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_ABSENT": _ABSENT}
    positional, named, body = ["self"], list[str](), list[str]()
    for field in fields:
        parameter, value = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            known[f"_make_{field.name}"] = field.default_factory
            parameter = f"{field.name}=_ABSENT"
            value = f"_make_{field.name}() if {field.name} is _ABSENT else {field.name}"
        elif field.default is not dataclasses.MISSING:
            known[f"_default_{field.name}"] = field.default
            parameter = f"{field.name}=_default_{field.name}"
        (named if field.kw_only else positional).append(parameter)
        body.append(f"    _set(self, {field.name!r}, {value})")
    parameters = ", ".join([*positional, *(["*", *named] if named else [])])
    exec(f"def __init__({parameters}):\n" + ("\n".join(body) or "    pass"), known)  # noqa: S102  (as dataclasses does)
    made: Callable[..., None] = known["__init__"]
    return made


_ABSENT = object()


def _eq(self: Any, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = getattr(type(self), _VALUES)
    return bool(values(self) == values(other))


def _hash(self: Any) -> int:
    return hash((type(self), getattr(type(self), _VALUES)(self)))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self))
    return f"{type(self).__qualname__}({shown})"


def _refuse_to_set(self: Any, name: str, value: object) -> None:  # noqa: ARG001
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:  # noqa: ARG001
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_SHARED: dict[str, Callable[..., Any]] = {
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
