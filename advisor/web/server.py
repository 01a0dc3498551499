"""Serves the questionnaire: a page that draws a terminal, and a process of its own behind each page that is open."""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil
from aiohttp import web
from textual_serve.server import Server

from advisor.web.guard import Guard, harden

_PAGE = Path(__file__).parent / "page"
_PATIENCE_S = 5
"""For a questionnaire to end by itself."""


class QuestionnaireServer(Server):
    """Textual's own server behind a guard, with a page that loads nothing from elsewhere."""

    def __init__(self, command: Sequence[str], guard: Guard) -> None:
        super().__init__(_as_text(command), guard.host, guard.port, title="advisor")
        self._guard = guard
        self._open: set[asyncio.Task[object]] = set()

    def run(self, listening: socket.socket) -> None:
        """Serve until Ctrl-C or the signal to end, and leave no process behind."""
        web.run_app(
            self._make_app(),
            sock=listening,
            print=None,
            access_log=None,
            shutdown_timeout=_PATIENCE_S,
            loop=asyncio.new_event_loop(),
        )

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard.admit)
        app.on_response_prepare.append(harden)
        app.router.add_static("/page", _PAGE)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: the address is printed by who opens this."""

    async def on_shutdown(self, app: web.Application) -> None:  # noqa: ARG002  (as aiohttp calls it)
        """End every questionnaire: they are asked to, and those that do not heed it are made to."""
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=_PATIENCE_S)
        for process in psutil.Process().children(recursive=True):
            process.kill()

    async def handle_index(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002
        """Give out the page."""
        return web.Response(text=(_PAGE / "index.html").read_text(encoding="utf-8"), content_type="text/html")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Be the terminal of a questionnaire, for as long as its page is open."""
        task = asyncio.current_task()
        if task is None:
            raise web.HTTPServiceUnavailable
        self._open.add(task)
        try:
            return await super().handle_websocket(request)
        finally:
            self._open.discard(task)


def _as_text(command: Sequence[str]) -> str:
    """The command for a shell, which is to become it and not to stand between."""
    return subprocess.list2cmdline(command) if os.name == "nt" else f"exec {shlex.join(command)}"
