"""The kinds of values that options take: each is read from a word of the command line, or told what is wrong."""

from __future__ import annotations

import argparse
from collections.abc import Callable

_MOST_DIGITS = 9
"""Of a count, a seed or a number of days: far more than makes sense, and no strain."""
_LAST_PORT = 65535


def whole(text: str) -> int:
    """A whole number."""
    if not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to 999999999")
    return int(text)


def level(text: str) -> int:
    """How many levels of a tree."""
    levels = whole(text)
    if not levels:
        raise argparse.ArgumentTypeError("there is at least 1 level")
    return levels


def up_to(most: int) -> Callable[[str], int]:
    """What reads a whole number from 1 to the most."""

    def number(text: str) -> int:
        if not text.isdecimal() or len(text) > _MOST_DIGITS or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {most}")
        return int(text)

    return number


def port(text: str) -> int:
    """The number of a port; 0 stands for any that is free."""
    port = whole(text)
    if port > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"ports go up to {_LAST_PORT}")
    return port


def positive(text: str) -> float:
    """A number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return number


def nodes(text: str) -> tuple[str, int]:
    """`KIND=N`: so many machines of a kind."""
    kind, _, number = text.rpartition("=")
    if not kind or not number.isdecimal() or len(number) > _MOST_DIGITS or not int(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not KIND=N, with a whole number of machines")
    return kind, int(number)


def interpreter(text: str) -> str:
    """`FRAMEWORK=INTERPRETER`."""
    framework, equals, interpreter = text.partition("=")
    if not (framework and equals and interpreter):
        raise argparse.ArgumentTypeError(f"{text!r} is not FRAMEWORK=INTERPRETER")
    return text
