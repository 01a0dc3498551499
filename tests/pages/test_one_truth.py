"""One answer in every format: what the JSON says stands on the page, and no format has a number that the page has not.

`SHOWN` declares every number that a document can hold: how it is written, and in which formats it stands. A number of
which it says nothing is a failure, so that a new field has to be thought of.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
import yaml
from cli.program import EXAMPLES
from golden.keeping import FOLDER

from advisor import resources
from advisor.model.recommendation import Recommendation
from advisor.model.rule import PLACES
from advisor.render import adr, html, markdown
from advisor.render.json import document
from advisor.render.sureness import SETTLED, sureness
from advisor.render.text import render, render_detail
from pages.samples import checked, run, session

Write = Callable[[float], str]

RUN = run()
_PERCENT, _TENTH, _TWO, _THREE = "{:.0%}".format, "{:.1%}".format, "{:.2f}".format, "{:.3f}".format
_WORDS = "{:g}".format
SHOWN: Mapping[str, tuple[Write, str]] = {
    "recommendation.confidence.p_best": (_PERCENT, "html"),
    "recommendation.confidence.p_top2": (_PERCENT, "html"),
    "recommendation.confidence.expected_regret": ("{:.4f}".format, "html"),
    "recommendation.confidence.p_accept": (_PERCENT, "html"),
    "ranking.score": (_THREE, "html markdown adr detail"),
    "ranking.interval": (_TWO, "html markdown adr detail"),
    "ranking.contributions.weight": (_TENTH, "html"),
    "ranking.contributions.value": (_TWO, "html"),
    "ranking.contributions.contribution": (_THREE, "html"),
    "questions.value_of_information": (_THREE, "html detail"),
    "sensitivity.stays_first": (_PERCENT, "html"),
    "sensitivity.weights.now": (_TENTH, "html"),
    "sensitivity.weights.becomes": (_TENTH, "html markdown adr detail"),
    "sensitivity.weights.moved": (_TENTH, "html"),
    "sensitivity.facts.way": (_TWO, "html"),
    "weights.base": (_TWO, "html"),
    "weights.moved_by": ("{:+.2g}".format, "html"),
    "weights.final": (_TENTH, "html"),
    "measurements.share": (_PERCENT, "html"),
    "measurements.conflicts.published": (_TWO, "html"),
    "measurements.conflicts.measured": (_TWO, "html"),
    "provenance.seed": ("{:.0f}".format, "html"),
    "answers": (_WORDS, "html markdown adr"),
    "findings.facts": (_WORDS, "html markdown detail"),
    "sensitivity.flips.change": (_WORDS, "html markdown adr detail"),
}
UNSHOWN = {
    "staying.score": "said where the code is in another framework that remains",
    "staying.gain": "the same",
    "staying.margin": "the same",
    "excluded.revive.change": "its sentence says it",
    "memory": "its sentences say it, in units that fit",
    "contradictions.between": "its sentence says it",
    "contradictions.ways_out.change": "its sentence says it",
}
"""Numbers that stand within a sentence, or nowhere."""
FORMS: Mapping[str, Callable[[Recommendation], str]] = {
    "html": lambda r: html.render(r, RUN),
    "markdown": markdown.render,
    "adr": adr.render,
    "text": render,
    "detail": render_detail,
}
_NUMBER = re.compile(r"(?<![\w.:@/-])[+-]?\d+\.\d+%?(?![\w.-]|:\d)|(?<![\w.])\d+%")


@functools.cache
def answers() -> dict[str, Recommendation]:
    """Of the examples, one of every status, the gold cases, and with a measured run."""
    files = [*EXAMPLES, *sorted((FOLDER / "statuses").glob("*.yaml"))]
    full = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}
    cases = yaml.safe_load((resources.knowledge() / "cases" / "gold.yaml").read_text(encoding="utf-8"))["cases"]
    gold = {case["id"]: session().recommend(checked(case["facts"]), full=False) for case in cases}
    situation = {"domain": "llm", "task": "train", "train_hw": "cpu", "train_os": "linux", "existing_code": "jax"}
    measured = replace(session(), measurements=RUN).recommend(checked(situation), full=True)
    told = {name: session().recommend(checked(raw), full=True) for name, raw in full.items()}
    return {**told, **gold, "measured": measured}


@functools.cache
def said(name: str, form: str) -> str:
    """What a format says, without what its notation adds."""
    written = FORMS[form](answers()[name])
    return _Text(written).text if form == "html" else written.replace("\\", "")


class _Text(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page)
        self.text = " ".join(" ".join(self.parts).split())

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number in a document with its path; words of answers and criteria are no part of it."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, (int, float)):
        yield path, value
    elif isinstance(value, list):
        for item in value:
            yield from numbers(item, path)
    else:
        for key, item in value.items():
            closed = path in {*SHOWN, *UNSHOWN}
            yield from numbers(item, path if closed else f"{path}.{key}".lstrip("."))


def said_of(answer: Recommendation) -> dict[str, Any]:
    """The document without numbers that say nothing: of no draws, of no measurement, and of no weight."""
    held = document(answer)
    if not answer.ranking:
        held["sensitivity"] = {}
    if not answer.measurements.used:
        held["measurements"] = {}
    for ranked in held["ranking"]:
        ranked["contributions"] = [each for each in ranked["contributions"] if each["weight"]]
    return held


@pytest.mark.parametrize("form", ["html", "markdown", "adr", "detail"])
def test_every_number_of_the_json_stands_where_it_is_declared(form: str) -> None:
    lacking = []
    for name, answer in answers().items():
        held = said_of(answer)
        text = said(name, form)
        tokens = set(re.findall(r"[+-]?\d[\w.%+-]*", text.replace(",", " "))) | set(_NUMBER.findall(text))
        tokens |= {token.rstrip(".") for token in tokens}
        for path, number in numbers(held):
            if path in UNSHOWN or path == "id":
                continue
            write, forms = SHOWN[path]
            # The JSON has six digits, of which the last may tip a rounding.
            if form in forms.split() and not {write(number), write(number - 1e-6), write(number + 1e-6)} & tokens:
                lacking.append((name, path, write(number)))
    assert lacking == []


def rounded(token: str) -> tuple[bool, float, float]:
    """Whether it is a percentage, the number, and half of what its last digit stands for."""
    digits = token.rstrip("%")
    return token.endswith("%"), abs(float(digits)), 0.5 * 10.0 ** -len(digits.partition(".")[2])


@pytest.mark.parametrize("form", ["markdown", "adr", "text", "detail"])
def test_no_format_says_a_number_that_the_page_does_not(form: str) -> None:
    """It may stand there with another number of digits."""
    for name in answers():
        page = [rounded(token) for token in set(_NUMBER.findall(said(name, "html")))]
        other = [
            token
            for token in set(_NUMBER.findall(said(name, form)))
            for percent, number, half in [rounded(token)]
            if not any(percent == p and abs(number - n) <= half + h + 1e-9 for p, n, h in page)
        ]
        assert other == [], name


@pytest.mark.parametrize("form", ["html", "markdown", "detail"])
def test_every_rule_flag_option_and_source_of_the_json_is_named(form: str) -> None:
    for name, answer in answers().items():
        text = "".join(said(name, form).split())
        wanted = {part.component for part in answer.recommendation.stack}
        wanted |= {ranked.option for ranked in answer.ranking} | {excluded.option for excluded in answer.excluded}
        wanted |= {evidence.id for evidence in answer.evidence} | {finding.id for finding in answer.findings}
        wanted |= {flag.code for flag in answer.flags} | {question.key for question in answer.questions}
        wanted |= {finding.rule for finding in answer.findings} if form == "html" else set()
        assert {word for word in wanted if word not in text} == set(), name


@pytest.mark.parametrize("form", FORMS)
def test_the_same_words_for_the_same_thing(form: str) -> None:
    """How sure an answer is comes from one table, and so do the names of the places."""
    for name, answer in answers().items():
        text = " ".join(said(name, form).split()).lower()
        sure = sureness(answer.status, answer.recommendation.confidence)
        assert (sure if answer.recommendation.stack or answer.ranking else SETTLED[answer.status]) in text, name
        for part in answer.recommendation.stack:
            assert part.place in PLACES
            assert part.place in text or answer.recommendation.primary == "none_of_these"


def test_the_answers_that_the_page_gives_are_a_file() -> None:
    for name, answer in answers().items():
        (given,) = re.findall(r"<pre>(\{.*?\})</pre>", html.render(answer, RUN), flags=re.DOTALL)
        told = json.loads(unescape(given))
        held = document(answer)["answers"]
        assert told == {key: held[key] for key in told}, name
        assert set(told) >= {key for key in held if answer.origins.get(key, "answered") == "answered"}, name
