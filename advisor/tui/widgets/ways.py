"""What to measure, and the frameworks to measure: two lists to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from advisor.inquiry.prospect import Missing, Prospect, There, Way, duration, proposed
from advisor.render.measured.figures import amount, cut

_TITLE, _TIME, _NAME, _VERSION, _PYTHON, _PLACE = 28, 13, 12, 12, 15, 34
"""Columns."""


class Ways(OptionList):
    """What to measure; choosing one begins it."""

    BORDER_TITLE = "Measure"
    BINDINGS = [Binding("enter", "select", "Measure")]  # noqa: RUF012  (as Textual has it)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._ways: dict[str, Way] = {}

    @property
    def way(self) -> Way | None:
        """The one that is highlighted."""
        row = self.highlighted_option
        return self._ways.get(str(row.id)) if row is not None else None

    @property
    def about(self) -> str:
        """Everything that is known of that."""
        return f"{self.way.title}: {self.way.about}" if self.way is not None else ""

    def show(self, ways: Iterable[Way]) -> None:
        """Offer these, the first that can be taken highlighted."""
        offered = tuple(ways)
        self._ways = {each.name: each for each in offered}
        self.set_options([Option(_way(each), id=each.name, disabled=each.plan is None) for each in offered])
        able = any(each.plan is not None for each in offered)
        self.highlighted = proposed(offered) if able else None


class Frameworks(OptionList):
    """The frameworks that are here, then those that are not; choosing one of these asks to make an environment."""

    BORDER_TITLE = "Frameworks on this machine"
    BINDINGS = [Binding("enter", "select", "Get it")]  # noqa: RUF012  (as Textual has it)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._about: dict[str, str] = {}
        self._missing: tuple[str, ...] = ()

    def show(self, prospect: Prospect) -> None:
        """Show what was found."""
        every: tuple[There | Missing, ...] = (*prospect.there, *prospect.missing)
        self._about = {each.framework: _details(each) for each in every}
        self.set_options(list(_rows(prospect)))
        self._missing = tuple(each.framework for each in prospect.missing)
        self.highlighted = len(prospect.there) if prospect.missing else 0

    def missing(self, framework: str) -> bool:
        """Whether it is not here."""
        return framework in self._missing

    @property
    def about(self) -> str:
        """Everything that is known of the one that is highlighted."""
        row = self.highlighted_option
        return self._about.get(str(row.id), "") if row is not None else ""


def _way(way: Way) -> Content:
    if way.plan is None:
        return Content.assemble(f"{way.title:{_TITLE}}not now: {way.about}")
    takes = f"about {duration(way.usual_s)}"
    return Content.assemble((f"{way.title:{_TITLE}}", "bold"), f"{takes:{_TIME}}", (way.about, "dim"))


def _rows(prospect: Prospect) -> Iterator[Option]:
    for each in prospect.there:
        place = cut(each.interpreter, _PLACE)
        about = f"{each.version or 'version unknown':{_VERSION}} {f'Python {each.python}':{_PYTHON}} "
        yield Option(Content.assemble((f"{each.framework:{_NAME}} ", "bold"), about, (place, "dim")), id=each.framework)
    for lack in prospect.missing:
        how = (
            f"enter makes an environment ({amount(lack.download_mb)})" if lack.download_mb is not None else lack.command
        )
        row = Content.assemble((f"{lack.framework:{_NAME}} ", "bold"), "missing      ", (how or lack.reason, "dim"))
        yield Option(row, id=lack.framework)


def _details(one: There | Missing) -> str:
    if isinstance(one, There):
        return f"{one.framework}: {', '.join(one.variants)}, in {one.interpreter}"
    more = f" Or install it: {one.command}" if one.command else ""
    return f"{one.framework}: {one.reason}.{more}"
