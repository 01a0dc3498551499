"""What an agent finds, asks and is told: the same as on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cli.program import EXAMPLES, Run, example

from advisor import resources
from advisor.cli.commands.schema import schema

pytest.importorskip("mcp")

from mcp import Client

from agents.talking import talk, text, told

MOST = 24_000
"""Characters that every agent has to read before it can ask anything."""
GOLD: list[dict[str, Any]] = yaml.safe_load(
    (resources.knowledge() / "cases" / "gold.yaml").read_text(encoding="utf-8")
)["cases"][::15]
ANSWERS = yaml.safe_load(example("document_understanding").read_text(encoding="utf-8"))


def test_the_tools_say_what_they_take_and_answer(home: Path) -> None:
    async def about(client: Client) -> Any:
        return client.instructions, (await client.list_tools()).tools

    instructions, tools = talk(about, home=home)
    assert "recommend" in instructions
    assert {tool.name for tool in tools} >= {"recommend", "next_question", "explain", "compare", "vocabulary", "show"}
    assert sum(len(tool.model_dump_json(exclude_none=True)) for tool in tools) < MOST
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.description
        assert tool.annotations.read_only_hint
    recommend = next(tool for tool in tools if tool.name == "recommend")
    answers, published = recommend.input_schema["properties"]["answers"]["properties"], schema("answers")["properties"]
    assert answers.keys() == published.keys()
    assert "15B" in answers["model_size"]["description"]
    for case in GOLD:
        jsonschema.validate({"answers": case["facts"]}, recommend.input_schema)


def test_whole_recommendations_are_the_bytes_of_the_command_line(run: Run, home: Path) -> None:
    given = [yaml.safe_load(file.read_text(encoding="utf-8")) or {} for file in EXAMPLES]
    given += [case["facts"] for case in GOLD]

    async def about(client: Client) -> list[str]:
        return [text(await client.call_tool("recommend", {"answers": one, "detail": True})) for one in given]

    said = talk(about, home=home)
    assert run("recommend", "--answers", EXAMPLES[0], "--no-detect", "--json").stdout == said[0]
    lines = "".join(json.dumps({"answers": one}) + "\n" for one in given)
    batch = run("recommend", "--batch", "-", "--no-detect", "--json", "--depth", "full", stdin=lines).lines
    assert [json.dumps(one, indent=2, ensure_ascii=False) + "\n" for one in batch] == said


def test_a_summary_is_short_and_says_nothing_else_than_the_whole(home: Path) -> None:
    async def about(client: Client) -> Any:
        return [await told(client, "recommend", answers=ANSWERS, detail=detail) for detail in (False, True)]

    summary, whole = talk(about, home=home)
    assert len(json.dumps(summary)) < 10_000
    assert within(summary, whole)
    named = {identity for part in summary["recommendation"]["stack"] for identity in part["findings"]}
    named |= {identity for part in summary["excluded"] for identity in part["findings"]}
    named |= {passage["finding"] for passage in summary["passages"]}
    assert named
    assert named <= {finding["id"] for finding in summary["findings"]}


def within(part: Any, whole: Any) -> bool:
    """Whether everything in the part is in the whole, in the same order."""
    if isinstance(part, dict):
        return all(key in whole and within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list):
        rest = iter(whole)
        return all(any(within(one, other) for other in rest) for one in part)
    return bool(part == whole)


def test_an_interview_ends_and_its_answers_are_recommended_by(home: Path) -> None:
    async def about(client: Client) -> Any:
        answers: dict[str, Any] = {"domain": "cv"}
        while (asked := (await told(client, "next_question", answers=answers))["question"]) is not None:
            assert asked["key"] not in answers
            leading = [word for word in asked["words"] if "leads_to" in word] or asked["words"]
            word = leading[0]["word"]
            answers[asked["key"]] = [word] if asked["kind"] == "words" else word
            assert asked["could_become"]
            known = await told(client, "vocabulary", key=asked["key"])
            assert word in [one["word"] for one in known["keys"][0]["words"]]
        return answers, await told(client, "recommend", answers=answers)

    # An agent of before 2026 shakes hands first.
    answers, recommendation = talk(about, home=home, mode="legacy")
    assert len(answers) > 2
    assert recommendation["questions"] == []
    assert {key: recommendation["answers"][key] for key in answers} == answers


def test_explanations_comparisons_and_what_has_an_id(run: Run, home: Path) -> None:
    async def about(client: Client) -> Any:
        asked = {"answers": ANSWERS, "question": "why-not", "about": "jax"}
        return {
            "short": await told(client, "explain", **asked),
            "whole": text(await client.call_tool("explain", {**asked, "detail": True})),
            "change": text(
                await client.call_tool(
                    "explain",
                    {"answers": ANSWERS, "question": "what-if", "changes": {"needs": ["streaming"]}, "detail": True},
                )
            ),
            "compared": await told(client, "compare", answers=ANSWERS, options=["jax", "pytorch"]),
            "shown": await told(client, "show", id="jax.export"),
            "rule": json.loads((await client.read_resource("advisor://rule/STK-012")).contents[0].text),  # type: ignore[union-attr]
            "fact": json.loads((await client.read_resource("advisor://fact/jax.export")).contents[0].text),  # type: ignore[union-attr]
            "listed": [(await client.read_resource(one.uri)) for one in (await client.list_resources()).resources],
            "templates": (await client.list_resource_templates()).resource_templates,
        }

    said = talk(about, home=home)
    given = ("--answers", example("document_understanding"), "--no-detect", "--json")
    assert run("why-not", "jax", *given).stdout == said["whole"]
    assert run("why-not", "jax", *given, "--levels", "3").document == said["short"]
    assert run("what-if", "needs=streaming", *given).stdout == said["change"]
    assert [one["option"] for one in said["compared"]["options"]] == ["pytorch", "jax"]
    assert run("knowledge", "show", "jax.export", "--json").document == said["shown"] == said["fact"]
    assert run("knowledge", "show", "STK-012", "--json").document == said["rule"]
    assert len(said["listed"]) > 10
    kinds = {template.uri_template for template in said["templates"]}
    assert kinds == {f"advisor://{kind}/{{id}}" for kind in ("fact", "rule", "framework", "component")}


def test_the_machine_is_looked_at_where_the_server_was_told_to(run: Run, home: Path) -> None:
    async def about(client: Client) -> Any:
        return text(await client.call_tool("recommend", {"answers": {"domain": "cv"}, "detail": True}))

    seen, unseen = (json.loads(talk(about, *flags, home=home)) for flags in (["--detect"], []))
    assert {*unseen["origins"].values()} == {"answered"}
    assert "detected" in seen["origins"].values()
    assert seen == run("recommend", "--set", "domain=cv", "--json").document


def test_files_below_the_root_are_read(run: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    file = tmp_path / "project" / "answers.yaml"
    file.write_bytes(example("laptop").read_bytes())

    async def about(client: Client) -> list[str]:
        names = ["project/answers.yaml", "project/../project/answers.yaml", str(file)]
        return [
            text(await client.call_tool("recommend", {"answers_file": name, "detail": True, "options": ["jax"]}))
            for name in names
        ]

    expected = run("recommend", "--answers", file, "--no-detect", "--json", "--options", "jax").stdout
    assert talk(about, "--root", tmp_path, home=home) == [expected] * 3


def test_decisions_and_projects_below_the_root_are_told_as_on_the_command_line(
    run: Run, home: Path, tmp_path: Path
) -> None:
    lock, project = tmp_path / "advisor.lock.json", tmp_path / "shop"
    assert run("recommend", "--answers", example("document_understanding"), "--no-detect", "--lock", lock).exit == 0
    project.mkdir()
    (project / "requirements.txt").write_text("torch==2.13.0\ntorchvision\n", encoding="utf-8")

    async def about(client: Client) -> list[str]:
        held = await client.call_tool("check", {"as_of": "2027-01-15"})
        return [text(held), text(await client.call_tool("read_project", {"path": "shop"}))]

    held, read = talk(about, "--root", tmp_path, home=home)
    ran = run("check", lock, "--no-detect", "--as-of", "2027-01-15", "--json")
    assert json.loads(held)["outcome"] == ran.document["outcome"] == "expired"
    assert json.loads(held)["points"] == ran.document["points"]
    assert read == run("intake", project, "--json").stdout
