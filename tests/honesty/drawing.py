"""The record as a drawing: what was said against how often it was accepted, a mark with its interval for each bin."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from advisor.render.measured.svg import DARK, LIGHT

WIDTH, HEIGHT = 640, 696
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 604, 112, 492
"""Of the plot on the page."""
_MARGIN, _LINE = 28, 20
_TOLD = (
    "Gold cases, each held out, random rules and facts left out",
    "Situations of the field, random rules and facts left out",
    "Situations of the field, at first sight, by the whole rulebook, each held out",
)
_STYLE = """
text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif;
  fill: #1f2328; font-variant-numeric: tabular-nums }
.page { fill: #ffffff }
.name { font-size: 18px; font-weight: 600 }
.quiet { fill: #59636e }
.end { text-anchor: end }
.middle { text-anchor: middle }
.grid { stroke: #d8dee4; stroke-width: 1 }
.honest { stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 5 4 }
.whisker { stroke-width: 2; stroke-linecap: round }
"""


def svg(record: Mapping[str, Any]) -> str:
    """Draw the bins of each sample."""
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "width": str(WIDTH),
            "height": str(HEIGHT),
            "role": "img",
            "aria-labelledby": "title described",
        },
    )
    title = "How often an answer is accepted"
    _put(root, "title", title, id="title")
    _put(root, "desc", " ".join(_described(record)), id="described")
    ET.SubElement(root, "style").text = _style()
    ET.SubElement(root, "rect", {"class": "page", "width": "100%", "height": "100%"})
    _text(root, _MARGIN, 42, title, "name")
    _text(
        root,
        _MARGIN,
        66,
        "A mark is about a fifth of the answers, the line through it its 95 % interval.",
        "quiet",
    )
    _text(
        root,
        _MARGIN,
        86,
        "On the broken line, what was said is what came of it.",
        "quiet",
    )
    low = _low(record)
    _axes(root, low)
    for number, (told, found) in enumerate(_samples(record)):
        _series(root, found, number, low)
        _legend(root, found, number, told)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _samples(record: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """What is drawn, each with what it is called."""
    found = (record["held out"], record["field"], record["first answers"])
    return list(zip(_TOLD, found, strict=True))


def _low(record: Mapping[str, Any]) -> float:
    """Where both axes begin: the tenth below everything that is drawn."""
    bins = [one for _, found in _samples(record) for one in found["bins"]]
    least: float = min(min(one["said"], one["accepted"]["is"], *one["accepted"]["interval"]) for one in bins)
    return min(0.9, math.floor(least * 10) / 10)


def _described(record: Mapping[str, Any]) -> Iterator[str]:
    """What is to be seen, for whoever does not see it."""
    for told, found in _samples(record):
        pairs = [f"said {one['said']:.0%}, accepted {one['accepted']['is']:.0%}" for one in found["bins"]]
        yield f"{told}: {'; '.join(pairs)}."


def _axes(root: ET.Element, low: float) -> None:
    for step in range(round(low * 10), 11):
        share = step / 10
        x, y = _x(share, low), _y(share, low)
        _line(root, (x, _TOP), (x, _BOTTOM), "grid")
        _line(root, (_LEFT, y), (_RIGHT, y), "grid")
        _text(root, x, _BOTTOM + 20, f"{share:.0%}", "middle quiet")
        _text(root, _LEFT - 10, y + 4.5, f"{share:.0%}", "end quiet")
    _line(root, (_x(low, low), _y(low, low)), (_x(1, low), _y(1, low)), "honest")
    _text(root, (_LEFT + _RIGHT) / 2, _BOTTOM + 44, "said to be accepted", "middle")
    _put(
        root,
        "text",
        "accepted",
        **{"class": "middle", "transform": f"translate(36 {(_TOP + _BOTTOM) / 2}) rotate(-90)"},
    )


def _series(root: ET.Element, found: Mapping[str, Any], number: int, low: float) -> None:
    for one in found["bins"]:
        drawn = ET.SubElement(root, "g")
        share = one["accepted"]
        said = f"{one['answers']} answers: said {one['said']:.1%}, accepted {share['is']:.1%}"
        _put(drawn, "title", said)
        x = _x(one["said"], low)
        least, most = (_y(end, low) for end in share["interval"])
        _line(drawn, (x, least), (x, most), f"whisker s{number}")
        ET.SubElement(drawn, "path", {"class": f"f{number}", "d": _mark(number, x, _y(share["is"], low))})


def _legend(root: ET.Element, found: Mapping[str, Any], number: int, told: str) -> None:
    y = _BOTTOM + 76 + 2 * _LINE * number
    figures = (
        f"{found['cases']} cases: calibration error {found['error in even bins']['is']:.2f}, "
        f"Brier skill {found['Brier skill']['is']:.2f}, AUC {found['AUC']['is']:.2f}"
    )
    ET.SubElement(root, "path", {"class": f"f{number}", "d": _mark(number, _MARGIN + 6, y - 4.5)})
    _text(root, _MARGIN + 22, y, told, "")
    _text(root, _MARGIN + 22, y + _LINE - 2, figures, "quiet")


def _mark(number: int, x: float, y: float) -> str:
    """A shape for each sample, so that colours are not all that tells them apart."""
    return (
        f"M{x - 5.5:.1f} {y:.1f}a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0Z",
        f"M{x - 5:.1f} {y - 5:.1f}h10v10h-10Z",
        f"M{x:.1f} {y - 6.5:.1f}l6.5 11.5h-13Z",
    )[number]


def _x(share: float, low: float) -> float:
    return _LEFT + (share - low) / (1 - low) * (_RIGHT - _LEFT)


def _y(share: float, low: float) -> float:
    return _BOTTOM - (share - low) / (1 - low) * (_BOTTOM - _TOP)


def _style() -> str:
    light = "\n".join(f".s{i} {{ stroke: {LIGHT[i]} }} .f{i} {{ fill: {LIGHT[i]} }}" for i in range(len(_TOLD)))
    dark = "\n".join(f"  .s{i} {{ stroke: {DARK[i]} }} .f{i} {{ fill: {DARK[i]} }}" for i in range(len(_TOLD)))
    return f"""{_STYLE}{light}
@media (prefers-color-scheme: dark) {{
  .page {{ fill: #0d1117 }}
  text {{ fill: #e6edf3 }}
  .quiet {{ fill: #9aa4b0 }}
  .grid {{ stroke: #2b323b }}
  .honest {{ stroke: #6e7681 }}
{dark}
}}
"""


def _text(parent: ET.Element, x: float, y: float, said: str, kind: str) -> None:
    _put(parent, "text", said, x=f"{x:g}", y=f"{y:g}", **({"class": kind} if kind else {}))


def _line(parent: ET.Element, start: tuple[float, float], end: tuple[float, float], kind: str) -> None:
    (x1, y1), (x2, y2) = start, end
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    ET.SubElement(parent, "line", {"class": kind, **ends})


def _put(parent: ET.Element, tag: str, said: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = said
