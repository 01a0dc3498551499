from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from rendering import EXAMPLES, SITUATIONS, every, situation, with_hostile_texts

from advisor.loading.structure import plain, structure
from advisor.model.recommendation import Recommendation
from advisor.render.json import document, inert, line, render

NAMES = [*(path.stem for path in EXAMPLES), *SITUATIONS]


@pytest.mark.parametrize("name", NAMES)
def test_one_line_and_many_lines_are_the_same_document(name: str) -> None:
    recommendation = every()[name]
    assert json.loads(line(recommendation)) == json.loads(render(recommendation)) == document(recommendation)
    assert line(recommendation).count("\n") == 1


@pytest.mark.parametrize("name", NAMES)
def test_they_are_written_as_the_standard_library_does(name: str) -> None:
    recommendation = every()[name]
    whole = document(recommendation)
    assert render(recommendation) == json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    assert line(recommendation) == json.dumps(whole) + "\n"


@pytest.mark.parametrize(
    "odd", ["\u2028\x7f\ud800", 'a"b\\c\n', "", 0, -0.0, 1e-7, 1e22, math.inf, math.nan, True, [], {}]
)
def test_so_are_odd_values(odd: object) -> None:
    answers = {"odd": odd, "listed": [odd, [odd]], "named": {"": odd}}
    recommendation = replace(situation("nothing"), answers=answers)
    assert render(recommendation) == inert(json.dumps(document(recommendation), indent=2, ensure_ascii=False)) + "\n"


@pytest.mark.parametrize("sign", ["\x7f", "\x9b", "\u200b", "\u202e", "\u2066", "\ufeff", "\U000e0041"])
def test_what_a_terminal_obeys_is_written_as_its_number_and_means_the_same(sign: str) -> None:
    written = inert(json.dumps(f"a{sign}ü{sign}{sign}", ensure_ascii=False))
    assert sign not in written
    assert "ü" in written
    assert json.loads(written) == f"a{sign}ü{sign}{sign}"


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_the_recommendation_but_for_the_seventh_digit(name: str) -> None:
    recommendation = every()[name]
    again = structure(Recommendation, json.loads(render(recommendation)))
    assert document(again) == document(recommendation)
    assert again.ranking[:1] == () or again.ranking[0].score == pytest.approx(recommendation.ranking[0].score, abs=1e-6)
    assert replace(again, ranking=(), weights=()).findings == replace(recommendation, ranking=(), weights=()).findings


def test_an_id_stands_there_as_it_was_given_and_is_absent_where_none_was() -> None:
    recommendation = situation("nothing")
    assert "id" not in document(recommendation)
    for identity in ("a", 0, "", "\u00e9"):
        assert json.loads(line(replace(recommendation, id=identity)))["id"] == identity


@pytest.mark.parametrize("text", ["\x1b[31m", "a\nb", "\x00"])
def test_control_characters_are_escaped(text: str) -> None:
    written = line(with_hostile_texts(text))
    assert text not in written.removesuffix("\n")
    assert json.loads(written)["answers"]["accelerator"] == text


def test_rounding_reaches_every_float_and_nothing_else() -> None:
    value = {"a": [1 / 3, 1, "0.123456789", None, True], "b": {"c": -1e-9}, "d": 2.5}
    assert plain(value, 6) == {"a": [0.333333, 1, "0.123456789", None, True], "b": {"c": 0.0}, "d": 2.5}
    assert math.copysign(1, plain(-1e-9, 6)) == 1
    assert plain(1 / 3, 2) == 0.33


def test_keys_come_in_the_order_of_the_model() -> None:
    recommendation = replace(situation("nothing"), id="x")
    assert list(document(recommendation)) == list(plain(recommendation))
    assert next(iter(document(recommendation))) == "schema"
