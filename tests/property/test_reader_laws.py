"""Whatever a file holds, it is read or refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.loading import yaml_reader
from advisor.loading.answers import batch_line, check_answers, read_answers, read_setting
from advisor.loading.json_reader import read_json
from advisor.loading.knowledge import load
from advisor.loading.problems import Problems
from advisor.loading.yaml_reader import read_bytes
from advisor.model.knowledge import KnowledgeBase

YAML_LIKE = st.text(st.sampled_from("ab: -[]{},\n\t\"'#&*!|>?%@`~\\0.9eEx=<"), max_size=60)
YAML_WORDS = [*"[]{}'\"", "a: ", "- ", "\n", "  ", "&x ", "*x", "!!str ", "---\n", "...\n", "? ", ": ", "\\uD800"]
WORDS = [
    "domain: cv\n",
    "needs: [",
    "sizes: {batch: ",
    "priorities:\n  speed: ",
    "1e999",
    "\x1b[31m",
    "\u202e",
    "unknown",
]
FRAGMENTS = st.lists(st.sampled_from([*YAML_WORDS, *WORDS]), max_size=20).map("".join)
JSON_LIKE = st.lists(
    st.sampled_from(
        [
            *'{}[]:, \n\t"-#\\/é\x7f',
            '"a":',
            ' "b": ',
            '{"a": 1',
            "1",
            "0.5e3",
            "1E999",
            "true",
            "null",
            "NaN",
            "-Infinity",
        ]
    ),
    max_size=20,
).map(lambda parts: "{" + "".join(parts) + "}")
"""Seldom JSON, and then often what YAML reads in another way."""
PLAIN_TEXT = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=20
)
NUMBERS = st.integers(-(10**300), 10**300) | st.floats(allow_nan=False, allow_infinity=False)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | PLAIN_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN_TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def parser(request: pytest.FixtureRequest) -> Any:
    """Either parser: the one in C, and the one in Python that stands in for it."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML was built without libyaml")
    return getattr(yaml, request.param)


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return load(use_cache=False)


@pytest.mark.parametrize(
    "content",
    [YAML_LIKE, FRAGMENTS, st.text(max_size=40), st.binary(max_size=40)],
    ids=["like", "parts", "text", "bytes"],
)
def test_any_content_is_read_or_refused_and_nothing_else(parser: Any, content: st.SearchStrategy[str | bytes]) -> None:
    @settings(max_examples=150, deadline=None)
    @given(content)
    def holds(given_content: str | bytes) -> None:
        encoded = given_content.encode("utf-8", "surrogatepass") if isinstance(given_content, str) else given_content
        problems = Problems()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_reader, "_LOADER", parser)
            document = read_bytes(encoded, "a.yaml", problems)
        assert (document is None) == bool(problems.found)
        for problem in problems.found:
            assert problem.place.startswith("a.yaml")
            assert str(problem).isprintable()

    holds()


def block(data: Any, indent: int = 0) -> str:
    """The data as YAML over many lines, its scalars as in JSON."""
    lead = "\n" + " " * indent
    if isinstance(data, dict) and data:
        return "".join(f"{lead}{json.dumps(key)}: {block(value, indent + 2)}" for key, value in data.items())
    if isinstance(data, list) and data:
        return "".join(f"{lead}- {block(value, indent + 2)}" for value in data)
    return json.dumps(data)


@pytest.mark.parametrize("write", [block, json.dumps, lambda data: json.dumps(data, indent=1)])
def test_what_is_written_as_json_or_yaml_is_read_back(parser: Any, write: Callable[[Any], str]) -> None:
    @settings(max_examples=80, deadline=None)
    @given(JSON)
    def holds(data: Any) -> None:
        problems = Problems()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_reader, "_LOADER", parser)
            document = read_bytes(write(data).encode(), "a.yaml", problems)
        assert not problems.found
        assert document is not None
        assert document.data == data
        assert json.dumps(document.data) == json.dumps(data)

    holds()


@pytest.mark.parametrize(
    "content",
    [
        JSON_LIKE,
        st.dictionaries(PLAIN_TEXT, JSON, max_size=5).map(json.dumps),
        st.dictionaries(PLAIN_TEXT, JSON, max_size=5).map(lambda data: json.dumps(data, indent=1)),
        st.dictionaries(PLAIN_TEXT, JSON, max_size=5).map(lambda data: json.dumps(data, separators=(",", ":"))),
        st.integers(30, 50).map(lambda depth: '{"a":' * depth + "1" + "}" * depth),
        st.integers(900, 1100).map(lambda long: '{"' + "a" * long + '": 1}'),
        st.integers(90, 500).map(lambda long: '{"a": ' + "1" * long + "}"),
        st.integers(0, 5000).map(lambda spaces: '{"a":' + " " * spaces + "1}"),
    ],
    ids=["like", "flat", "indented", "compact", "deep", "long-key", "long-number", "wide"],
)
def test_json_is_read_as_the_reader_of_yaml_would(parser: Any, content: st.SearchStrategy[str]) -> None:
    @settings(max_examples=300, deadline=None)
    @given(content)
    def holds(text: str) -> None:
        problems = Problems()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_reader, "_LOADER", parser)
            read = read_json(text.encode(), "a.json")
            if read is None:
                return
            document = read_bytes(text.encode(), "a.json", problems)
            assert document is not None, problems.found
            assert json.dumps(read.data) == json.dumps(document.data)
            assert dict(read.lines) == document.lines

    holds()


@settings(max_examples=150, deadline=None)
@given(content=FRAGMENTS | YAML_LIKE)
def test_answers_are_read_or_refused_and_nothing_else(base: KnowledgeBase, content: str) -> None:
    problems = Problems()
    document = read_answers(content.encode(), "a.yaml", problems)
    criteria = [criterion.id for criterion in base.criteria]
    answers = check_answers(document.data, base.vocabulary, criteria, document.place, problems)
    assert set(answers) <= {attribute.name for attribute in base.vocabulary.answers}
    assert all(str(problem).isprintable() for problem in problems.found)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_value_for_any_key_is_taken_or_refused_with_its_key(base: KnowledgeBase, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([attribute.name for attribute in base.vocabulary.answers]))
    value = data.draw(JSON)
    problems = Problems()
    answers = check_answers({key: value}, base.vocabulary, ["speed"], lambda path: f"at {path[0]}", problems)
    assert set(answers) <= {key}
    assert all(problem.place == f"at {key}" and str(problem).isprintable() for problem in problems.found)
    again = check_answers(answers, base.vocabulary, ["speed"], lambda _: "", Problems())
    if not any(isinstance(answer, tuple) for answer in answers.values()):
        assert again == answers


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(max_size=30) | st.builds("{}={}".format, st.sampled_from(["sizes.batch", "needs", "x"]), PLAIN_TEXT)
)
def test_any_setting_is_read_or_refused(base: KnowledgeBase, text: str) -> None:
    problems = Problems()
    key, _ = read_setting(text, base.vocabulary, problems)
    assert bool(key) != bool(problems.found)
    assert all(str(problem).isprintable() for problem in problems.found)


@settings(max_examples=200, deadline=None)
@given(line=st.text(max_size=40) | JSON.map(json.dumps) | JSON.map(lambda data: json.dumps({"id": 1, "answers": data})))
def test_any_line_of_a_batch_is_read_or_refused(line: str) -> None:
    try:
        said = str(sorted(batch_line(line)[1]))
    except ValueError as error:
        said = str(error)
    assert said.isprintable()
