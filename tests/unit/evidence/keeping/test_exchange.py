from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored_runs import run_of

from advisor.errors import InputError
from advisor.evidence.keeping.exchange import MAX_BYTES, read_foreign
from advisor.evidence.portable import document, identified
from advisor.model.measurement import Measurements
from advisor.render import measurements as words

RUN = identified(
    replace(
        run_of("jax", "mlx"),
        machine=replace(run_of("jax").machine, fingerprint="abc123"),
        frameworks=tuple(replace(one, reason="/home/ada/python ended") for one in run_of("jax", "mlx").frameworks),
        elapsed_s=1 / 3,
    )
)


def sent(**changes: Any) -> bytes:
    return json.dumps({**document(RUN), **changes}).encode()


def changed(path: str, value: Any) -> bytes:
    """A run that somebody changed and gave the id of what it says now, as far as it can have one."""
    data = document(RUN)
    *keys, last = path.split(".")
    part: Any = data
    for key in keys:
        part = part[int(key) if key.isdecimal() else key]
    part[last] = value
    return json.dumps(data).encode()


def problems(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_foreign(content, "run.json")
    return str(caught.value)


def test_what_is_sent_is_what_arrives_without_the_paths() -> None:
    found = read_foreign(sent(), "run.json")
    assert found.id == RUN.id
    assert found.results == RUN.results
    assert found.frameworks[0].reason == "…/python ended"
    assert b"ada" not in sent()


def test_a_figure_without_digits_behind_the_point_is_the_same_figure() -> None:
    run = identified(replace(RUN, elapsed_s=3))
    assert read_foreign(json.dumps(document(run)).encode(), "run.json").id == run.id


def test_what_probe_prints_can_be_taken_in_as_well() -> None:
    assert read_foreign(words.as_json(RUN).encode(), "run.json").id == RUN.id


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("elapsed_s", 2.0),
        ("results.0.value", 0.5),
        ("results.0.raw.wall_s", [0.5, 0.5]),
        ("machine.cpu", "Another"),
        ("measured", "2026-01-02T00:00:00Z"),
    ],
)
def test_what_was_changed_on_the_way_is_told(path: str, value: Any) -> None:
    assert "it was changed after it was measured" in problems(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("schema", "advisor/measurements/9", "expected advisor/measurements/1"),
        ("results.0.outcome", "wonderful", "'ok', 'unstable'"),
        ("results.0.value", "fast", "valid number"),
        ("results.0.value", float("nan"), "not finite"),
        ("results.0.interval", [0.1, float("inf")], "not finite"),
        ("results.0.samples", 1.5, "integer"),
        ("elapsed_s", 1e301, "beyond all measure"),
        ("results.0.samples", 10**400, "beyond all measure"),
        ("machine", None, "run.json: machine"),
        ("frameworks.0.framework", "\x1b[31mjax", "is no name"),
        ("frameworks.0.reason", "x" * 5000, "longer than 4096 characters"),
        ("results.0.value", 0.0, "results.0.value: 0 is not between 1e-15 and 1e+18"),
        ("results.0.value", 1e-300, "is not between"),
        ("results.0.at_least_s", -1.0, "is not between"),
        ("results.0.first_at_least_s", -1.0, "is not between"),
        ("results.0.flops", 1e300, "is not between"),
        ("results.0.first_s", -1.0, "is not between"),
        ("results.0.interval", [0.0, 1.0], "results.0.interval: 0 to 1 is not between"),
        ("results.0.interval", [2.0, 1.0], "2 is above 1"),
        ("classes.0.relative_time", 0.0, "is not between"),
        ("classes.0.relative_time", 1e-320, "is not between"),
        ("classes.0.utilisation", -0.5, "is not between"),
        ("classes.0.utilisation", 1e300, "is not between"),
        ("classes.0.first_step_s", -1.0, "is not between"),
        ("classes.0.interval", [1e-300, 1e300], "is not between"),
        ("canary_rate", 0.0, "canary_rate: 0 is not between"),
        ("measured", "9999-01-01T00:00:00Z", "is still to come"),
        ("measured", "yesterday", "no time in UTC"),
        ("machine.fingerprint", "../../etc", "is no hash"),
        ("results.0.more", 1, "more"),
        ("results", [{}] * 30, "there are "),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(path: str, value: Any, said: str) -> None:
    text = problems(changed(path, value))
    assert said in text
    assert "run.json" in text
    assert "\x1b" not in text


def test_a_first_step_that_was_not_timed_and_a_clock_that_is_ahead_are_nothing_odd() -> None:
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 80_000))
    run = identified(replace(RUN, measured=tomorrow, classes=(replace(RUN.classes[0], first_step_s=0.0),)))
    assert read_foreign(json.dumps(document(run)).encode(), "run.json").measured == tomorrow


def test_everything_wrong_is_told_at_once() -> None:
    data = document(RUN)
    data["measured"], data["machine"]["fingerprint"], data["results"][0]["value"] = "now", "?", float("inf")
    assert len(problems(json.dumps(data).encode()).splitlines()) == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"1e999",
        b'{"a":' * 100_000,
        b"[" * 1_000_000,
        sent()[:-20],
        b'{"machine": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"id": "' + b"9" * 10_000 + b'"}',
        b'{"elapsed_s": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_run_is_refused(content: bytes) -> None:
    assert problems(content)


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    assert "larger than 32 MiB" in problems(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    "content",
    [b'"' + b'\\"' * 800_000, b'{"a": "' + b"x" * 3_000_000, b'"' * 1_000_000, b"{}" * 500_000],
    ids=["escapes", "no end", "quotes", "braces"],
)
def test_what_is_made_to_take_long_does_not(content: bytes) -> None:
    # Each of these takes hours where a pattern tries everything that it could have meant.
    assert problems(content)


@pytest.mark.parametrize("text", ["~" * 4000, "'/" * 2000, "/a " * 1300, "C:\\" * 1300, " a/" * 1300])
def test_nor_do_texts_that_could_be_paths(text: str) -> None:
    run = identified(replace(RUN, results=tuple(replace(RUN.results[0], reason=text) for _ in range(200))))
    assert run.id


def test_braces_in_a_text_are_no_nesting() -> None:
    run = identified(replace(RUN, frameworks=(replace(RUN.frameworks[0], reason='[[[[[[[[[[[[[[{{{{{{{"\\'),)))
    assert read_foreign(json.dumps(document(run)).encode(), "run.json").id == run.id


def test_escapes_in_texts_stay_data() -> None:
    machine = replace(RUN.machine, cpu="\x1b]0;owned\x07 A Processor")
    run = identified(replace(RUN, machine=machine))
    found = read_foreign(json.dumps(document(run)).encode(), "run.json")
    assert found.machine.cpu == machine.cpu
    assert "\x1b" not in words.as_text(found)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=6,
)


@given(key=st.sampled_from(sorted(document(RUN))), value=json_values)
def test_whatever_stands_somewhere_it_is_a_run_or_told(key: str, value: Any) -> None:
    try:
        found = read_foreign(sent(**{key: value}), "run.json")
    except InputError:
        return
    assert isinstance(found, Measurements)
    assert found.id == RUN.id
