"""Markdown for a pull request, and the decision record: of any answer, and of hostile ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from rendering import every, with_hostile_texts

from advisor.model.recommendation import Evidence, Recommendation
from advisor.render import adr, html, markdown
from advisor.render.json import document
from advisor.render.sources import cited, linked

RENDERS: dict[str, Callable[[Recommendation], str]] = {"markdown": markdown.render, "adr": adr.render}
EMPTY = frozenset({"meta", "br", "line", "circle"})
"""Elements that have no end."""
MADR = (
    "## Context and Problem Statement",
    "## Decision Drivers",
    "## Considered Options",
    "## Decision Outcome",
    "### Consequences",
    "### Confirmation",
    "## Pros and Cons of the Options",
    "## More Information",
)
"""The sections of MADR 4, in their order."""
HOSTILE = (
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "\x1b[31mred\x1b[0m",
    "a\u202egnp.exe",
    "![x](https://evil.example/x.png)",
    "| a | b |\n|---|---|",
    "`rm -rf /`",
    "# not a heading",
)


@pytest.mark.parametrize("name", every())
@pytest.mark.parametrize("form", RENDERS)
def test_every_option_flag_and_finding_is_in_it(form: str, name: str) -> None:
    answer = every()[name]
    said = RENDERS[form](answer).replace("\\", "")
    for option in (*(ranked.option for ranked in answer.ranking), *(excluded.option for excluded in answer.excluded)):
        assert option in said
    for flag in answer.flags:
        assert flag.code in said
    for evidence in answer.evidence:
        assert evidence.id in said


@pytest.mark.parametrize("name", every())
@pytest.mark.parametrize("form", RENDERS)
def test_every_score_is_that_of_the_json(form: str, name: str) -> None:
    answer = every()[name]
    said = RENDERS[form](answer)
    for ranked in document(answer)["ranking"]:
        row = rf"\| {ranked['option']} \| ([0-9.]+) \|"
        (score,) = re.findall(row, said)
        assert float(score) == pytest.approx(ranked["score"], abs=5e-4)


@pytest.mark.parametrize("name", every())
def test_a_record_has_the_sections_of_madr_in_their_order(name: str) -> None:
    said = adr.render(every()[name])
    assert said.startswith("---\nstatus: proposed\ndate: ")
    assert sum(line.startswith("# ") for line in said.splitlines()) == 1
    places = [said.index(f"\n{section}\n") for section in MADR]
    assert places == sorted(places)
    assert 'Chosen option: "' in said


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("form", RENDERS)
def test_hostile_texts_stay_text(form: str, hostile: str) -> None:
    said = RENDERS[form](with_hostile_texts(hostile))
    assert "<script" not in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert not re.search(r"(?<!\\)\]\((?!https://github\.com/)", said)
    assert "\n# not a heading" not in said
    assert "| a | b |" not in said
    assert not re.search(r"(?<!\\)`rm", said)


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


@pytest.mark.parametrize("name", every())
def test_a_page_says_everything_and_loads_nothing(name: str) -> None:
    answer = every()[name]
    page = Page(html.render(answer))
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "src"]
    assert all(value.startswith(("https://", "#")) for name, value in page.attributes if name == "href")
    for finding in answer.findings:
        assert finding.id in page.text
    for flag in answer.flags:
        assert flag.code in page.text
    for evidence in answer.evidence:
        assert evidence.id in page.text
    for ranked in answer.ranking:
        assert f"{ranked.option} {ranked.score:.3f}" in page.text
        for contribution in ranked.contributions:
            assert not contribution.weight or f"{contribution.value:.2f}" in page.text
    assert len(html.render(answer).encode()) < 400_000


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_text_on_a_page(hostile: str) -> None:
    page = Page(html.render(with_hostile_texts(hostile)))
    assert page.open == []
    assert "script" not in page.tags
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text
    assert all(value.startswith(("https://", "#")) for name, value in page.attributes if name == "href")


def test_an_address_is_a_link_and_a_file_of_a_repository_leads_there() -> None:
    assert linked("https://a.example/b (stored copy)") == "<https://a.example/b>  (stored copy)".replace("  ", " ")
    assert linked("owner/name:docs/a.md@0123456") == (
        "[owner/name:docs/a.md@0123456](https://github.com/owner/name/blob/0123456/docs/a.md)"
    )
    assert linked("design of this project") == "design of this project"
    assert "](" not in linked("[x](javascript:alert(1))").replace("\\]", "")


def test_evidence_that_has_expired_says_so() -> None:
    evidence = Evidence(
        id="jax.exit",
        statement="It is so.",
        grade="official",
        source="https://a.example",
        observed="2026-01-01",
        expires="2026-02-01",
        expired=True,
    )
    assert cited(evidence).endswith("(2026-01-01, official, to be looked at again since 2026-02-01)")
