"""More rules than durable-rules can hold: the answer comes all the same, and says what it was chained by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advisor.inference import durable
from advisor.inference.limits import MOST_USES_OF_A_CHECK
from cli.program import Run, example

HEAD = """\
sources:
  own: {ref: here, observed: "2026-01-01", grade: judged}
rules:
"""
# What is asked about is concluded by other rules, so that no answer can settle beforehand that the rule does not fire.
RULE = """\
- id: OUR-{number}
  title: Made up
  when: {{all: [{{shape: training}}, {{shape: thin}}, {{doubt: vendor_access}}]}}
  then: {{flag: [ask_more]}}
  message: Never said.
  reason: None.
  source: own
  examples: {{fires: {{answers: {{}}}}, misses: {{answers: {{}}}}}}
"""
ARGUMENTS = ("recommend", "--answers", example("document_understanding"), "--no-detect", "--json", "--depth", "core")


def overlay(folder: Path, rules: int) -> Path:
    file = folder / "caution" / "ours.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(HEAD + "".join(RULE.format(number=number) for number in range(100, 100 + rules)), encoding="utf-8")
    return folder


def without_provenance(document: Any) -> Any:
    return {part: said for part, said in document.items() if part != "provenance"}


@pytest.mark.skipif(not durable.available(), reason="durable-rules does not load here")
@pytest.mark.parametrize("way", ["one situation", "a batch"])
def test_one_engine_takes_over_from_the_other_and_the_provenance_says_so(run: Run, tmp_path: Path, way: str) -> None:
    arguments = ARGUMENTS if way == "one situation" else ("recommend", "--batch", "-", "--no-detect", "--json")
    stdin = "" if way == "one situation" else '{"id": 1, "answers": {"domain": "cv", "task": "train"}}\n'
    few, many = (overlay(tmp_path / str(rules), rules) for rules in (1, MOST_USES_OF_A_CHECK + 1))
    plenty, beyond = (run(*arguments, "--rules", folder, stdin=stdin) for folder in (few, many))
    assert [(ran.exit, ran.stderr) for ran in (plenty, beyond)] == [(0, "")] * 2
    assert plenty.document["provenance"]["engine"] == "durable-rules"
    assert beyond.document["provenance"]["engine"] == "durable-rules (situation, option), plain (verdict)"
    assert without_provenance(beyond.document) == without_provenance(plenty.document)
