"""The command line, a questionnaire's file, a batch and Python give the same bytes for the same answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.program import EXAMPLES, Run, example

import advisor
from advisor import resources
from advisor.inquiry import transcript
from advisor.inquiry.interview import Interview
from advisor.model.answers import Answer

GOLD: list[dict[str, Any]] = yaml.safe_load(
    (resources.knowledge() / "cases" / "gold.yaml").read_text(encoding="utf-8")
)["cases"][::7]
MADE_UP = Path(__file__).parents[1] / "cases" / "made_up"
EXPLAINED: dict[str, tuple[Any, ...]] = {
    "why": ("why", "pytorch"),
    "why of a component": ("why", "transformers"),
    "why-not": ("why-not", "jax"),
    "how": ("how", "STK-012"),
}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_command_line_and_python(run: Run, file: Path) -> None:
    expected = run("recommend", "--answers", file, "--no-detect", "--json").stdout
    assert advisor.rendered(advisor.recommend(file)) == expected
    assert advisor.rendered(advisor.recommend(yaml.safe_load(file.read_text(encoding="utf-8")))) == expected


def test_every_format(run: Run) -> None:
    recommendation = advisor.recommend(example("document_understanding"))
    for form in ("text", "detail", "markdown", "adr", "html"):
        ran = run("recommend", "--answers", example("document_understanding"), "--no-detect", "--format", form)
        assert advisor.rendered(recommendation, form) == ran.stdout


def test_the_file_of_a_questionnaire(run: Run, knowledge: advisor.Knowledge, tmp_path: Path) -> None:
    said: dict[str, Answer | None] = {"task": "finetune", "domain": "nlp", "needs": ("streaming",), "train_os": None}
    file = tmp_path / "interview.yaml"
    file.write_text(transcript.written(Interview(said)), encoding="utf-8")
    ran = run("recommend", "--answers", file, "--no-detect", "--json")
    assert ran.exit == 0
    assert advisor.rendered(knowledge.recommend(file)) == ran.stdout
    assert advisor.rendered(knowledge.recommend({**said, "train_os": "unknown"})) == ran.stdout


def test_gold_answers_in_a_batch(run: Run, knowledge: advisor.Knowledge) -> None:
    lines = "".join(json.dumps({"id": case["id"], "answers": case["facts"]}) + "\n" for case in GOLD)
    ran = run("recommend", "--batch", "-", "--no-detect", "--json", "--depth", "full", stdin=lines)
    assert len(GOLD) > 5
    for case, document in zip(GOLD, ran.lines, strict=True):
        del document["id"]
        said = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        assert advisor.rendered(knowledge.recommend(case["facts"])) == said


@pytest.mark.parametrize("asked", EXPLAINED)
def test_an_explanation(run: Run, knowledge: advisor.Knowledge, asked: str) -> None:
    question, about = EXPLAINED[asked]
    answers = example("document_understanding")
    ran = run(question, about, "--answers", answers, "--no-detect", "--json")
    explanation = knowledge.explain(answers, question, about)
    assert advisor.rendered(explanation) == ran.stdout
    ran = run(question, about, "--answers", answers, "--no-detect", "--levels", "99")
    assert advisor.rendered(explanation, "text") == ran.stdout


def test_a_change_of_answers(run: Run, knowledge: advisor.Knowledge) -> None:
    answers = example("document_understanding")
    ran = run("what-if", "needs=streaming", "train_hw=unknown", "--answers", answers, "--no-detect", "--json")
    explanation = knowledge.explain(answers, "what-if", {"needs": ["streaming"], "train_hw": "unknown"})
    assert advisor.rendered(explanation) == ran.stdout


@pytest.mark.parametrize("identity", ["jax", "jax.export", "STK-012", "component.optax", "accelerator.linux.cpu"])
def test_what_has_an_id(run: Run, knowledge: advisor.Knowledge, identity: str) -> None:
    ran = run("knowledge", "show", identity, "--json")
    assert ran.exit == 0, ran.stderr
    assert knowledge.show(identity) == ran.document


def test_options_day_and_overlays(run: Run) -> None:
    answers, ours, rules = example("laptop"), MADE_UP / "lattice", MADE_UP / "rules"
    asked = ("--options", "jax,lattice", "--as-of", "2031-01-01", "--knowledge", ours, "--rules", rules)
    ran = run("recommend", "--answers", answers, "--no-detect", "--json", *asked)
    assert ran.exit == 0
    recommendation = advisor.recommend(
        answers, options=["jax", "lattice"], as_of="2031-01-01", knowledge=ours, rules=[rules]
    )
    assert advisor.rendered(recommendation) == ran.stdout
