"""A real browser before the questionnaire that `advisor serve` serves."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from browser import chromium
from cli.program import environment

if TYPE_CHECKING:
    from playwright.sync_api import Download, Page

PATIENCE_S = 20


class Served:
    """`advisor serve`, running."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "advisor", "serve", "--no-detect", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(home),
            cwd=home,
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.root, _, self.token = self.address.partition("/?token=")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE_S)


class Tab:
    """A page, what was drawn on it, and whatever it did beside that."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.drawn = b""
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.downloads: list[Download] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.context.on("request", lambda request: self.hosts.add(str(urlsplit(request.url).hostname)))
        page.on("websocket", lambda line: line.on("framereceived", self._draw))
        page.on("download", self._take)

    def wait_for(self, words: str) -> None:
        """Wait until these words are drawn, from now on or since the last that were waited for."""
        self.wait_until(lambda: words.encode() in self.drawn)
        self.drawn = self.drawn.partition(words.encode())[2]

    def wait_until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, self.drawn
            self.page.wait_for_timeout(50)

    def _take(self, download: Download) -> None:
        self.downloads.append(download)

    def _draw(self, payload: bytes | str) -> None:
        self.drawn += payload if isinstance(payload, bytes) else b""


@contextmanager
def tab(size: tuple[int, int]) -> Iterator[Tab]:
    """A page of that size in a browser, with no address yet."""
    with chromium() as browser:
        yield Tab(browser.new_page(viewport={"width": size[0], "height": size[1]}))
