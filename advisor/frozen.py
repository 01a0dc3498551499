"""Dataclasses that are made in a tenth of the time that the standard library takes for them.

Every start of the program makes about a hundred of these classes. The standard decorator compiles each method of each
of them from text, and loads what inspects source code. Here comparing, hashing, showing and refusing to be changed are
the same for all; a class gets its constructor when its first instance is made; and what `dataclasses` knows of it is
worked out when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter, ge, gt, le, lt
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Type checkers see what they know.
    from dataclasses import dataclass as dataclass  # noqa: PLC0414
    from dataclasses import field as field  # noqa: PLC0414
    from dataclasses import replace as replace  # noqa: PLC0414
else:

    def dataclass(
        cls: type | None = None,
        /,
        *,
        frozen: bool = False,
        slots: bool = False,
        kw_only: bool = False,
        order: bool = False,
    ) -> Any:
        """`dataclasses.dataclass`, to whoever uses the class."""
        options = {"frozen": frozen, "slots": slots, "kw_only": kw_only, "order": order}
        return _made(cls, options) if cls is not None else lambda plain: _made(plain, options)

    def field(*, default_factory: Callable[[], Any] | None = None, init: bool = True) -> Any:
        """What each instance has a new one of by default, or what the constructor leaves to `__post_init__`."""
        return _Field(default_factory, init)

    def replace(instance: Any, /, **changes: Any) -> Any:
        """`dataclasses.replace`."""
        kind = type(instance)
        return kind(**{name: getattr(instance, name) for name in getattr(kind, _TAKEN)} | changes)


@cache
def names_of(kind: Any) -> tuple[str, ...] | None:
    """The names of the fields of one of these classes, in their order; nothing of anything else."""
    found: tuple[str, ...] | None = vars(kind).get(_NAMES) if isinstance(kind, type) else None
    return found


def values_of(instance: Any) -> tuple[Any, ...]:
    """The values of the fields of an instance of one of these classes, in their order."""
    found: tuple[Any, ...] = getattr(type(instance), _VALUES)(instance)
    return found


class _Field:
    """More than a plain default says of a field."""

    def __init__(self, make: Callable[[], Any] | None, init: bool) -> None:  # noqa: FBT001
        self.make, self.init = make, init


class _Late:
    """An attribute of a class that is made when it is first asked for."""

    def __init__(self, make: Callable[[type], Any]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner, self._name = owner, name

    def __get__(self, instance: object, _: type | None = None) -> Any:
        setattr(self._owner, self._name, self._make(self._owner))
        return getattr(self._owner if instance is None else instance, self._name)


_NAMES, _TAKEN, _VALUES = "_names_of_fields", "_fields_taken", "_values_of_fields"
"""Where a class keeps the names of its fields, of those that its constructor takes, and what reads them all."""


def _made(plain: type, options: Mapping[str, bool]) -> type:
    names = tuple(plain.__annotations__)
    given = {name: vars(plain)[name] for name in names if name in vars(plain)}
    if any(type(value).__module__ == "dataclasses" for value in given.values()):
        raise TypeError(f"{plain.__qualname__} needs the `field` of this module")
    taken = tuple([name for name in names if not isinstance(one := given.get(name), _Field) or one.init])
    kw_only = options["kw_only"]
    body = {name: value for name, value in vars(plain).items() if name not in (*given, "__dict__", "__weakref__")}
    return type(plain)(
        plain.__name__,
        plain.__bases__,
        {
            **_SHARED,
            **(_FROZEN if options["frozen"] else {"__hash__": None}),
            **(_ORDERED if options["order"] else {}),
            "__init__": _Late(lambda made: _constructor(made, given, kw_only=kw_only)),
            "__match_args__": () if kw_only else taken,
            "__dataclass_fields__": _Late(lambda _: _standard(plain, given, options).__dataclass_fields__),
            "__dataclass_params__": _Late(lambda _: _standard(plain, given, options).__dataclass_params__),
            **body,
            "__qualname__": plain.__qualname__,
            "__annotations__": plain.__annotations__,
            "__slots__": names if options["slots"] else (*names, "__dict__"),
            _NAMES: names,
            _TAKEN: taken,
            _VALUES: staticmethod(_reader(names)),
        },
    )


def _reader(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What reads these attributes; of a single one, `attrgetter` would not make a tuple."""
    return attrgetter(*names) if len(names) > 1 else lambda instance: tuple([getattr(instance, name) for name in names])


def _standard(plain: type, given: Mapping[str, Any], options: Mapping[str, bool]) -> Any:
    """The same class as the standard library makes it."""
    import dataclasses  # noqa: PLC0415  (a recommendation never asks)

    for name, value in given.items():
        if isinstance(value, _Field):
            make: Any = value.make or dataclasses.MISSING
            setattr(plain, name, dataclasses.field(default_factory=make, init=value.init))
    return dataclasses.dataclass(**options)(type(plain.__name__, plain.__bases__, dict(vars(plain))))


def _constructor(made: Any, given: Mapping[str, Any], *, kw_only: bool) -> Callable[..., None]:
    """It has to have the names and defaults of the fields as its own."""
    taken: tuple[str, ...] = getattr(made, _TAKEN)
    makers = [default.make if isinstance(default := given.get(name), _Field) else None for name in taken]
    known: dict[str, Any] = {"_ABSENT": _ABSENT}
    # To set through the slot goes around the refusal, and is quicker than `object.__setattr__`.
    known.update((f"set_{i}", getattr(made, name).__set__) for i, name in enumerate(taken))
    known.update((f"make_{i}", make) for i, make in enumerate(makers))
    code = _code(tuple([make is not None for make in makers]), hasattr(made, "__post_init__")).replace(
        co_varnames=("self", *taken),
        co_argcount=1 if kw_only else 1 + len(taken),
        co_kwonlyargcount=len(taken) if kw_only else 0,
    )
    constructor = FunctionType(code, known, "__init__")
    defaults = {name: _ABSENT if isinstance(given[name], _Field) else given[name] for name in taken if name in given}
    if kw_only:
        constructor.__kwdefaults__ = defaults
    else:
        constructor.__defaults__ = tuple(defaults.values())
    return constructor


@cache
def _code(made: tuple[bool, ...], followed: bool) -> CodeType:  # noqa: FBT001
    """That of a constructor of so many fields, compiled once and lent to every class that has as many.

    Some fields may be `made` where they are not given, and `__post_init__` may follow.
    """
    names = [f"field_{i}" for i in range(len(made))]
    values = [f"make_{i}() if {name} is _ABSENT else {name}" if made[i] else name for i, name in enumerate(names)]
    body = [f"set_{i}(self, {value})" for i, value in enumerate(values)]
    body.append("self.__post_init__()" if followed else "pass")
    known: dict[str, Any] = {}
    exec(f"def __init__({', '.join(['self', *names])}): {'; '.join(body)}", known)  # noqa: S102  (as dataclasses does)
    code: CodeType = known["__init__"].__code__
    return code


_ABSENT = object()


def _eq(self: Any, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = getattr(type(self), _VALUES)
    return bool(values(self) == values(other))


def _comparing(compare: Callable[[Any, Any], bool]) -> Callable[[Any, object], Any]:
    def compared(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        values = getattr(type(self), _VALUES)
        return compare(values(self), values(other))

    return compared


def _hash(self: Any) -> int:
    return hash((type(self), getattr(type(self), _VALUES)(self)))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in getattr(type(self), _NAMES))
    return f"{type(self).__qualname__}({shown})"


def _refuse_to_set(self: Any, name: str, value: object) -> None:  # noqa: ARG001
    from dataclasses import FrozenInstanceError  # noqa: PLC0415  (only a bug needs it)

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:  # noqa: ARG001
    from dataclasses import FrozenInstanceError  # noqa: PLC0415

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, name) for name in getattr(type(self), _NAMES)]


def _setstate(self: Any, state: list[Any]) -> None:
    for name, value in zip(getattr(type(self), _NAMES), state, strict=True):
        object.__setattr__(self, name, value)


_SHARED: dict[str, Any] = {"__eq__": _eq, "__repr__": _repr, "__getstate__": _getstate, "__setstate__": _setstate}
_FROZEN: dict[str, Any] = {"__hash__": _hash, "__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
_ORDERED: dict[str, Any] = {f"__{compare.__name__}__": _comparing(compare) for compare in (lt, le, gt, ge)}
