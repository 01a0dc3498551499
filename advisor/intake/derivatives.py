"""How many numbers a network keeps whose derivatives by its inputs are trained on. Pure arithmetic.

Frameworks in eager mode differentiate backwards, and what they compute on the way can be differentiated again, so that
each derivative keeps its own numbers beside those of all before it. This goes the same ways back with the widths of
arrays in the place of arrays. What is kept is what the way back will ask for, as `tools/autograd/derivatives.yaml` of
PyTorch lays down for each operation: a dense layer its input, a product both factors, tanh its result, and the slope of
tanh, g (1 - a^2), both the gradient g and the result a; sums and constant factors nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from advisor.frozen import dataclass

MOST = 8
"""Derivatives beyond it are not counted: each costs about two and a half times the one before."""
_COUNTED = 3
"""From so many hidden layers on, one more keeps as much as the one before."""


@lru_cache(maxsize=64)
def numbers_kept(inputs: float, width: float, layers: int, order: int) -> float:
    """The numbers that are kept for each point by a network with so many hidden layers of that width, of one result.

    It is differentiated once by one of its inputs, and as often as the order says by another.
    """
    if layers <= _COUNTED:
        return _kept((inputs, *[width] * layers, 1.0), order)
    fewer, counted = (numbers_kept(inputs, width, count, order) for count in (_COUNTED - 1, _COUNTED))
    return counted + (layers - _COUNTED) * (counted - fewer)


def _kept(widths: Sequence[float], order: int) -> float:
    tape = _Tape(widths[0])
    result = 0
    for place, width in enumerate(widths[1:], 1):
        result = tape.dense(result, width)
        if place < len(widths) - 1:
            result = tape.tanh(result)
    derivative = result
    for _ in range(order):
        derivative = tape.derivative(derivative)
    tape.derivative(result)
    return tape.kept


Kind = Literal["dense", "tanh", "slope", "product", "multiple", "sum"]


@dataclass(frozen=True, slots=True)
class _Step:
    """An operation, with the numbers of the arrays that go in and of the one that comes out."""

    kind: Kind
    sources: tuple[int, ...]
    result: int


class _Tape:
    """What was computed from the inputs, which are array 0."""

    def __init__(self, inputs: float) -> None:
        self._widths = [inputs]
        self._steps: list[_Step] = []
        self._moved = {0}
        """What changes where the inputs do: by nothing else is it differentiated."""
        self._asked_for: set[int] = set()

    @property
    def kept(self) -> float:
        """Numbers that a way back will ask for, each array once."""
        return sum(self._widths[array] for array in self._asked_for)

    def dense(self, source: int, width: float) -> int:
        """A dense layer, or the way back through one."""
        self._asked_for.add(source)
        return self._did("dense", (source,), width)

    def tanh(self, source: int) -> int:
        """The activation."""
        result = self._did("tanh", (source,), self._widths[source])
        self._asked_for.add(result)
        return result

    def derivative(self, of: int) -> int:
        """The derivative by the inputs: the way back through all that led to the array, written down in its turn."""
        gradients = {of: self._new(self._widths[of])}
        for step in reversed([*self._steps]):
            gradient = gradients.pop(step.result, None)
            if gradient is None:
                continue
            for source, part in self._back(step, gradient):
                gradients[source] = self._sum(gradients[source], part) if source in gradients else part
        return gradients[0]

    def _back(self, step: _Step, gradient: int) -> Iterator[tuple[int, int]]:
        """What goes on to each of the sources that the inputs move."""
        for source in (each for each in step.sources if each in self._moved):
            match step.kind:
                case "dense":
                    part = self.dense(gradient, self._widths[source])
                case "tanh":
                    part = self._slope(gradient, step.result)
                case "slope" if source == step.sources[0]:
                    part = self._slope(gradient, step.sources[1])
                case "slope":
                    part = self._product(gradient, self._product(self._multiple(source), step.sources[0]))
                case "product":
                    other = step.sources[1] if source == step.sources[0] else step.sources[0]
                    part = self._product(gradient, other)
                case "multiple":
                    part = self._multiple(gradient)
                case "sum":
                    part = gradient
            yield source, part

    def _slope(self, gradient: int, result: int) -> int:
        self._asked_for |= {gradient, result}
        return self._did("slope", (gradient, result), self._widths[result])

    def _product(self, one: int, other: int) -> int:
        self._asked_for |= {one, other}
        return self._did("product", (one, other), self._widths[one])

    def _multiple(self, source: int) -> int:
        return self._did("multiple", (source,), self._widths[source])

    def _sum(self, one: int, other: int) -> int:
        return self._did("sum", (one, other), self._widths[one])

    def _did(self, kind: Kind, sources: tuple[int, ...], width: float) -> int:
        result = self._new(width)
        if self._moved & {*sources}:
            self._moved.add(result)
            self._steps.append(_Step(kind, sources, result))
        return result

    def _new(self, width: float) -> int:
        self._widths.append(width)
        return len(self._widths) - 1
