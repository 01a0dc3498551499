"""A portfolio as one page."""

from __future__ import annotations

from advisor.model.portfolio import Portfolio
from advisor.render.lines import Entry
from advisor.render.page import page
from advisor.render.portfolio import words


def render(portfolio: Portfolio) -> str:
    """The page: no script, nothing loaded from anywhere."""
    p = portfolio
    return page(
        "portfolio.html",
        p=p,
        summary=list(words.summary(p)),
        projects=[(words.name(one), words.primary(one), words.state(one), words.stack(one)) for one in p.projects],
        commons=[words.common(each, p) for each in p.common],
        costs=[(words.name(one), *words.costs(one, p)) for one in p.projects if one.costs],
        reasons=list(words.reasons(p)),
        speeds=list(words.speeds(p)),
        bad=[Entry(words.name(line), " ".join(line.problems)) for line in p.bad],
    )
