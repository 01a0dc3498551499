"""`advisor portfolio`: many projects on one page, in every format, whatever the lines hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from markdown_it import MarkdownIt

from cli.program import Ran, Run, too_wide

PROJECTS: dict[str, dict[str, Any]] = {
    "documents": {"domain": "nlp", "task": "finetune", "train_hw": "nvidia_gpu", "train_os": "linux"},
    "simulation": {"domain": "scientific_ml", "task": "train", "train_os": "linux", "team_skill": "jax"},
    "camera": {"domain": "cv", "task": "train", "deploy_target": "microcontroller", "train_os": "linux"},
    "timetable": {"domain": "optimisation"},
}
FORMATS = ("text", "markdown", "html", "json")


def lines(projects: dict[str, dict[str, Any]]) -> str:
    return "".join(json.dumps({"id": name, "answers": answers}) + "\n" for name, answers in projects.items())


def portfolio(run: Run, given: str, *more: str) -> Ran:
    ran = run("portfolio", "-", "--no-detect", *more, stdin=given)
    assert (ran.exit, ran.stderr) == (0, "")
    return ran


@pytest.fixture(scope="module")
def summed(run: Run) -> Any:
    return portfolio(run, lines(PROJECTS), "--json").document


@pytest.fixture(scope="module")
def alone(run: Run) -> dict[str, Any]:
    """The recommendation for each of them."""
    ran = run("recommend", "--batch", "-", "--json", "--no-detect", stdin=lines(PROJECTS))
    return {document["id"]: document for document in ran.lines}


def test_it_is_as_the_schema_says(run: Run, summed: Any) -> None:
    jsonschema.validate(summed, run("schema", "portfolio").document)


def test_each_project_gets_what_it_is_recommended_alone(summed: Any, alone: dict[str, Any]) -> None:
    assert [project["id"] for project in summed["projects"]] == list(PROJECTS)
    for project in summed["projects"]:
        own = alone[project["id"]]
        assert (project["status"], project["primary"]) == (own["status"], own["recommendation"]["primary"])
        parts = [(place, part) for place, parts in project["stack"].items() for part in parts]
        assert sorted(parts) == sorted((p["place"], p["component"]) for p in own["recommendation"]["stack"])


def test_a_common_framework_costs_what_a_project_falls_short_of_its_best(summed: Any, alone: dict[str, Any]) -> None:
    for project in summed["projects"]:
        own = alone[project["id"]]
        if own["recommendation"]["primary"] == "none_of_these":
            assert project["costs"] == []
            continue
        costs = {cost["option"]: cost for cost in project["costs"]}
        for ranked in own["ranking"]:
            lost = own["ranking"][0]["score"] - ranked["score"]
            assert costs[ranked["option"]]["lost"] == pytest.approx(lost, abs=2e-6)
        messages = {finding["id"]: finding["message"] for finding in own["findings"]}
        for excluded in own["excluded"]:
            cost = costs[excluded["option"]]
            assert (cost["lost"], cost["reason"]) == (None, messages[excluded["findings"][0]])
        assert len(costs) == len(own["ranking"]) + len(own["excluded"])


def test_the_common_framework_that_costs_least_comes_first(summed: Any) -> None:
    order = [(each["ruled_out"], each["lost"]) for each in summed["common"]]
    assert order == sorted(order)
    assert summed["compared"] == 3
    for each in summed["common"]:
        costs = [c["lost"] for p in summed["projects"] for c in p["costs"] if c["option"] == each["option"]]
        known = [cost for cost in costs if cost is not None]
        assert each["ruled_out"] == len(costs) - len(known)
        assert each["lost"] == pytest.approx(sum(known), abs=1e-5)


@pytest.mark.parametrize("form", FORMATS)
def test_a_bad_line_is_shown_as_one_in_every_format(run: Run, form: str) -> None:
    given = '{"id": "typo", "answers": {"domian": "cv"}}\n' + lines({"good": {"domain": "cv"}}) + "{broken\n\n"
    said = portfolio(run, given, "--format", form).stdout
    assert "domian" in said
    assert "not JSON" in said
    assert "good" in said
    document = portfolio(run, given, "--json").document
    assert [(bad["line"], bad["id"]) for bad in document["bad"]] == [(1, "typo"), (3, None)]
    assert [project["line"] for project in document["projects"]] == [2]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_every_project_framework_and_figure(run: Run, summed: Any, form: str) -> None:
    said = portfolio(run, lines(PROJECTS), "--format", form).stdout
    for project in summed["projects"]:
        assert project["id"] in said
        for parts in project["stack"].values():
            assert all(part in said for part in parts)
    for each in summed["common"]:
        assert each["option"] in said
        assert f"{each['lost']:.2f}" in said or f"{each['lost']:.6f}".rstrip("0") in said


def test_text_fits_a_terminal_and_markdown_is_tables(run: Run) -> None:
    assert too_wide(portfolio(run, lines(PROJECTS)).stdout) == []
    said = portfolio(run, lines(PROJECTS), "--format", "markdown").stdout
    kinds = [token.type for token in MarkdownIt("commonmark").enable("table").parse(said)]
    assert kinds.count("table_open") == 3
    assert "html_block" not in kinds


@pytest.mark.parametrize("form", FORMATS)
def test_of_no_project_there_is_a_summary_too(run: Run, form: str) -> None:
    said = portfolio(run, "", "--format", form).stdout
    assert ('"projects": []' if form == "json" else "0") in said


def test_it_goes_to_a_file_and_two_formats_are_one_too_many(run: Run, tmp_path: Path) -> None:
    assert portfolio(run, lines(PROJECTS), "--format", "html", "--output", str(tmp_path / "page.html")).stdout == ""
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    ran = run("portfolio", "-", "--no-detect", "--format", "html", "--json")
    missing = run("portfolio", tmp_path / "none.jsonl", "--no-detect")
    assert (ran.exit, missing.exit) == (2, 2)
    assert "--json is short for" in ran.stderr
    assert "the batch cannot be read" in missing.stderr


def test_a_policy_is_heeded(run: Run, summed: Any, tmp_path: Path) -> None:
    usual = summed["projects"][0]["primary"]
    policy = tmp_path / "policy.yaml"
    denied = {"options": [{"name": usual, "reason": "It is not run here"}]}
    policy.write_text(json.dumps({"name": "The house", "mode": "enforce", "deny": denied}), encoding="utf-8")
    ruled = portfolio(run, lines(PROJECTS), "--json", "--policy", str(policy)).document
    assert usual not in [project["primary"] for project in ruled["projects"]]
