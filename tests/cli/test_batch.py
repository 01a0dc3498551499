"""JSON Lines in, JSON Lines out: one object for each line, in order, whatever a line holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.program import EXAMPLES, Ran, Run

ARGUMENTS = ("--json", "--no-detect")
GOOD = '{"id": "good", "answers": {"domain": "cv"}}'

BAD = {
    "broken JSON": "{broken",
    "half a line": '{"id": "half", "answers": {"domain": "cv"',
    "a deep list": "[" * 100_000,
    "a deep mapping": '{"id": "deep", "answers": ' + '{"a":' * 3000 + "1" + "}" * 3001,
    "not an object": "[1]",
    "a text": '"text"',
    "a number": "7",
    "null": "null",
    "a byte that is no text": b"\xff\xfe".decode("latin-1"),
    "an id of another encoding": '{"id": "caf\xe9", "answers": {"domain": "cv"}}',
    "an answer of another encoding": '{"id": "b", "answers": {"accelerator": "\xb5"}}',
    "answers that are none": '{"id": "b", "answers": 3}',
    "no answers": '{"id": "b"}',
    "one key too many": '{"id": "b", "answers": {}, "more": 1}',
    "a key twice": '{"id": "a", "id": "b", "answers": {}}',
    "an answer twice": '{"id": "b", "answers": {"domain": "cv", "domain": "nlp"}}',
    "a number of many digits": '{"id": "b", "answers": {"latency_ms": 1' + "0" * 5000 + "}}",
}
WRONG = {
    "a wrong key": ('{"id": "w", "answers": {"domian": "cv"}}', "domian", "'domain'"),
    "a wrong word": ('{"id": "w", "answers": {"task": "trian"}}', "task", "'train'"),
    "a nested list": ('{"id": "w", "answers": {"domain": ' + "[" * 500 + "]" * 500 + "}}", "domain", "domain"),
    "no number": ('{"id": "w", "answers": {"latency_ms": NaN}}', "latency_ms", "nan"),
    "an infinite number": ('{"id": "w", "answers": {"latency_ms": 1e999}}', "latency_ms", "inf"),
    "a huge number": ('{"id": "w", "answers": {"latency_ms": 1' + "0" * 400 + "}}", "latency_ms", "1000000"),
    "truth for a number": ('{"id": "w", "answers": {"latency_ms": true}}', "latency_ms", "True"),
}


def batch(run: Run, *lines: str, end: str = "\n") -> Ran:
    ran = run("recommend", "--batch", "-", *ARGUMENTS, stdin=end.join([*lines, ""]).encode("latin-1"))
    assert ran.exit == 0, ran.stderr
    assert ran.stderr == ""
    return ran


@pytest.fixture(scope="module")
def bad(run: Run) -> dict[str, Any]:
    """What becomes of each bad line, with a good one after it."""
    given = [line for text in BAD.values() for line in (text, GOOD)]
    out = batch(run, *given).lines
    assert len(out) == len(given)
    assert {answer["id"] for answer in out[1::2]} == {"good"}
    return dict(zip(BAD, out[::2], strict=True))


@pytest.fixture(scope="module")
def wrong(run: Run) -> dict[str, Any]:
    """What becomes of each line whose answers are wrong."""
    out = batch(run, *(line for line, _, _ in WRONG.values())).lines
    return dict(zip(WRONG, out, strict=True))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_yields_its_error_in_its_place(bad: dict[str, Any], name: str) -> None:
    assert set(bad[name]) == {"id", "error"}
    (problem,) = bad[name]["error"]["problems"]
    assert problem["place"] == f"line {2 * list(BAD).index(name) + 1}"
    assert problem["message"].endswith(".")


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_are_told_with_key_and_nearest_word(wrong: dict[str, Any], name: str) -> None:
    _, key, expected = WRONG[name]
    assert wrong[name]["id"] == "w"
    (problem,) = wrong[name]["error"]["problems"]
    assert problem["place"].startswith(f"line {list(WRONG).index(name) + 1} {key}")
    assert expected in problem["message"] + problem["hint"]


def test_every_problem_of_a_line_is_told(run: Run) -> None:
    (answer,) = batch(run, '{"id": 1, "answers": {"domian": "cv", "task": "trian", "needs": ["steaming"]}}').lines
    assert len(answer["error"]["problems"]) == 3


@pytest.mark.parametrize("key", ["more", "answers"])
def test_a_bad_line_keeps_its_id_where_it_can_be_read(run: Run, key: str) -> None:
    (answer,) = batch(run, json.dumps({"id": "b", "answers": {}, key: 3})).lines
    assert answer["id"] == "b"


def test_ids_come_back_as_they_were(run: Run) -> None:
    ids = ["text", 7, "7", "", "\u2028 \x85 \ud800 \U0001f600", -1, "x" * 1000]
    lines = [json.dumps({"id": identity, "answers": {"domain": "cv"}}) for identity in ids]
    assert [answer["id"] for answer in batch(run, *lines).lines] == ids


def test_a_line_without_an_id_is_answered_without_one(run: Run) -> None:
    (answer,) = batch(run, '{"answers": {"domain": "cv", "task": "train", "train_hw": "nvidia_gpu"}}').lines
    assert "id" not in answer
    assert answer["recommendation"]["primary"] == "pytorch"


@pytest.mark.parametrize("identity", ["[1]", "true", '{"a": 1}', "NaN"])
def test_an_id_is_text_or_a_whole_number(run: Run, identity: str) -> None:
    (answer,) = batch(run, f'{{"id": {identity}, "answers": {{}}}}').lines
    assert set(answer) == {"id", "error"}


def test_blank_lines_are_passed_over_and_line_ends_of_windows_are_read(run: Run) -> None:
    lines = batch(run, GOOD, "", "   ", GOOD, end="\r\n").lines
    assert [answer["id"] for answer in lines] == ["good", "good"]


def test_a_mark_of_byte_order_is_passed_over(run: Run) -> None:
    assert batch(run, "\xef\xbb\xbf" + GOOD).lines[0]["id"] == "good"


def test_nothing_in_is_nothing_out(run: Run) -> None:
    assert batch(run, "").stdout == ""


def test_a_file_is_answered_as_standard_input_is_and_each_line_as_if_alone(run: Run, tmp_path: Path) -> None:
    file, out = tmp_path / "batch.jsonl", tmp_path / "out.jsonl"
    given = [json.dumps({"id": n, "answers": {"domain": d}}) for n, d in enumerate(("cv", "llm", "bayesian", "cv"))]
    file.write_text("\n".join(given), encoding="utf-8")
    together = batch(run, *given).stdout
    assert run("recommend", "--batch", file, *ARGUMENTS, "--output", out).stdout == ""
    assert out.read_text(encoding="utf-8") == together
    assert batch(run, given[2]).stdout == together.splitlines(keepends=True)[2]


def test_core_depth_says_the_same_as_full_depth_but_for_what_was_inquired(run: Run) -> None:
    file = EXAMPLES[0]
    core, full = (
        run("recommend", "--answers", file, *ARGUMENTS, "--depth", depth).document for depth in ("core", "full")
    )
    assert (core["questions"], core["sensitivity"]["flips"]) == ([], [])
    assert full["questions"] or full["sensitivity"]["flips"]
    assert core.pop("provenance") | {"depth": "full"} == full.pop("provenance")
    inquired = {"questions", "sensitivity", "excluded", "views", "front", "staying"}
    assert {k: v for k, v in core.items() if k not in inquired} == {k: v for k, v in full.items() if k not in inquired}
