"""Models of dense layers alone: what they consist of, and the numbers that computing them keeps. Pure arithmetic.

A dense layer keeps its input for the backward pass, an activation its result; where one follows the other these are the
same numbers. That pass begins with two arrays more as wide as a layer: the gradient that comes to the last activation,
and the one that goes on from it.
"""

from __future__ import annotations

from collections.abc import Mapping

from advisor.intake import derivatives
from advisor.model.memory import Architecture, Details

_PASSING = 2
"""Arrays as wide as a layer that come and go where the backward pass begins."""
_CALLS = 4
"""Calls of the network in each step of a solver: the classical method of Runge and Kutta has order four."""
_PLANE = 2
"""Inputs of a network that solves a differential equation: time and place."""
_PASSING_AGAIN = 4
"""The same where a derivative of tanh is differentiated: a gradient, what goes on from it to either factor, and two
products on the way, less an array that was given back just before."""


def perceptron(sizes: Mapping[str, float], details: Details) -> Architecture:
    """Dense layers on one observation, of half as many results: the actions of a small task of control.

    A target network is a second one of the same weights, without gradients. A replay is kept by the host.
    """
    batch, inputs, width, layers = _shape(sizes)
    return Architecture(
        kind="value network and its target" if details.target else "multilayer perceptron",
        parameters=_parameters(inputs, width, layers, max(1.0, inputs // 2)),
        copies=2 if details.target else 1,
        layers=layers + 1,
        saved=batch * width * (layers + _PASSING),
        working=batch * width * _PASSING,
    )


def differential(sizes: Mapping[str, float]) -> Architecture:
    """A neural differential equation, differentiated through its solver (Chen et al. 2018, arXiv:1806.07366, table 1).

    Every call keeps what the network keeps, and the state it was called with; the path of states, of one for each step,
    is there as such and as its gradient.
    """
    batch, inputs, width, layers = _shape(sizes)
    steps = sizes["solver_steps"]
    kept = steps * (_CALLS * (layers * width + inputs) + 2 * inputs) + _PASSING * width
    return Architecture(
        kind="neural differential equation",
        parameters=_parameters(inputs, width, layers, inputs),
        layers=layers + 1,
        saved=batch * kept,
        working=batch * (_PASSING * width + (_CALLS + 1 + steps) * inputs),
    )


def informed(sizes: Mapping[str, float]) -> Architecture | None:
    """A physics-informed network (Raissi et al. 2019), differentiated once by time and several times by place.

    Points on the edge, of which no derivatives are taken, come and go before the peak. None for derivatives so high
    that they are not counted.
    """
    _, _, width, layers = _shape(sizes)
    points, order = sizes["points"], int(sizes.get("derivative_order", 1))
    if order > derivatives.MOST:
        return None
    kept = derivatives.numbers_kept(_PLANE, width, layers, order) + _PASSING_AGAIN * width
    return Architecture(
        kind="physics-informed network",
        parameters=_parameters(_PLANE, width, layers, 1),
        layers=layers + 1,
        saved=points * kept,
        working=points * width * _PASSING,
    )


def _shape(sizes: Mapping[str, float]) -> tuple[float, float, float, int]:
    """Observations at once, the width of one, the width of the layers, and how many of them are hidden."""
    return sizes.get("batch", 1), sizes.get("width", 1), sizes["mlp_width"], int(sizes.get("mlp_layers", 1))


def _parameters(inputs: float, width: float, layers: int, results: float) -> float:
    """Of so many hidden layers, with a dense layer before each and one after the last."""
    return (inputs + 1) * width + (layers - 1) * (width + 1) * width + (width + 1) * results
