"""A browser to look at pages with: the system's own Chromium, which asks nobody for anything of its own accord."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def whereabouts() -> str | None:
    """The program: that of `ADVISOR_TEST_CHROMIUM`, else the one on the path."""
    return os.environ.get("ADVISOR_TEST_CHROMIUM") or shutil.which("chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; skips the test where there is none."""
    program = whereabouts()
    if program is None:
        pytest.skip("no chromium: ADVISOR_TEST_CHROMIUM names one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()
