"""The text for a terminal: narrow, harmless, and the same numbers as the JSON."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from rendering import EXAMPLES, SITUATIONS, every, situation, with_hostile_texts

from advisor.render import FORMATS
from advisor.render.json import document
from advisor.render.text import WIDTH, render, render_detail

NAMES = [*(path.stem for path in EXAMPLES), *SITUATIONS]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_every_format_ends_with_a_line_break_and_has_no_trailing_blanks(form: str, name: str) -> None:
    text = FORMATS[form](every()[name])
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("form", [render, render_detail])
@pytest.mark.parametrize("name", NAMES)
def test_text_fits_its_width(form: Any, name: str) -> None:
    too_long = [line for line in form(every()[name]).splitlines() if len(line) > WIDTH]
    assert not too_long


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_is_short_and_the_detail_begins_with_it(name: str) -> None:
    summary = render(every()[name])
    assert len(summary.splitlines()) <= 24
    assert render_detail(every()[name]).startswith(summary)


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_says_primary_status_and_every_place_of_the_stack(name: str) -> None:
    recommendation = every()[name]
    text = render(recommendation)
    shown = {"needs_more_info": "needs_more_info", "none_of_these": "none of these frameworks"}
    primary = recommendation.recommendation.primary
    assert text.startswith("Build on")
    assert shown.get(primary, primary) in text.splitlines()[0]
    flat = re.sub(r"\s+", " ", text)
    assert all(part.component in flat for part in recommendation.recommendation.stack)
    assert all(f"({flag.code}" in flat or f", {flag.code}" in flat for flag in recommendation.flags)


@pytest.mark.parametrize("name", NAMES)
def test_scores_in_text_are_those_of_the_json(name: str) -> None:
    recommendation = every()[name]
    detail = render_detail(recommendation)
    ranking = document(recommendation)["ranking"]
    scores = dict(re.findall(r"^(\w+) +(\d\.\d{3})  [#.]{30}  ", detail, re.MULTILINE))
    assert scores == {ranked["option"]: f"{ranked['score']:.3f}" for ranked in ranking}
    for ranked in ranking:
        low, high = ranked["interval"]
        assert f"  {low:.2f} to {high:.2f}\n" in detail
    flat = re.sub(r"\s+", " ", render(recommendation))
    for option, score in re.findall(r"(\w+) scores (\d\.\d\d) of 1", flat):
        assert score == f"{next(r['score'] for r in ranking if r['option'] == option):.2f}"
    following = re.search(r"Next best +(.*)", render(recommendation))
    if following:
        assert following[1] == ", ".join(f"{r['option']} {r['score']:.2f}" for r in ranking[1:4])


@pytest.mark.parametrize("name", NAMES)
def test_weights_and_values_in_text_are_those_of_the_json(name: str) -> None:
    recommendation = every()[name]
    lines = render_detail(recommendation).splitlines()
    ranking = document(recommendation)["ranking"]
    for i, share in enumerate(ranking[0]["contributions"] if ranking else []):
        values = [f"{ranked['contributions'][i]['value']:.2f}" for ranked in ranking]
        row = [share["criterion"], f"{share['weight']:.1%}", *values]
        assert row in [line.split() for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_the_detail_names_every_finding_and_every_piece_of_evidence(name: str) -> None:
    recommendation = every()[name]
    lines = render_detail(recommendation).splitlines()
    for part in (*recommendation.findings, *recommendation.evidence):
        assert any(line.startswith(f"{part.id} ") for line in lines), part.id


@pytest.mark.parametrize("name", NAMES)
def test_questions_flips_and_revivals_are_all_in_the_detail(name: str) -> None:
    recommendation = every()[name]
    flat = re.sub(r"\s+", " ", render_detail(recommendation))
    for question in recommendation.questions:
        assert f"{question.text} Worth {question.value_of_information:.3f}: {', '.join(question.could_become)}." in flat
    for excluded in recommendation.excluded:
        assert all(revival.why in flat for revival in excluded.revive)
    for flip in recommendation.sensitivity.flips:
        assert all(f"{key} is " in flat for key in flip.change)


HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "a\u202eb\u2066c",
    "a\nBuild on mxnet",
    "\x00\x07\x7f\x9b",
    "\ud800",
    "{option} {x",
    "%s" * 9,
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("form", [render, render_detail])
def test_nothing_that_a_terminal_obeys_comes_through(form: Any, text: str) -> None:
    shown = form(with_hostile_texts(text))
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert text not in shown


def test_a_tie_names_what_it_is_tied_with() -> None:
    recommendation = situation("must")
    verdict = replace(recommendation.recommendation, tied_with=("jax", "keras"))
    tied = replace(recommendation, status="tie", recommendation=verdict)
    assert f"{verdict.primary}, tied with jax, keras  (a tie; " in render(tied)
