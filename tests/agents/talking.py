"""Talks to the server as an agent does, through the official client."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
from cli.program import UNWATCHED, environment
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, TextContent

Talk = Callable[[Client], Awaitable[Any]]


def talk(about: Talk, *arguments: str | Path, home: Path, mode: str = "auto") -> Any:
    """What a conversation with a server of its own comes to; in the server, warnings are errors."""
    command = ["-W", "error", "-m", "advisor", "mcp", *map(str, arguments)]
    server = StdioServerParameters(command=sys.executable, args=command, env={**environment(home), **UNWATCHED})

    async def conversation() -> Any:
        with anyio.fail_after(120):
            async with Client(server, mode=mode) as client:
                return await about(client)

    return anyio.run(conversation)


def text(result: CallToolResult) -> str:
    """The one text of an answer."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


async def told(client: Client, tool: str, **arguments: Any) -> Any:
    """The document that a tool answers, once as text and once as data."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text(result)
    document = json.loads(text(result))
    assert result.structured_content == document
    return document


async def refused(client: Client, tool: str, **arguments: Any) -> list[str]:
    """What is said of a call that is wrong."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert result.structured_content is None
    return text(result).splitlines()
