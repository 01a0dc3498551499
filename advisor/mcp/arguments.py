"""What a tool can be called with, as JSON Schema, and calls held against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.loading.problems import Problems, nearest, shown

Parameter = Mapping[str, Any]
"""JSON Schema of one argument, of which `type`, `enum`, `items` and `minimum` are held against a call here.

What is in `answers` the reader of answers knows best.
"""
Parameters = Mapping[str, Parameter]

_TYPES: Mapping[str, tuple[type[Any], str]] = {
    "object": (dict, "a mapping"),
    "array": (list, "a list"),
    "string": (str, "text"),
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
}


def schema(parameters: Parameters, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON Schema of all arguments."""
    return {
        "type": "object",
        "properties": dict(parameters),
        "required": list(required),
        "additionalProperties": False,
    }


def checked(given: Mapping[str, Any], parameters: Parameters, required: tuple[str, ...]) -> dict[str, Any]:
    """The arguments, null as good as absent; raises `InputError` with everything that is wrong with them."""
    problems = Problems()
    found = {name: value for name, value in given.items() if value is not None}
    for name, value in found.items():
        if name not in parameters:
            hint = nearest(name, parameters, limit=20)
            problems.add(f"the argument {shown(name)} is not known.", "arguments", hint)
        else:
            _check(value, parameters[name], name, problems)
    for name in required:
        if name not in found:
            problems.add(f"the argument {name!r} is missing.", "arguments")
    problems.settle()
    return found


def _check(value: Any, parameter: Parameter, place: str, problems: Problems) -> None:
    kind, called = _TYPES[parameter["type"]]
    # To Python, true is a whole number.
    if type(value) is not kind:
        problems.add(f"{shown(value)} is not {called}.", place)
    elif "enum" in parameter and value not in parameter["enum"]:
        problems.add(f"{shown(value)} is not known.", place, nearest(value, parameter["enum"]))
    elif "minimum" in parameter and value < parameter["minimum"]:
        problems.add(f"{shown(value)} is less than {parameter['minimum']}.", place)
    elif "items" in parameter:
        for number, item in enumerate(value):
            _check(item, parameter["items"], f"{place}.{number}", problems)
