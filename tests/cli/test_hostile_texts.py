"""Texts that want to be obeyed, in what an organisation adds and in names of projects: inert in every format."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from cli.program import Run

TRICKS = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markdown": "[click](javascript:alert(1)) ![x](https://evil.example/x.png) `rm -rf /` | a |",
    "template": "{{ 7 * 7 }}{% raw %} ${7*7} %s {0}",
    "path": "../../../etc/passwd",
    "bidi": "a\u202egnp.exe\u2066b\u2069\u200f",
    "escapes": "\x1b[31mred\x1b[0m\x9b2J\x07\x7f",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "comment": "--> <!-- adrlogstop --> ]]> </style></svg>",
}
FORMATS = ("text", "detail", "markdown", "adr", "html", "json")
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal or a reader's eye obeys, but for the ends of lines."""
TAGS = {"script", "img", "iframe", "object", "embed", "link", "form", "base", "foreignobject"}


class Page(HTMLParser):
    """What a browser would obey of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.obeyed: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.obeyed += [tag] if tag in TAGS else []
        self.obeyed += [name for name, _ in attrs if name.startswith("on") or name == "src"]
        leading = [value or "" for name, value in attrs if name == "href"]
        self.obeyed += [address for address in leading if not address.startswith(("https://", "#"))]


def obeyed_in_markdown(said: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(said)
    inline = [child for token in tokens for child in token.children or ()]
    kinds = [token.type for token in (*tokens, *inline) if token.type in ("html_block", "html_inline", "image")]
    links = [str(token.attrs["href"]) for token in inline if token.type == "link_open"]
    return kinds + [link for link in links if not link.startswith("https://")]


def harmless(form: str, said: str) -> None:
    assert not OBEYED.search(said)
    if form == "html":
        assert Page(said).obeyed == []
    elif form in ("markdown", "adr"):
        assert obeyed_in_markdown(said.partition("\n---\n")[2] if form == "adr" else said) == []
    elif form == "json":
        json.loads(said)


def house(folder: Path, *tricks: str) -> tuple[str | Path, ...]:
    """Knowledge and rules of a house: of each trick a framework and a rule in which every free text is the trick."""
    files: dict[str, Any] = {}
    rules = []
    for number, trick in enumerate(tricks):
        source = {"ref": trick, "observed": "2026-11-22", "grade": "official"}
        fact = {"value": "stable", "source": "handbook", "note": trick}
        files[f"knowledge/frameworks/ours{number}.yaml"] = {
            "id": f"ours{number}",
            "name": trick,
            "summary": trick,
            "sources": {"handbook": source},
            "facts": {"accelerator.linux.nvidia_gpu": fact, "wheels.linux": fact},
        }
        # What stands in braces in a message has to be the name of a fact.
        message = trick.replace("{", "(").replace("}", ")")
        where = {"domain": "cv", "task": "train"}
        rules.append(
            {
                "id": f"HOUSE-{number:03}",
                "title": trick,
                "when": {"domain": "cv"},
                "then": {"flag": ["ask_more"]},
                "message": message,
                "reason": trick,
                "source": "handbook",
                "examples": {
                    "fires": {"answers": where, "option": "pytorch"},
                    "misses": {"answers": {**where, "domain": "nlp"}, "option": "pytorch"},
                },
            }
        )
    files["rules/caution/house.yaml"] = {"sources": {"handbook": source}, "rules": rules}
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(json.dumps(content), encoding="utf-8")
    return "--knowledge", folder / "knowledge", "--rules", folder / "rules"


@pytest.mark.parametrize("form", FORMATS)
def test_what_an_organisation_adds_is_text_in_every_format(run: Run, tmp_path: Path, form: str) -> None:
    added = house(tmp_path, *TRICKS.values())
    answers = ("--set", "domain=cv", "--set", "task=train", "--set", "train_hw=nvidia_gpu", "--set", "train_os=linux")
    options = ",".join(["pytorch", *(f"ours{number}" for number in range(len(TRICKS)))])
    ran = run("recommend", *answers, "--options", options, "--no-detect", *added, "--format", form)
    assert (ran.exit, ran.stderr) == (0, "")
    assert "etc/passwd" in ran.stdout
    assert "gnp.exe" in ran.stdout
    harmless(form, ran.stdout)


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_names_of_projects_are_text_in_every_format(run: Run, form: str) -> None:
    given = [{"id": trick, "answers": {"domain": "cv", "task": "train"}} for trick in TRICKS.values()]
    bad = [{"id": trick, "answers": {trick: trick}} for trick in TRICKS.values()]
    long = [{"id": "x" * 1_000_000, "answers": {"domain": "cv", "y" * 1_000_000: "z" * 1_000_000}}]
    lines = "".join(json.dumps(line) + "\n" for line in (*given, *bad, *long))
    ran = run("portfolio", "-", "--no-detect", "--format", form, stdin=lines)
    assert (ran.exit, ran.stderr) == (0, "")
    harmless(form, ran.stdout)
    if form == "json":
        assert [project["id"] for project in ran.document["projects"]] == list(TRICKS.values())
    else:
        assert len(ran.stdout) < 100_000


def test_the_json_says_what_was_said_in_letters_that_nothing_obeys(run: Run, tmp_path: Path) -> None:
    added = house(tmp_path, TRICKS["bidi"])
    ran = run("recommend", "--set", "domain=cv", "--no-detect", "--json", "--depth", "core", *added)
    assert "\\u202e" in ran.stdout
    messages = [finding["message"] for finding in ran.document["findings"] if finding["rule"] == "HOUSE-000"]
    assert messages == [TRICKS["bidi"]]


def test_a_text_of_a_million_letters_passes_through_every_format(run: Run, tmp_path: Path) -> None:
    added = house(tmp_path, "a" * 1_000_000)
    for form in FORMATS:
        ran = run("recommend", "--set", "domain=cv", "--no-detect", "--depth", "core", *added, "--format", form)
        assert ran.exit in (0, 2, 4)
        assert "Traceback" not in ran.stderr
        assert "a bug" not in ran.stderr
