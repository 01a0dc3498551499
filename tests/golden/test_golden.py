"""What the program says, word for word."""

from __future__ import annotations

import json
import re

import pytest
from cli.program import Run, example

import advisor
from golden.keeping import FOLDER, INPUTS, UPDATE, hold

EXAMPLES = ("document_understanding", "thin")
SCHEMAS = ("answers", "explanation", "intake", "measurements", "recommendation")
EXPLAINED = {
    "why": ("why", "pytorch"),
    "why_not": ("why-not", "mxnet"),
    "why_not_first": ("why-not", "tensorflow"),
    "how": ("how", "STK-012"),
    "what_if": ("what-if", "train_os=windows_native"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_answer_as_text(run: Run, name: str) -> None:
    hold(f"{name}.txt", run("recommend", "--answers", example(name), "--no-detect").stdout)


@pytest.mark.parametrize(("form", "kept"), [("markdown", "md"), ("adr", "adr.md"), ("html", "html")])
def test_an_answer_as_a_document(run: Run, form: str, kept: str) -> None:
    ran = run("recommend", "--answers", example("document_understanding"), "--no-detect", "--format", form)
    assert (ran.exit, ran.stderr) == (0, "")
    # Digests of the files change without the answer.
    hold(f"document_understanding.{kept}", re.sub(r"sha256:[0-9a-f]+", "sha256:...", ran.stdout))


def test_an_answer_as_json(run: Run) -> None:
    ran = run("recommend", "--answers", example("frontier_on_tpu"), "--no-detect", "--json")
    document = ran.document
    # These say which files and which engine it came from, and change without the answer.
    assert document["provenance"]["advisor"] == advisor.__version__
    for name in ("advisor", "engine", "knowledge", "rules"):
        document["provenance"][name] = "..."
    hold("frontier_on_tpu.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("name", EXPLAINED)
def test_an_explanation(run: Run, name: str) -> None:
    ran = run(*EXPLAINED[name], "--answers", example("document_understanding"), "--no-detect")
    assert (ran.exit, ran.stderr) == (0, "")
    hold(f"{name}.txt", ran.stdout)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema(run: Run, name: str) -> None:
    hold(f"{name}.schema.json", run("schema", name).stdout)


@pytest.mark.parametrize("file", sorted(path.name for path in INPUTS.iterdir()))
def test_everything_wrong_with_answers(run: Run, file: str) -> None:
    ran = run("recommend", "--answers", file, "--no-detect", cwd=INPUTS)
    assert (ran.exit, ran.stdout) == (2, "")
    hold(f"{file.replace('.', '_')}.txt", ran.stderr)


def test_everything_wrong_with_a_command_line(run: Run) -> None:
    settings = (
        "domian=cv",
        "task=trian",
        "needs=streeming",
        "sizes.bach=1",
        "priorities.speed=mut",
        "python_version=3",
    )
    ran = run("recommend", "--answers", "missing.yaml", "--options", "pytorhc,jax,flax", cwd=INPUTS)
    also = run("recommend", *(part for setting in settings for part in ("--set", setting)), "--no-detect")
    assert (ran.exit, also.exit) == (2, 2)
    hold("command_line.txt", ran.stderr + also.stderr)


def test_every_kept_file_is_held_against_something() -> None:
    answers = [f"{name}.txt" for name in (*EXAMPLES, *EXPLAINED)]
    schemas = [f"{name}.schema.json" for name in SCHEMAS]
    errors = [f"{path.name.replace('.', '_')}.txt" for path in INPUTS.iterdir()]
    known = {*answers, "frontier_on_tpu.json", *schemas, *errors, "command_line.txt", "measured.txt"}
    assert {path.name for path in FOLDER.iterdir() if path.suffix in (".txt", ".json")} == known


def test_writing_them_anew_never_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(UPDATE, "1")
    kept = (FOLDER / "thin.txt").read_text(encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match="was written"):
        hold("thin.txt", kept)
