"""A run as a drawing: one panel for each class of work, a dot with its interval for each variant, on one axis.

The tree is built with the standard library, so that whatever a framework calls itself is text and nothing else. There
is no script in it, and nothing that is loaded from anywhere.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from advisor.loading.problems import printable
from advisor.model.measurement import Measurements
from advisor.render.lines import listed
from advisor.render.measured import words
from advisor.render.measured.axis import Axis, axis
from advisor.render.measured.figures import UNKNOWN, cut, seconds, times
from advisor.render.measured.panels import Panel, Row, classes, probes
from advisor.render.measured.ties import ratio

WIDTH = 800
_MARGIN, _LEFT, _RIGHT = 28, 236, 596
"""Of the page; where the axis begins and ends."""
_RATIO, _TIE, _FIRST = 660, 672, WIDTH - _MARGIN
"""Right end of the ratio, left end of the word `tie`, right end of the first step."""
_ROW, _HEADING, _GAP = 24, 34, 16
"""Heights: of a variant, of what stands over a panel, and between two."""
_LINE = 19
_HIDDEN = 7
"""An interval that ends behind the mark has no ends to be seen."""
_LONGEST, _ACROSS = 24, 104
"""Characters of a name, and of a line of text."""

LIGHT = ("#0067a5", "#c2410c", "#047857", "#9d3f8b", "#8a6100", "#3f5bb5", "#b3224f")
DARK = ("#5cb8f5", "#ff9357", "#3ecf9a", "#ea9bd8", "#e8bd4a", "#a3b6ff", "#ff8fab")
"""A colour for each framework, on white and on black: in the order of Okabe and Ito's, which are told apart whatever
colours one sees, as dark or light as text has to be. Beyond seven they are used again: the names tell."""
_MARKS = ("circle", "square", "diamond", "up", "down", "bar")
"""A shape for each variant of a framework."""

_STYLE = """
text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif;
  fill: #1f2328; font-variant-numeric: tabular-nums }
.page { fill: #ffffff }
.name { font-size: 18px; font-weight: 600 }
.panel { font-size: 14px; font-weight: 600 }
.quiet { fill: #59636e }
.small { font-size: 12px }
.end { text-anchor: end }
.middle { text-anchor: middle }
.grid { stroke: #d8dee4; stroke-width: 1 }
.one { stroke: #8c959f; stroke-width: 1 }
.whisker { stroke-width: 2; stroke-linecap: round; fill: none }
"""


def svg(measured: Measurements, headline: str) -> str:
    """Draw the classes of work, or the probes where there is no class; the headline names the machine."""
    found = classes(measured)
    panels = found or probes(measured)
    subject, first = ("Classes of work", "first step") if found else ("Probes", "first call")
    about = [*words.state(measured), words.how(measured)]
    lines = [line for said in (headline, " ".join(about)) for line in _broken(said)]
    below = [line for said in _below(found, panels) for line in _broken(said)]
    top = _MARGIN + 30 + _LINE * len(lines) + _GAP
    tall = sum(_HEADING + _ROW * len(panel.rows) + _GAP for panel in panels)
    height = top + tall + _LINE * len(below) + _MARGIN
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {height}",
            "width": str(WIDTH),
            "height": str(height),
            "role": "img",
            "aria-labelledby": "title described",
        },
    )
    title = f"{subject}: time relative to the fastest"
    _put(root, "title", title, id="title")
    _put(root, "desc", " ".join([f"{headline}.", *about, *_described(panels)]), id="described")
    frameworks = dict.fromkeys(row.framework for panel in panels for row in panel.rows)
    ET.SubElement(root, "style").text = _style(len(frameworks))
    ET.SubElement(root, "rect", {"class": "page", "width": "100%", "height": "100%"})
    _text(root, _MARGIN, _MARGIN + 14, title, "name")
    for number, line in enumerate(lines):
        _text(root, _MARGIN, _MARGIN + 40 + _LINE * number, line, "quiet")
    _panels(root, panels, first, top)
    for number, line in enumerate(below):
        _text(root, _MARGIN, top + tall + 8 + _LINE * number, line, "small quiet")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _below(found: Sequence[Panel], panels: Sequence[Panel]) -> Iterator[str]:
    if not panels:
        yield "Nothing could be compared."
        return
    if said := words.first(found):
        yield said
    yield f"The line through a mark is its 90 % interval. {words.TIES}"


def _described(panels: Sequence[Panel]) -> Iterator[str]:
    """What is to be seen, for whoever does not see it."""
    for panel in panels:
        ties = {row.name: " tie" if row.place and row.place.tied else "" for row in panel.rows}
        said = [f"{row.name} {times(row.relative)}{ties[row.name]}" for row in panel.rows]
        yield f"{panel.title}: {', '.join(said)}."


def _panels(root: ET.Element, panels: Sequence[Panel], first: str, top: float) -> None:
    scale, looks = axis(panels), _looks(panels)
    for panel in panels:
        group = ET.SubElement(root, "g")
        bottom = top + _HEADING + _ROW * len(panel.rows)
        _text(group, _MARGIN, top + 18, cut(panel.title, _LONGEST), "panel")
        _text(group, _FIRST, top + 18, first, "end small quiet")
        _grid(group, scale, top + 18, top + _HEADING - 8, bottom - 2)
        for number, row in enumerate(panel.rows):
            _row(group, row, scale, looks[row.name], top + _HEADING + _ROW * number + _ROW / 2)
        top = bottom + _GAP


def _looks(panels: Sequence[Panel]) -> dict[str, tuple[int, str]]:
    """The colour and the shape of every variant, the same in all panels."""
    variants: dict[str, dict[str, None]] = {}
    for name, framework in sorted({(row.name, row.framework) for panel in panels for row in panel.rows}):
        variants.setdefault(framework, {})[name] = None
    return {
        name: (colour % len(LIGHT), _MARKS[shape % len(_MARKS)])
        for colour, names in enumerate(variants.values())
        for shape, name in enumerate(names)
    }


def _grid(group: ET.Element, scale: Axis, at: float, above: float, below: float) -> None:
    written: list[tuple[float, float]] = []
    for tick, label in scale.ticks():
        x, half = _x(scale, tick), 4.0 * len(label) + 4
        _line(group, x, above, below, "one" if label == "1" else "grid")
        if all(x + half <= left or x - half >= right for left, right in written):
            written.append((x - half, x + half))
            _text(group, x, at, label, "middle small quiet")


def _row(group: ET.Element, row: Row, scale: Axis, look: tuple[int, str], y: float) -> None:
    drawn = ET.SubElement(group, "g")
    base = y + 4.5
    _put(drawn, "title", _said(row))
    _text(drawn, _MARGIN + 12, base, str(row.place.rank) if row.place else "-", "end quiet")
    _text(drawn, _MARGIN + 24, base, cut(row.name, _LONGEST), "")
    _text(drawn, _FIRST, base, "" if row.first_s is None else seconds(row.first_s), "end quiet")
    _text(drawn, _RATIO, base, times(row.relative), "end")
    if row.place is None:
        return
    if row.place.tied:
        _text(drawn, _TIE, base, "tie", "quiet")
    colour, shape = look
    own = row.place.timed
    low, high = own.time - own.below, own.time + own.above
    left, middle, right = _x(scale, low), _x(scale, own.time), _x(scale, high)
    ends = [_end(left, y, 5, beyond=scale.beyond(low))] if middle - left > _HIDDEN else []
    ends += [_end(right, y, -5, beyond=scale.beyond(high))] if right - middle > _HIDDEN else []
    path = " ".join([f"M{left:.1f} {y:.1f}H{right:.1f}", *ends])
    ET.SubElement(drawn, "path", {"class": f"whisker s{colour}", "d": path})
    ET.SubElement(drawn, "path", {"class": f"f{colour}", "d": _mark(shape, middle, y)})


def _end(x: float, y: float, inward: float, *, beyond: bool) -> str:
    """A bar across the end of a line, or the head of an arrow where it goes on."""
    if beyond:
        return f"M{x + inward:.1f} {y - 4:.1f}L{x:.1f} {y:.1f}L{x + inward:.1f} {y + 4:.1f}"
    return f"M{x:.1f} {y - 4:.1f}V{y + 4:.1f}"


def _mark(shape: str, x: float, y: float) -> str:
    """The outline of a mark around a place."""
    outlines: Mapping[str, str] = {
        "circle": f"M{x - 5.5:.1f} {y:.1f}a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0Z",
        "square": f"M{x - 5:.1f} {y - 5:.1f}h10v10h-10Z",
        "diamond": f"M{x:.1f} {y - 7:.1f}l7 7l-7 7l-7 -7Z",
        "up": f"M{x:.1f} {y - 6.5:.1f}l6.5 11.5h-13Z",
        "down": f"M{x:.1f} {y + 6.5:.1f}l6.5 -11.5h-13Z",
        "bar": f"M{x - 3:.1f} {y - 7:.1f}h6v14h-6Z",
    }
    return outlines[shape]


def _said(row: Row) -> str:
    if row.place is None:
        return f"{row.name}: {UNKNOWN}"
    own = row.place.timed
    ends = listed([times(ratio(end)) for end in (own.time - own.below, own.time + own.above)])
    return f"{row.name}: {times(row.relative)} times the fastest, 90 % interval between {ends}"


def _x(scale: Axis, logarithm: float) -> float:
    return _LEFT + scale.share(logarithm) * (_RIGHT - _LEFT)


def _style(frameworks: int) -> str:
    colours = range(min(frameworks, len(LIGHT)))
    light = "\n".join(f".s{i} {{ stroke: {LIGHT[i]} }} .f{i} {{ fill: {LIGHT[i]} }}" for i in colours)
    dark = "\n".join(f"  .s{i} {{ stroke: {DARK[i]} }} .f{i} {{ fill: {DARK[i]} }}" for i in colours)
    return f"""{_STYLE}{light}
@media (prefers-color-scheme: dark) {{
  .page {{ fill: #0d1117 }}
  text {{ fill: #e6edf3 }}
  .quiet {{ fill: #9aa4b0 }}
  .grid {{ stroke: #2b323b }}
  .one {{ stroke: #6e7681 }}
{dark}
}}
"""


def _broken(said: str) -> list[str]:
    """Text in lines of the page."""
    return textwrap.wrap(said, _ACROSS, break_on_hyphens=False)


def _text(parent: ET.Element, x: float, y: float, said: str, kind: str) -> None:
    _put(parent, "text", said, x=f"{x:g}", y=f"{y:g}", **({"class": kind} if kind else {}))


def _line(parent: ET.Element, x: float, above: float, below: float, kind: str) -> None:
    ends = {"x1": f"{x:.1f}", "y1": f"{above:g}", "x2": f"{x:.1f}", "y2": f"{below:g}"}
    ET.SubElement(parent, "line", {"class": kind, **ends})


def _put(parent: ET.Element, tag: str, said: str, **attributes: str) -> None:
    """An element with text: what no document can hold is replaced, the rest is escaped when it is written."""
    ET.SubElement(parent, tag, attributes).text = printable(said)
