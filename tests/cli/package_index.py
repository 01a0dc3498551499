"""A package index on this machine: speaks the simple API as JSON or as HTML, and writes down what it was asked."""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON, HTML = "application/vnd.pypi.simple.v1+json", "text/html"
DIGEST = "ab" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One file of a project."""

    name: str
    uploaded: str = "2024-05-01"
    python: str = ">=3.9"
    digest: str = DIGEST
    yanked: bool | str = False

    @property
    def json(self) -> dict[str, Any]:
        return {
            "filename": self.name,
            "url": f"/files/{self.name}",
            "hashes": {"sha256": self.digest},
            "requires-python": self.python,
            "upload-time": f"{self.uploaded}T12:30:00.123456Z",
            "size": 1000,
            "yanked": self.yanked,
        }

    @property
    def html(self) -> str:
        yanked = f' data-yanked="{html.escape(str(self.yanked))}"' if self.yanked else ""
        python = f' data-requires-python="{html.escape(self.python)}"' if self.python else ""
        return f'<a href="/files/{self.name}#sha256={self.digest}"{python}{yanked}>{html.escape(self.name)}</a><br>'


Projects = Mapping[str, Sequence[Listed]]


@dataclass(slots=True)
class Index:
    """What is served, and what was asked for it."""

    projects: Projects
    speaks: Sequence[str] = (JSON, HTML)
    broken: bool = False
    port: int = 0
    asked: list[str] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/simple/"

    @property
    def names(self) -> set[str]:
        """The projects that were asked for."""
        return {path.removeprefix("/simple/").strip("/") for path in self.asked}

    def answer(self, path: str, accepted: str) -> tuple[int, str, str]:
        files = self.projects.get(path.removeprefix("/simple/").strip("/"))
        if self.broken:
            return 503, HTML, "out of order"
        if files is None:
            return 404, HTML, "no such project"
        if JSON in accepted and JSON in self.speaks:
            document = {"meta": {"api-version": "1.1"}, "name": "x", "versions": [], "files": [f.json for f in files]}
            return 200, JSON, json.dumps(document)
        if HTML in accepted and HTML in self.speaks:
            body = "".join(file.html for file in files)
            return 200, HTML, f"<!DOCTYPE html><html><body>{body}</body></html>"
        return 406, HTML, "not acceptable"


@contextmanager
def serving(projects: Projects, *, speaks: Sequence[str] = (JSON, HTML), broken: bool = False) -> Iterator[Index]:
    """Serve these projects for as long as the context lasts."""
    index = Index(projects, speaks, broken)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path)
            index.sent.append(dict(self.headers.items()))
            status, kind, text = index.answer(self.path, self.headers.get("Accept", ""))
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name it is called by)
            """Say nothing: what was asked is kept."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        index.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()
