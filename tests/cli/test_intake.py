"""`advisor intake` from outside, and what `recommend --project` makes of it."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from intake.trees import build, described

from cli.program import Run, too_wide


@pytest.fixture
def service(tmp_path: Path) -> Path:
    return build(tmp_path / "service", described("vision_service")["files"])


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return build(tmp_path / "workspace", described("workspace")["files"])


def test_the_text_has_answers_with_places_and_fits_a_terminal(run: Run, service: Path) -> None:
    ran = run("intake", service)
    assert (ran.exit, ran.stderr) == (0, "")
    assert "existing_code   pytorch     certain  poetry.lock:6" in ran.stdout
    assert "pytorch 2.3.1 (certain)" in ran.stdout
    assert not too_wide(ran.stdout)


def test_the_document_is_what_its_schema_says(run: Run, service: Path, workspace: Path) -> None:
    schema = run("schema", "intake").document
    for folder in (service, workspace):
        document = run("intake", folder, "--json").document
        jsonschema.validate(document, schema)
        assert document["schema"] == "advisor/intake/1"


def test_the_answers_are_a_file_that_recommend_reads(run: Run, service: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    assert run("intake", service, "--format", "answers", "--output", answers).exit == 0
    assert "# cv (likely)" in answers.read_text(encoding="utf-8")
    ran = run("recommend", "--answers", answers, "--no-detect", "--depth", "core", "--json")
    assert ran.document["answers"]["existing_code"] == "pytorch"
    assert ran.document["origins"]["python_version"] == "answered"


def test_of_several_projects_the_one_that_is_meant_has_to_be_named(run: Run, workspace: Path) -> None:
    ran = run("intake", workspace)
    assert ran.exit == 4
    assert "--part" in ran.stdout
    refused = run("recommend", "--project", workspace, "--no-detect")
    assert (refused.exit, refused.stdout) == (2, "")
    assert "apps/web, ml/training, services/api" in refused.stderr
    assert run("intake", workspace, "--part", "acme-training", "--json").document["meant"] == "ml/training"
    wrong = run("intake", workspace, "--part", "ml/trainnig")
    assert wrong.exit == 2
    assert "Did you mean 'ml/training'?" in wrong.stderr


def test_a_project_answers_what_is_left_open_and_says_so(run: Run, service: Path) -> None:
    ran = run(
        "recommend", "--project", service, "--set", "domain=medical_imaging", "--no-detect", "--depth", "core", "--json"
    )
    document = ran.document
    assert document["answers"]["domain"] == "medical_imaging"
    assert document["origins"]["domain"] == "answered"
    assert document["origins"]["existing_code"] == "project"
    assert "contradiction" not in {flag["code"] for flag in document["flags"]}
    assert "domain is cv there; the answer medical_imaging counts." in ran.stderr
    told = run("recommend", "--project", service, "--no-detect", "--depth", "core", "--format", "markdown")
    assert "| existing\\_code | pytorch | read from the project |" in told.stdout


def test_an_answer_against_what_is_there_wins_and_is_a_contradiction(run: Run, service: Path) -> None:
    ran = run(
        "recommend", "--project", service, "--set", "existing_code=jax", "--no-detect", "--depth", "core", "--json"
    )
    assert ran.document["answers"]["existing_code"] == "jax"
    assert "contradiction" in {flag["code"] for flag in ran.document["flags"]}


def test_hints_and_contradictory_signs_answer_nothing(run: Run, tmp_path: Path) -> None:
    project = build(tmp_path, described("two_minds")["files"])
    ran = run("recommend", "--project", project, "--set", "domain=cv", "--no-detect", "--depth", "core", "--json")
    assert not {"existing_code", "deploy_target", "python_version"} & set(ran.document["answers"])
    assert "existing_code stays open: the files speak for tensorflow2 and pytorch." in ran.stderr


def test_an_explanation_says_what_was_read_from_the_project(run: Run, service: Path) -> None:
    ran = run("why", "pytorch", "--project", service, "--no-detect", "--levels", "9")
    assert ran.exit == 0
    assert "(read from the project)" in ran.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("intake", "/no/such/folder"),
        ("intake", ".", "--json", "--format", "answers"),
        ("recommend", "--part", "x", "--set", "domain=cv"),
        ("recommend", "--batch", "-", "--json", "--project", "."),
    ],
)
def test_a_mistake_is_said_in_words(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert ran.exit == 2
    assert ran.stderr.startswith("advisor: ")
    assert "Traceback" not in ran.stderr


def test_an_empty_folder_has_no_project(run: Run, tmp_path: Path) -> None:
    ran = run("intake", tmp_path)
    assert ran.exit == 4
    assert "No project was found here." in ran.stdout
