"""`advisor init`: a file with every key, which says nothing until somebody fills it in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from advisor.loading.knowledge import load
from cli.program import Run, example, too_wide

ASK = ("recommend", "--no-detect", "--json", "--depth", "core")


@pytest.fixture(scope="module")
def file(run: Run) -> str:
    ran = run("init")
    assert (ran.exit, ran.stderr) == (0, "")
    return ran.stdout


def test_every_key_is_there_with_its_words(file: str) -> None:
    base = load()
    assert sorted(re.findall(r"^(\w+):", file, re.MULTILINE)) == sorted(a.name for a in base.vocabulary.answers)
    said = set(re.findall(r"\w+", file))
    assert said >= {word for attribute in base.vocabulary.answers for word in attribute.words}
    assert said >= {criterion.id for criterion in base.criteria}
    assert too_wide(file) == []


def test_as_it_is_it_leaves_everything_open(run: Run, file: str) -> None:
    as_it_is, empty = run(*ASK, "--answers", "-", stdin=file), run(*ASK, "--answers", "-")
    assert (as_it_is.exit, as_it_is.stdout, as_it_is.stderr) == (4, empty.stdout, "")


def test_filled_in_it_is_an_answers_file(run: Run, file: str) -> None:
    given = dict(re.findall(r"^(\w+): (.+)$", example("laptop").read_text(encoding="utf-8"), re.MULTILINE))
    filled = re.sub(r"(?m)^(\w+): unknown$", lambda line: f"{line[1]}: {given.get(line[1], 'unknown')}", file)
    assert given
    assert run(*ASK, "--answers", "-", stdin=filled).stdout == run(*ASK, "--answers", example("laptop")).stdout


def test_what_each_comment_shows_can_be_said(run: Run, file: str) -> None:
    shown = re.findall(r"as in (\[.+?\]|\{.+?\}).+?^(\w+): unknown", file, re.MULTILINE | re.DOTALL)
    assert {"needs", "sizes", "priorities"} <= {key for _, key in shown}
    ran = run(*ASK, "--answers", "-", stdin="".join(f"{key}: {value}\n" for value, key in shown))
    assert ran.stderr == ""


def test_a_file_that_is_there_is_left_as_it_is(run: Run, file: str, tmp_path: Path) -> None:
    mine = tmp_path / "answers.yaml"
    mine.write_text("domain: cv\n", encoding="utf-8")
    refused = run("init", "--output", mine)
    assert (refused.exit, mine.read_text(encoding="utf-8")) == (2, "domain: cv\n")
    assert "there is such a file already. Name another file, or add --force to replace it." in refused.stderr
    assert run("init", "--output", mine, "--force").exit == 0
    assert mine.read_text(encoding="utf-8") == file
