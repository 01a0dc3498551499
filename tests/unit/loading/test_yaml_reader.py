from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.errors import Problem
from advisor.loading import yaml_reader
from advisor.loading.documents import MAX_BYTES, Document
from advisor.loading.problems import Problems
from advisor.loading.yaml_reader import MAX_DEPTH, read_bytes, read_file


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either parser: the one in C, and the one in Python that stands in for it."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(yaml_reader, "_LOADER", getattr(yaml, request.param))


def read(text: str | bytes) -> Document:
    problems = Problems()
    document = read_bytes(text.encode() if isinstance(text, str) else text, "a.yaml", problems)
    problems.settle()
    assert document is not None
    return document


def refused(text: str | bytes) -> Problem:
    problems = Problems()
    assert read_bytes(text.encode() if isinstance(text, str) else text, "a.yaml", problems) is None
    (problem,) = problems.found
    assert str(problem).isprintable()
    return problem


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "stands here again; it was on line 1"),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", 4, "stands here again; it was on line 2"),
        ("a: 1\nb: &x 2\n", 2, "anchors and aliases"),
        ("a: &x 1\nb: *x\n", 1, "anchors and aliases"),
        ("\n- &x [1]\n- *x\n", 2, "anchors and aliases"),
        ("a: 1\nb: !!python/object/apply:os.system [id]\n", 2, "tag"),
        ("a: 1\n\nb: !secret x\n", 3, "tag"),
        ("a: 1\n? [x, y]\n: 2\n", 2, "a key has to be plain text"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\nb: 'open\n", None, "broken YAML"),
        ("a: 1\nb: c: d\n", 2, "broken YAML"),
        ("a: 1\n\tb: 2\n", 2, "broken YAML"),
    ],
)
def test_what_is_refused_names_its_line(text: str, line: int | None, says: str) -> None:
    problem = refused(text)
    assert problem.place.startswith("a.yaml:")
    assert says in problem.message
    if line is not None:
        assert problem.place == f"a.yaml:{line}"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", '{"a": [', "[[["])
def test_a_hundred_thousand_levels_are_refused_and_not_followed(opening: str) -> None:
    began = time.process_time()
    problem = refused(opening * 100_000)
    assert time.process_time() - began < 60
    assert "deep" in problem.message or "plain text" in problem.message


def test_the_deepest_level_that_is_allowed_is_read_and_the_next_is_not() -> None:
    value = read("[" * MAX_DEPTH + "]" * MAX_DEPTH).data
    for _ in range(MAX_DEPTH - 1):
        (value,) = value
    assert value == []
    assert "nested deeper" in refused("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2)).message


def test_what_is_too_large_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    content = b"a: " + b"x" * MAX_BYTES
    assert "larger than 4 MB" in refused(content).message
    path = tmp_path / "large.yaml"
    path.write_bytes(content)
    problems = Problems()
    assert read_file(path, problems, name="large.yaml") is None
    (problem,) = problems.found
    assert (problem.place, "larger than 4 MB" in problem.message) == ("large.yaml", True)


def test_a_file_that_is_not_there_is_a_problem_and_no_exception(tmp_path: Path) -> None:
    problems = Problems()
    assert read_file(tmp_path / "none.yaml", problems, name="none.yaml") is None
    assert read_file(tmp_path, problems, name="folder") is None
    assert [problem.place for problem in problems.found] == ["none.yaml", "folder"]
    assert all("cannot be read" in problem.message for problem in problems.found)


@pytest.mark.parametrize(
    "content",
    [b"a: \xff\xfe", b"\x80", bytes(range(256)), b"a: \xed\xa0\x80", "a: \xe9".encode("latin-1"), b"\x00\x01\x02"],
)
def test_binary_and_other_encodings_are_refused(content: bytes) -> None:
    assert "UTF-8" in refused(content).message or "broken YAML" in refused(content).message


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\ufffe"])
def test_control_characters_are_refused(character: str) -> None:
    assert "broken YAML" in refused(f"a: 1\nb: {character}[31m\n").message


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert read("\ufeffa: 1").data == {"a": 1}


@pytest.mark.parametrize("escape", ["\\uD800", "\\uDFFF", "\\U00110000", "\\U7FFFFFFF", "\\xZZ"])
def test_an_escape_that_names_no_character_is_refused(escape: str) -> None:
    assert refused(f'a: "x{escape}"').place == "a.yaml:1"
    assert refused(f'"{escape}": x').place == "a.yaml:1"


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "~", "null"])
def test_an_empty_file_is_nothing(text: str) -> None:
    assert read(text).data is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, word) for word in ("no", "on", "yes", "off", "y", "n", "No", "YES", "On")),
        *((word, word) for word in ("12:30:00", "0o17", "0x1F", "1_000", "2026-11-22", "0b1", "=", "<<", "1.2.3")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *((word, None) for word in ("null", "Null", "NULL", "~")),
        *(
            ("017", 17),
            ("-3", -3),
            ("+4", 4),
            ("3.10", 3.1),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("2.", 2.0),
            ("-1E-2", -0.01),
        ),
        *(('"3.10"', "3.10"), ("'no'", "no"), ("'true'", "true"), ("'~'", "~"), ("''", ""), ('"1"', "1")),
        *((".inf", math.inf), ("-.INF", -math.inf), ("9" * 401, "9" * 401), ("|\n 1\n", "1\n")),
    ],
)
def test_scalars_are_read_as_yaml_1_2_reads_them(text: str, value: object) -> None:
    read_value = read(f"a: {text}").data["a"]
    assert read_value == value
    assert type(read_value) is type(value)


def test_not_a_number_is_read_as_such() -> None:
    assert math.isnan(read("a: .nan").data["a"])


def test_keys_stay_text_whatever_they_look_like() -> None:
    assert list(read("on: 1\nno: 2\n3: 3\nnull: 4\n1e3: 5\n").data) == ["on", "no", "3", "null", "1e3"]


def test_json_is_read_as_yaml() -> None:
    text = '{"a": [1, 2.5, -3e2, true, false, null, "no", "\\u00e9\\n", {}], "b": {"c": ""}}'
    assert read(text).data == {"a": [1, 2.5, -300.0, True, False, None, "no", "\xe9\n", {}], "b": {"c": ""}}


def test_every_part_knows_its_line() -> None:
    document = read("a:\n  - x\n  -\n    b: 1\n    c:\n      d: 2\ne: {f: [1,\n  2]}\n")
    places: dict[tuple[Any, ...], str] = {
        (): "a.yaml:1",
        ("a",): "a.yaml:1 a",
        ("a", 0): "a.yaml:2 a[0]",
        ("a", 1, "b"): "a.yaml:4 a[1].b",
        ("a", 1, "c", "d"): "a.yaml:6 a[1].c.d",
        ("e", "f", 1): "a.yaml:8 e.f[1]",
        ("e", "f", "none"): "a.yaml:7 e.f.none",
        ("nowhere", "at", "all"): "a.yaml:1 nowhere.at.all",
    }
    assert {path: document.place(path) for path in places} == places


def test_a_place_shows_nothing_that_a_terminal_obeys() -> None:
    assert read('"\\e[31m\\u202e": 1').place(("\x1b[31m\u202e",)).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "[" + "a," * 50_000 + "]",
        "a " * 100_000,
        '"' + "\\n" * 100_000 + '"',
        "a:" * 50_000,
        "\n".join(["- - - a"] * 9000),
    ],
)
def test_time_is_bounded_by_size(text: str) -> None:
    """What grows with the square of the size, or worse, takes many minutes of the processor here."""
    began = time.process_time()
    read_bytes(text.encode(), "a.yaml", Problems())
    assert time.process_time() - began < 120
