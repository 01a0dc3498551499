"""Draws the truth set: how long each variant takes, against what was predicted, one mark for each workload.

    python tests/truth/picture.py

writes `results/predicted.svg` from what `measure.py` left in `results/`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import report  # noqa: E402  (found by the line above)

from advisor.render.measured.svg import DARK, LIGHT  # noqa: E402

WIDTH, HEIGHT = 640, 664
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 608, 108, 560
"""Of the plot on the page."""
_MARGIN = 28
_NEAR = math.log(1.3)
"""Half the width of the band in which a ratio is off by no more than 30 %."""
_TICKS = (1, 2, 5, 10, 20, 50, 100, 200)
_FRAMEWORKS = ("pytorch", "jax", "tensorflow", "keras", "mlx", "mxnet")
_STYLE = """
text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif;
  fill: #1f2328; font-variant-numeric: tabular-nums }
.page { fill: #ffffff }
.name { font-size: 18px; font-weight: 600 }
.quiet { fill: #59636e }
.end { text-anchor: end }
.middle { text-anchor: middle }
.grid { stroke: #d8dee4; stroke-width: 1 }
.even { stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 5 4 }
.near { fill: #8c959f; fill-opacity: 0.18 }
"""
_DARK = """
  .page { fill: #0d1117 }
  text { fill: #e6edf3 }
  .quiet { fill: #9aa4b0 }
  .grid { stroke: #2b323b }
  .even { stroke: #6e7681 }
"""


class Mark(NamedTuple):
    """One variant on one workload: its times over those of the fastest there, in logarithms."""

    workload: str
    variant: str
    true: float
    predicted: float


def main() -> None:
    """Draw what there is."""
    file = report.RESULTS / "predicted.svg"
    file.write_text(svg(marks(report.truths(), report.predictions())), encoding="utf-8")
    print(file)


def marks(truth: Mapping[str, report.Truth], predicted: Mapping[str, report.Guesses]) -> tuple[Mark, ...]:
    """Every variant that was predicted and measured, over the one that is truly the fastest of them."""
    return tuple(_marks(truth, predicted))


def _marks(truth: Mapping[str, report.Truth], predicted: Mapping[str, report.Guesses]) -> Iterator[Mark]:
    for key, times in truth.items():
        guesses = predicted.get(key, {})
        common = sorted(set(times) & set(guesses))
        if len(common) < 2:
            continue
        fastest = min(common, key=times.__getitem__)
        # Only ratios are predicted: both scales have the mean of the variants in common.
        shift = sum(times[name] - guesses[name].time for name in common) / len(common)
        for name in common:
            yield Mark(key, name, times[name] - times[fastest], guesses[name].time + shift - times[fastest])


def svg(drawn: tuple[Mark, ...]) -> str:
    """A scatter on two logarithmic axes."""
    size = {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "width": str(WIDTH), "height": str(HEIGHT)}
    named = {"role": "img", "aria-labelledby": "title described"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, **named})
    title = "Predicted from a miniature, and measured end to end"
    workloads = len({mark.workload for mark in drawn})
    near = sum(abs(mark.predicted - mark.true) <= _NEAR for mark in drawn)
    told = f"{workloads} workloads, {len(drawn)} marks, {near} of them within 30 % (the band)."
    _put(root, "title", title, id="title")
    _put(root, "desc", told, id="described")
    ET.SubElement(root, "style").text = _style()
    ET.SubElement(root, "rect", {"class": "page", "width": "100%", "height": "100%"})
    _text(root, _MARGIN, 42, title, "name")
    _text(root, _MARGIN, 66, "Time of one step over that of the fastest variant of the same workload.", "quiet")
    _text(root, _MARGIN, 86, told, "quiet")
    low = min([0.0, *(min(mark.true, mark.predicted) for mark in drawn)]) - 0.15
    high = max([math.log(2), *(max(mark.true, mark.predicted) for mark in drawn)]) + 0.15
    _axes(root, low, high)
    for mark in drawn:
        group = ET.SubElement(root, "g")
        said = f"{mark.workload}, {mark.variant}: {math.exp(mark.true):.2f}, predicted {math.exp(mark.predicted):.2f}"
        _put(group, "title", said)
        x, y = _x(mark.true, low, high), _y(mark.predicted, low, high)
        _mark(group, _number(mark.variant), x, y)
    for number, framework in enumerate(_FRAMEWORKS):
        x = _MARGIN + 8 + 98 * number
        _mark(root, number, x, HEIGHT - 32.5)
        _text(root, x + 12, HEIGHT - 28, framework, "")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _axes(root: ET.Element, low: float, high: float) -> None:
    corners = ((low, low - _NEAR), (high, high - _NEAR), (high, high + _NEAR), (low, low + _NEAR))
    clip = ET.SubElement(root, "clipPath", {"id": "plot"})
    box = {"x": f"{_LEFT}", "y": f"{_TOP}", "width": f"{_RIGHT - _LEFT}", "height": f"{_BOTTOM - _TOP}"}
    ET.SubElement(clip, "rect", box)
    points = " ".join(f"{_x(x, low, high):.1f},{_y(y, low, high):.1f}" for x, y in corners)
    ET.SubElement(root, "polygon", {"class": "near", "points": points, "clip-path": "url(#plot)"})
    for tick in _TICKS:
        at = math.log(tick)
        if low <= at <= high:
            x, y = _x(at, low, high), _y(at, low, high)
            _line(root, (x, _TOP), (x, _BOTTOM), "grid")
            _line(root, (_LEFT, y), (_RIGHT, y), "grid")
            _text(root, x, _BOTTOM + 20, f"{tick}", "middle quiet")
            _text(root, _LEFT - 10, y + 4.5, f"{tick}", "end quiet")
    _line(root, (_LEFT, _BOTTOM), (_RIGHT, _TOP), "even")
    _text(root, (_LEFT + _RIGHT) / 2, _BOTTOM + 44, "measured end to end", "middle")
    turned = f"translate(32 {(_TOP + _BOTTOM) / 2}) rotate(-90)"
    _put(root, "text", "predicted", **{"class": "middle", "transform": turned})


def _number(variant: str) -> int:
    return _FRAMEWORKS.index(variant.partition("/")[0])


def _mark(parent: ET.Element, number: int, x: float, y: float) -> None:
    """A mark of its own shape for each framework, so that colour is not all that tells them apart."""
    shapes = (
        "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z",
        "m-4 -4h8v8h-8Z",
        "m0 -5.5l5 9h-10Z",
        "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5Z",
        "m0 5.5l5 -9h-10Z",
        "m-1.5 -5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5Z",
    )
    ET.SubElement(parent, "path", {"class": f"f{number}", "d": f"M{x:.1f} {y:.1f}{shapes[number]}"})


def _x(at: float, low: float, high: float) -> float:
    return _LEFT + (at - low) / (high - low) * (_RIGHT - _LEFT)


def _y(at: float, low: float, high: float) -> float:
    return _BOTTOM - (at - low) / (high - low) * (_BOTTOM - _TOP)


def _style() -> str:
    light, dark = (
        "\n".join(f".f{i} {{ fill: {colours[i]}; fill-opacity: 0.85 }}" for i in range(len(_FRAMEWORKS)))
        for colours in (LIGHT, DARK)
    )
    return f"{_STYLE}{light}\n@media (prefers-color-scheme: dark) {{{_DARK}{dark}\n}}\n"


def _text(parent: ET.Element, x: float, y: float, said: str, kind: str) -> None:
    _put(parent, "text", said, x=f"{x:g}", y=f"{y:g}", **({"class": kind} if kind else {}))


def _line(parent: ET.Element, start: tuple[float, float], end: tuple[float, float], kind: str) -> None:
    (x1, y1), (x2, y2) = start, end
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    ET.SubElement(parent, "line", {"class": kind, **ends})


def _put(parent: ET.Element, tag: str, said: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = said


if __name__ == "__main__":
    main()
