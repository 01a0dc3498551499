"""What the program says, word for word."""

from __future__ import annotations

import json
import re

import pytest
from cli.decided import LOCK, SITUATION, STACK, World
from cli.program import Run, example
from cli.small_base import made

import advisor
from golden.keeping import FOLDER, INPUTS, UPDATE, hold

EXAMPLES = ("document_understanding", "thin")
_SIZES = {"layers": 32, "width": 4096, "heads": 32, "sequence": 4096, "vocabulary": 32000}
HARDWARE = {
    "hardware_show": ("show", "a10g"),
    "hardware_compare": ("compare", "h100", "mi300x", "tpu_v5p", "trn2", "gaudi3"),
    "hardware_fit": (
        *("fit", "--set", "model_params_b=7", "--set", "task=pretrain", "--on", "h200,h100x8,rtx_4090,m3_max,h20"),
        *(part for word, number in _SIZES.items() for part in ("--set", f"sizes.{word}={number}")),
    ),
}
"""What of chips is kept, by name."""
SCHEMAS = (
    "answers",
    "check",
    "decision",
    "diff",
    "explanation",
    "fleet-decision",
    "fleet-probe",
    "intake",
    "measurements",
    "policy",
    "portfolio",
    "recommendation",
)
CHECKED = {"text": "txt", "json": "json", "markdown": "md", "sarif": "sarif"}
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
    # Digests of the files and the engine change without the answer.
    said = re.sub(r"rules chained by [\w. -]+,", "rules chained by ...,", ran.stdout)
    hold(f"document_understanding.{kept}", re.sub(r"sha256:[0-9a-f]+", "sha256:...", said))


@pytest.mark.parametrize(("form", "kept"), [("detail", "txt"), ("markdown", "md"), ("adr", "adr.md"), ("html", "html")])
def test_an_answer_under_a_policy(run: Run, form: str, kept: str) -> None:
    given = ("--answers", example("image_generation"), "--no-detect", "--depth", "core")
    ran = run("recommend", *given, "--policy", INPUTS / "policy" / "house.yaml", "--format", form)
    assert (ran.exit, ran.stderr) == (7, "")
    hold(f"policy.{kept}", re.sub(r"sha256:[0-9a-f]+", "sha256:...", ran.stdout))


def test_everything_wrong_with_a_policy(run: Run) -> None:
    given = ("--set", "domain=cv", "--no-detect")
    ran = run("recommend", *given, "--policy", "wrong.yaml", cwd=INPUTS / "policy")
    assert (ran.exit, ran.stdout) == (2, "")
    hold("policy_wrong.txt", ran.stderr)


def test_what_a_policy_asks_and_leaves(run: Run) -> None:
    ran = run("policy", "check", INPUTS / "policy" / "house.yaml", "--as-of", "2026-11-29")
    assert (ran.exit, ran.stderr) == (0, "")
    # How many gold cases there are is nothing of a policy's.
    without_counts = re.sub(r"\d+ of \d+ cases", "N of N cases", ran.stdout)
    hold("policy_check.txt", re.sub(r"sha256:[0-9a-f]+", "sha256:...", without_counts))


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


@pytest.mark.parametrize("name", HARDWARE)
def test_chips_and_what_fits_them(run: Run, name: str) -> None:
    ran = run("hardware", *HARDWARE[name])
    assert (ran.exit, ran.stderr) == (0, "")
    hold(f"{name}.txt", ran.stdout)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema(run: Run, name: str) -> None:
    hold(f"{name}.schema.json", run("schema", name).stdout)


@pytest.fixture(scope="module")
def world(run: Run, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A decision, whose loader has come to its end since."""
    found = World(made(tmp_path_factory.mktemp("made")), tmp_path_factory.mktemp("world"), run)
    found.base.write("rules/stack/parts.yaml", STACK)
    assert found.ask("recommend", *SITUATION, "--lock").exit == 0
    found.ask("decide", "--chose", "red", "--why", "It was recommended.", "--on", "2024-06-02")
    found.base.edit("knowledge/components/data.yaml", "status: active", "status: ended")
    found.base.edit("knowledge/components/data.yaml", 'successor: ""', "successor: engine")
    found.ask("recommend", *SITUATION, "--lock", "later.json")
    return found


def masked(text: str) -> str:
    """Without digests, which change without the answer, and the version."""
    return re.sub(r"sha256:[0-9a-f]+", "sha256:...", text).replace(f'"{advisor.__version__}"', '"..."')


def test_a_decision(world: World) -> None:
    hold("decision.json", masked(world.lock.read_text(encoding="utf-8")))


@pytest.mark.parametrize("form", CHECKED)
def test_a_decision_looked_at_again(world: World, form: str) -> None:
    hold(f"check.{CHECKED[form]}", masked(world.check("--format", form, as_of="2024-09-01").stdout))


def test_a_decision_beside_a_later_one(world: World) -> None:
    hold("diff.txt", masked(world.ask("diff", LOCK, "later.json").stdout))


@pytest.mark.parametrize("file", sorted(path.name for path in INPUTS.iterdir() if path.is_file()))
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
    errors = [f"{path.name.replace('.', '_')}.txt" for path in INPUTS.iterdir() if path.is_file()]
    chips = [f"{name}.txt" for name in HARDWARE]
    policies = ["policy.txt", "policy_wrong.txt", "policy_check.txt"]
    decisions = ["decision.json", "check.txt", "check.json", "diff.txt"]
    others = ["frontier_on_tpu.json", "command_line.txt", "measured.txt", "tools.json", "fleet.txt", "fleet.json"]
    known = {*answers, *schemas, *errors, *chips, *policies, *decisions, *others}
    assert {path.name for path in FOLDER.iterdir() if path.suffix in (".txt", ".json")} == known


def test_writing_them_anew_never_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(UPDATE, "1")
    kept = (FOLDER / "thin.txt").read_text(encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match="was written"):
        hold("thin.txt", kept)
