"""An answer of every status, in every format: word for word, and as those who read the format take it."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from cli.program import Ran, Run
from markdown_it import MarkdownIt

import advisor
from golden.keeping import FOLDER, hold

ANSWERS = FOLDER / "statuses"
STATUSES = {
    "decided": "pytorch,tensorflow,mxnet",
    "tie": "pytorch,onnxruntime,mxnet",
    "low_confidence": "keras,tensorflow,mxnet",
    "needs_more_info": "pytorch,keras",
    "out_of_scope": "pytorch,mxnet",
    "no_feasible_option": "pytorch,mxnet",
    "contradictory": "pytorch,mxnet",
}
"""Status to the options that are compared: few, so that what is kept here can be read."""
FORMATS = {"text": "txt", "markdown": "md", "adr": "adr.md", "json": "json", "html": "html"}
MADR = (
    ("h1", ""),
    ("h2", "Context and Problem Statement"),
    ("h2", "Decision Drivers"),
    ("h2", "Considered Options"),
    ("h2", "Decision Outcome"),
    ("h3", "Consequences"),
    ("h3", "Confirmation"),
    ("h2", "Pros and Cons of the Options"),
    ("h2", "More Information"),
)
"""The headings of MADR 4, in their order; those of the options stand below the last but one."""
KEPT = [(status, form) for status in STATUSES for form in FORMATS]


def answered(run: Run, status: str, form: str) -> Ran:
    given = ("--answers", ANSWERS / f"{status}.yaml", "--options", STATUSES[status], "--no-detect")
    return run("recommend", *given, "--format", form)


def settled(text: str) -> str:
    """Without what says which files, program and engine it came from, and changes without the answer."""
    text = re.sub(r"sha256:[0-9a-f]+", "sha256:...", text)
    text = re.sub(r'("engine": )"[^"]*"', r'\1"..."', text)
    text = re.sub(r"rules chained by [\w. -]+,", "rules chained by ...,", text)
    return text.replace(f'"advisor": "{advisor.__version__}"', '"advisor": "..."')


@pytest.mark.parametrize(("status", "form"), KEPT)
def test_an_answer_of_every_status_in_every_format(run: Run, status: str, form: str) -> None:
    ran = answered(run, status, form)
    assert ran.stderr == ""
    hold(f"statuses/{status}.{FORMATS[form]}", settled(ran.stdout))


def kept(status: str, form: str) -> str:
    return (ANSWERS / f"{status}.{FORMATS[form]}").read_text(encoding="utf-8")


@pytest.mark.parametrize("status", STATUSES)
def test_the_status_is_the_one_that_it_is_kept_for(run: Run, status: str) -> None:
    document = json.loads(kept(status, "json"))
    assert document["status"] == status
    jsonschema.validate(document, run("schema", "recommendation").document)


@pytest.mark.parametrize("status", STATUSES)
def test_a_record_has_the_sections_of_madr_in_their_order(status: str) -> None:
    _, matter, record = kept(status, "adr").split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in matter.splitlines())
    assert fields["status"] == "proposed"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", fields["date"])
    tokens = MarkdownIt("commonmark").parse(record)
    headings = [(t.tag, tokens[i + 1].content) for i, t in enumerate(tokens) if t.type == "heading_open"]
    options = [text for tag, text in headings if tag == "h3"]
    assert options[:2] == ["Consequences", "Confirmation"]
    ordered: list[Any] = [headings[0], *(found for found in headings if found in MADR)]
    assert [(tag, text if tag != "h1" else "") for tag, text in ordered] == list(MADR)
    assert "html_block" not in {token.type for token in tokens}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("form", ["markdown", "adr"])
def test_markdown_is_what_it_says_and_no_html(status: str, form: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(kept(status, form))
    inline = {child.type for token in tokens for child in token.children or ()}
    assert not {"html_block"} & {token.type for token in tokens}
    assert not {"html_inline", "image"} & inline


def test_every_kept_file_is_held_against_something() -> None:
    known = {f"{status}.yaml" for status in STATUSES} | {f"{status}.{FORMATS[form]}" for status, form in KEPT}
    assert {path.name for path in ANSWERS.iterdir()} == known
