"""The tools: what each is for, what it takes, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, cast, get_args

from advisor.api.functions import rendered
from advisor.api.given import Looking, Seeing
from advisor.errors import InputError, Problem
from advisor.frozen import dataclass, field
from advisor.loading.problems import nearest, shown
from advisor.mcp import documents
from advisor.mcp.arguments import Parameter, Parameters, checked
from advisor.mcp.desk import Desk
from advisor.model.explanation import Explanation
from advisor.model.knowledge import KnowledgeBase
from advisor.model.recommendation import Status
from advisor.render.answers_schema import answers_schema
from advisor.render.explanation import document as explained

Arguments = Mapping[str, Any]
_LEVELS = 3
"""Of an explanation, unless more are asked for."""

_ANSWERS: Parameter = {
    "type": "object",
    "description": "What is known of the project, by key, as for `recommend`. A key that is absent is open, never "
    "'no'. `vocabulary` tells the words of a key.",
}
_FILE: Parameter = {
    "type": "string",
    "description": "Instead of `answers`: the path of a YAML or JSON file of them, below the folder that the server "
    "may read from.",
}
_OPTIONS: Parameter = {
    "type": "array",
    "items": {"type": "string"},
    "description": "Compare only these frameworks, as pytorch, jax, keras; all by default.",
}
_AS_OF: Parameter = {
    "type": "string",
    "description": "The day, as 2026-11-22, that the expiry of facts is judged by. It moves no score.",
}
_SITUATION: Parameters = {"answers": _ANSWERS, "answers_file": _FILE, "options": _OPTIONS, "as_of": _AS_OF}
_ANY: Parameter = {"type": "object"}
_LIST: Parameter = {"type": "array"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something that an agent can call."""

    name: str
    title: str
    description: str
    parameters: Parameters
    required: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What is always in the answer, by name, as JSON Schema."""
    run: Callable[[Desk, Arguments], str]
    """The answer as JSON."""

    def call(self, desk: Desk, given: Arguments) -> str:
        """The answer as JSON; raises `AdvisorError` with everything that is wrong with the call."""
        return self.run(desk, checked(given, self.parameters, self.required))


def _recommend(desk: Desk, arguments: Arguments) -> str:
    recommendation = desk.knowledge.recommend(_answers(desk, arguments), **_looking(desk, arguments))
    if arguments.get("detail"):
        return rendered(recommendation)
    return _brief(documents.summary(recommendation))


def _next_question(desk: Desk, arguments: Arguments) -> str:
    asked = desk.knowledge.next_question(_answers(desk, arguments), **_looking(desk, arguments))
    return _brief(documents.question(asked))


def _explain(desk: Desk, arguments: Arguments) -> str:
    question, needed = arguments["question"], "changes" if arguments["question"] == "what-if" else "about"
    if needed not in arguments:
        raise InputError(Problem(message=f"{question} takes the argument {needed!r}.", place="arguments"))
    # The schema of the arguments holds the words that the types below are made of.
    explanation = cast("Callable[..., Explanation]", desk.knowledge.explain)(
        _answers(desk, arguments), question, arguments[needed], **_looking(desk, arguments)
    )
    return explained(explanation, None if arguments.get("detail") else arguments.get("levels", _LEVELS))


def _compare(desk: Desk, arguments: Arguments) -> str:
    options = arguments.get("options", ())
    return rendered(desk.knowledge.compare(_answers(desk, arguments), options, **_seeing(desk, arguments)))


def _check(desk: Desk, arguments: Arguments) -> str:
    file = desk.root.file(arguments.get("file", "advisor.lock.json"), "file")
    return rendered(desk.knowledge.check(file, detect=desk.detect, as_of=arguments.get("as_of")))


def _read_project(desk: Desk, arguments: Arguments) -> str:
    folder = desk.root.path(arguments.get("path", "."), "path")
    return rendered(desk.knowledge.read_project(folder, arguments.get("part", "")))


def _vocabulary(desk: Desk, arguments: Arguments) -> str:
    base, key = desk.knowledge.base, arguments.get("key")
    if key is not None and base.vocabulary.answer(key) is None:
        hint = nearest(key, [attribute.name for attribute in base.vocabulary.answers])
        raise InputError(Problem(message=f"the key {shown(key)} is not known.", place="key", hint=hint))
    return _brief(documents.vocabulary(base, key))


def _show(desk: Desk, arguments: Arguments) -> str:
    return _brief(desk.knowledge.show(arguments["id"]))


def tools(base: KnowledgeBase) -> dict[str, Tool]:
    """Every tool by name. The first is described in the words of this knowledge base."""
    detail: Parameter = {
        "type": "boolean",
        "description": "The whole document, with every criterion and source (often more than 100 kB), instead of a "
        "summary of a few kB.",
    }
    made = (
        Tool(
            name="recommend",
            title="Recommend a framework and stack",
            description="Which AI framework, and which stack around it, a project should be built on; how sure that "
            "is; what is ruled out, and why; what to mind; which open questions could change the answer. Call it with "
            "whatever is known, however little. Read `status` first: `decided` and `tie` stand, `out_of_scope` says "
            "that another tool is the right one, any other that more has to be known or something has to give. Ids of "
            "findings lead on with `explain` (question `how`), names of options with `why` and `why-not`.",
            parameters={
                **_SITUATION,
                "answers": _in_words(base),
                "detail": detail,
            },
            answers={
                "schema": {"type": "string"},
                "status": {"enum": list(get_args(Status))},
                "recommendation": {
                    "type": "object",
                    "properties": {"primary": {"type": "string"}, "stack": _LIST, "tied_with": _LIST},
                    "required": ["primary", "stack", "tied_with"],
                },
                "ranking": _LIST,
                "excluded": _LIST,
                "flags": _LIST,
                "questions": _LIST,
                "findings": _LIST,
                "sensitivity": _ANY,
                "answers": _ANY,
                "provenance": _ANY,
            },
            run=_recommend,
        ),
        Tool(
            name="next_question",
            title="What to ask next",
            description="The one question whose answer is worth most for the recommendation, with the words that "
            "answer it and what each would lead to; null once no single answer can change the recommendation. Ask the "
            "user, add the answer under its key (`unknown` where the user does not know), and call again.",
            parameters=_SITUATION,
            answers={"question": {"type": ["object", "null"]}, "says": {"type": "string"}},
            run=_next_question,
        ),
        Tool(
            name="explain",
            title="Why, why not, how, what if",
            description="Why an option or component stands where it stands (`why`), what keeps it out and the "
            "smallest change that would not (`why-not`), how a finding came about or what stands in the way of a rule "
            "(`how`), and what other answers would change (`what-if`). A tree of sentences down to facts with their "
            "sources; `more` counts what was left out below.",
            parameters={
                **_SITUATION,
                "question": {"type": "string", "enum": ["why", "why-not", "how", "what-if"]},
                "about": {
                    "type": "string",
                    "description": "Of `why` and `why-not` an option or component, as jax; of `how` the id of a "
                    "finding or rule, as STK-012 or ELI-014@mxnet.",
                },
                "changes": {
                    "type": "object",
                    "description": "Of `what-if`: the answers that would be other ones, by key.",
                },
                "levels": {
                    "type": "integer",
                    "minimum": 1,
                    "description": f"How deep the tree is told (default: {_LEVELS}).",
                },
                "detail": {**detail, "description": "The whole tree, however deep."},
            },
            required=("question",),
            answers={"text": {"type": "string"}, "kind": {"type": "string"}, "because": _LIST},
            run=_explain,
        ),
        Tool(
            name="compare",
            title="Compare options",
            description="Options side by side under the same answers, as if there were no others: scores, what is "
            "against each, and criterion by criterion what sets them apart, with ids of the evidence for `show`.",
            parameters=_SITUATION,
            answers={
                "status": {"type": "string"},
                "primary": {"type": "string"},
                "options": _LIST,
                "criteria": _LIST,
            },
            run=_compare,
        ),
        Tool(
            name="check",
            title="Does a decision still hold",
            description="Whether a decision that `advisor recommend --lock` kept in a file still holds: `outcome` is "
            "`holds`, `changed` (another answer today), `expired` (evidence or a component has come to its end, or "
            "what was measured is gone) or `policy_violated`; `points` say what, with the reason.",
            parameters={
                "file": {
                    "type": "string",
                    "description": "The file, below the folder that the server may read from (default: "
                    "advisor.lock.json).",
                },
                "as_of": {**_AS_OF, "description": "The day to judge by, as 2026-11-22 (default: today)."},
            },
            answers={"outcome": {"type": "string"}, "primary": {"type": "string"}, "points": _LIST, "causes": _ANY},
            run=_check,
        ),
        Tool(
            name="read_project",
            title="What a project's files say",
            description="Frameworks, versions and proposed answers of a project that is there already, each with the "
            "files and lines it was seen in and how sure it is. Files are read and never run. Where a folder has "
            "several projects, `why` says so, and `part` names the one that is meant. Take what is `certain` or "
            "`likely` as answers for `recommend`, and ask the user about the rest.",
            parameters={
                "path": {
                    "type": "string",
                    "description": "The folder, below the one that the server may read from (default: that one).",
                },
                "part": {"type": "string", "description": "The project in it, by its folder, where there are several."},
            },
            answers={"parts": _LIST, "why": {"type": "string"}},
            run=_read_project,
        ),
        Tool(
            name="vocabulary",
            title="Words that answers are written in",
            description="The keys that answers can have, with their meaning; with `key`, the words of that one.",
            parameters={
                "key": {"type": "string", "description": "As deploy_target; all keys without words if absent."}
            },
            answers={"keys": _LIST},
            run=_vocabulary,
        ),
        Tool(
            name="show",
            title="Show what has an id",
            description="A fact, framework, component, attribute, rule, belief or published table by its id, as "
            "evidence and explanations name it (jax.export, component.optax, rule.STK-012), with its source.",
            parameters={"id": {"type": "string"}},
            required=("id",),
            run=_show,
        ),
    )
    return {tool.name: tool for tool in made}


def _in_words(base: KnowledgeBase) -> dict[str, Any]:
    """The schema of answers, with the meanings of words."""
    schema = answers_schema(base)
    for attribute in base.vocabulary.answers:
        told = "; ".join(f"{word}: {meaning}" for word, meaning in attribute.meanings.items())
        if told:
            schema["properties"][attribute.name]["description"] += f" ({told})"
    return schema


def _answers(desk: Desk, arguments: Arguments) -> Any:
    """The answers of a call, or those in the file that it names."""
    if ("answers" in arguments) == ("answers_file" in arguments):
        message = "expected either the argument 'answers' or 'answers_file'."
        raise InputError(Problem(message=message, place="arguments", hint="Answers may be empty: {}."))
    if "answers" in arguments:
        return arguments["answers"]
    return desk.root.file(arguments["answers_file"], "answers_file")


def _looking(desk: Desk, arguments: Arguments) -> Looking:
    return {**_seeing(desk, arguments), "options": arguments.get("options", ())}


def _seeing(desk: Desk, arguments: Arguments) -> Seeing:
    return {**desk.seeing, "as_of": arguments.get("as_of")}


def _brief(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"
