"""Speaks the protocol: the only module that knows its package."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

import advisor
from advisor.errors import AdvisorError, InputError, Problem
from advisor.loading.problems import nearest, printable, shown
from advisor.mcp import resources
from advisor.mcp.arguments import schema
from advisor.mcp.desk import Desk
from advisor.mcp.tools import Tool, tools

_INSTRUCTIONS = """\
Answers which AI framework, and which stack around it, a project should be built on: by facts with sources and by
rules, not by opinion. Call `recommend` with what is known; where `questions` are left, `next_question` says what to ask
the user. Never guess an answer: a key that is absent is open. Tell the user `status` and `confidence` with the
recommendation, and what `flags` say.
"""
T = TypeVar("T")
_JSON = "application/json"


def serve(desk: Desk) -> None:
    """Serve on standard input and output until the input ends; whatever else is printed goes to standard error."""
    anyio.run(_serve, _server(desk))


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def _server(desk: Desk) -> Server[Any]:
    known = tools(desk.knowledge.base)

    async def list_tools(_: Any, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in known.values()])

    async def call_tool(_: Any, called: types.CallToolRequestParams) -> types.CallToolResult:
        return await _threaded(partial(_called, desk, known, called.name, called.arguments or {}))

    async def list_resources(_: Any, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        listed = resources.listed(desk.knowledge).items()
        return types.ListResourcesResult(
            resources=[types.Resource(uri=uri, name=name, mime_type=_JSON) for uri, name in listed]
        )

    async def list_templates(_: Any, __: types.PaginatedRequestParams | None) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(
                    uri_template=f"{resources.SCHEME}{kind}/{{id}}", name=kind, description=about, mime_type=_JSON
                )
                for kind, (about, _) in resources.KINDS.items()
            ]
        )

    async def read_resource(_: Any, asked: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        try:
            text = await _threaded(partial(resources.read, asked.uri, desk.knowledge))
        except AdvisorError as error:
            raise MCPError(types.INVALID_PARAMS, _said(error)) from None
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=asked.uri, mime_type=_JSON, text=text)]
        )

    return Server(
        "advisor",
        version=advisor.__version__,
        title="Framework advisor",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


async def _threaded(work: Callable[[], T]) -> T:
    """What the work comes to; other messages are answered meanwhile."""
    return await anyio.to_thread.run_sync(work)


def _described(tool: Tool) -> types.Tool:
    answers = {"type": "object", "properties": dict(tool.answers), "required": list(tool.answers)}
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema(tool.parameters, tool.required),
        output_schema=answers,
        annotations=types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    )


def _called(desk: Desk, known: Mapping[str, Tool], name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
    """What the tool answers, as text and as data; what is wrong with the call is an answer too, in the same words."""
    try:
        text = _named(name, known).call(desk, arguments)
    except AdvisorError as error:
        return types.CallToolResult(content=[types.TextContent(text=_said(error))], is_error=True)
    except Exception as error:
        logging.getLogger(__name__).exception("a bug in the tool %s", name)
        said = f"a bug, not your mistake: {type(error).__name__}. The log of the server says more."
        return types.CallToolResult(content=[types.TextContent(text=said)], is_error=True)
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=json.loads(text))


def _named(name: str, known: Mapping[str, Tool]) -> Tool:
    if name not in known:
        hint = nearest(name, known)
        raise InputError(Problem(message=f"there is no tool {shown(name)}.", place="tools", hint=hint))
    return known[name]


def _said(error: AdvisorError) -> str:
    return "\n".join(printable(str(problem)) for problem in error.problems)
